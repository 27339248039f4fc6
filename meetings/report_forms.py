"""What an officer enters to store the text of a report. The service decides whether it stands."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from . import scanning
from .choices import ReportLanguage, Sensitivity
from .documents import DOCUMENT_MAX_BYTES
from .documents.limits import MOST_CHARACTERS
from .models import Party

DETECT = "detect"
MEGABYTE = 1024 * 1024
_CHOOSE = _("Choose who may read it.")


def most_bytes() -> int:
    """How large a file may be: what is read at most, and what the site takes of any file."""
    return int(min(DOCUMENT_MAX_BYTES, settings.EVIDENCE_MAX_MB * MEGABYTE))


def too_large_words() -> str:
    words = _now("The file is larger than %(most)d MB. Leave out its pictures, or paste its text.")
    return words % {"most": most_bytes() // MEGABYTE}


class ReportForm(forms.Form):
    """The text of a report: a file, or words that were pasted. Needs enctype="multipart/form-data".

    `version` is the key of the newest report of the meeting that the page knew of.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF with text, Word document (DOCX), web page (HTML) or plain text."),
        required=False,
        allow_empty_file=True,  # what reads it has a better sentence
        widget=forms.FileInput(attrs={"accept": ".txt,.html,.htm,.docx,.pdf"}),
        error_messages={"invalid": _("Choose a file.")},
    )
    text = forms.CharField(
        label=_("Or its text"),
        help_text=_("Paste the whole report, with its heading."),
        required=False,
        strip=False,
        # Not `max_length`: a browser would cut off the end of what is pasted, and say nothing.
        validators=[MaxLengthValidator(MOST_CHARACTERS)],
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[(DETECT, _("Found out from the text")), *ReportLanguage.choices],
        initial=DETECT,
    )
    title = forms.CharField(
        label=_("Title"),
        help_text=_("Empty: the first line of the text."),
        max_length=250,
        required=False,
    )
    source_url = forms.URLField(
        label=_("Where it was published"),
        max_length=200,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": _("Enter an address that begins with https:// or http://.")},
    )
    sensitivity = forms.ChoiceField(
        label=_("Who may read it"),
        choices=Sensitivity.choices,
        initial=Sensitivity.PUBLIC,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )
    restricted_to = forms.ModelChoiceField(
        label=_("Which party"),
        empty_label=_("None"),
        help_text=_("Only where one party and the secretariat may read it."),
        queryset=Party.objects.in_order(),
        to_field_name="code",
        required=False,
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        """`too_large`: the upload was dropped while it came in, because it is larger than any may be."""
        self._too_large = too_large
        super().__init__(*args, **kwargs)

    def clean_language(self) -> str:
        """The language that was chosen; empty when it is to be found out."""
        chosen = str(self.cleaned_data["language"])
        return "" if chosen == DETECT else chosen

    def clean_file(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["file"]
        if self._too_large or (upload and (upload.size or 0) > most_bytes()):
            raise forms.ValidationError(too_large_words())
        if upload and (words := scanning.words_against(upload)):
            raise forms.ValidationError(words)
        return upload

    def clean(self) -> dict[str, Any]:
        """Exactly one of file and text, and a party just where one is meant."""
        values = super().clean() or {}
        text, upload = values.get("text") or "", values.get("file")
        if not self.has_error("file") and not self.has_error("text"):
            if upload and text.strip():
                self.add_error("text", _("Send the file or the text, not both."))
            elif not upload and not text.strip():
                self.add_error("file", _("Choose the file of the report, or paste its text below."))
        self._check_party(values)
        return values

    def _check_party(self, values: dict[str, Any]) -> None:
        is_for_one = values.get("sensitivity") == Sensitivity.PARTY
        if is_for_one and not values.get("restricted_to") and not self.has_error("restricted_to"):
            self.add_error("restricted_to", _("Choose the party that may read it."))
        if not is_for_one and values.get("restricted_to"):
            words = _("Choose “One party and the secretariat” above, or leave this empty.")
            self.add_error("restricted_to", words)
