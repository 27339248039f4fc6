"""What a focal point enters to show what was done. The services decide whether it stands."""

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.choices import Sensitivity

from .evidence import LONGEST_ADDRESS
from .files import EXTENSIONS, LONGEST_NAME
from .forms import SharedForm

_CHOOSE = _("Choose who may read it.")


class _EvidenceForm(SharedForm):
    sensitivity = forms.ChoiceField(
        label=_("Who may read it"),
        choices=Sensitivity.choices,
        initial=Sensitivity.MEMBERS,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )


class FileForm(_EvidenceForm):
    """A file. Its template needs enctype="multipart/form-data"."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF, picture, document, spreadsheet or plain text."),
        allow_empty_file=True,  # the service has a better sentence for it
        widget=forms.FileInput(attrs={"accept": ",".join(f".{name}" for name in EXTENSIONS)}),
        error_messages={"required": _("Choose a file."), "invalid": _("Choose a file.")},
    )
    name = forms.CharField(
        label=_("What it is called"),
        help_text=_("Empty: as the file is called."),
        max_length=LONGEST_NAME,
        required=False,
    )
    field_order = ("file", "name", "sensitivity")


class LinkForm(_EvidenceForm):
    """An address of the web."""

    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_ADDRESS,
        widget=forms.URLInput(),
        error_messages={"required": _("Enter an address that begins with https:// or http://.")},
    )
    name = forms.CharField(
        label=_("What it shows"),
        max_length=LONGEST_NAME,
        error_messages={"required": _("Say in a few words what the link shows.")},
    )
    field_order = ("url", "name", "sensitivity")
