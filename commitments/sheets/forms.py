"""What people enter to bring a sheet back."""

from django import forms
from django.utils.translation import gettext_lazy as _

from commitments.forms import NoteField, SharedForm


class UploadForm(SharedForm):
    """A sheet. Its template needs enctype="multipart/form-data"."""

    file = forms.FileField(
        label=_("Sheet"),
        help_text=_("CSV or XLSX, at most 10 MB and 20,000 rows. Nothing is written yet."),
        allow_empty_file=True,  # the service has a better sentence for it
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        error_messages={"required": _("Choose a file."), "invalid": _("Choose a file.")},
    )


class ConfirmForm(SharedForm):
    note = NoteField(
        label=_("Reason"),
        help_text=_("One for all: the history keeps it beside each change."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
