"""What an officer says to a commitment whose words a corrected report changed."""

from typing import ClassVar

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from commitments.forms import NoteField, SharedForm, VersionField


class Answer(models.TextChoices):
    """What can be said. The values are those of the buttons' radios."""

    ANCHOR = "anchor", _("The corrected report still says it")
    STAY = "stay", _("It stands in the words of the earlier version")
    WITHDRAW = "withdraw", _("Withdraw the commitment")
    REPLACE = "replace", _("Another commitment takes its place")


class RecheckForm(SharedForm):
    """One answer, with what it needs. `version` is the re-check's, `seen` the commitment's."""

    needs: ClassVar[dict[str, str]] = {Answer.ANCHOR: "words", Answer.REPLACE: "by"}

    version = VersionField()
    seen = VersionField()
    answer = forms.ChoiceField(
        label=_("What is it?"), choices=Answer.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("Words that say it"),
        help_text=_("Copied from the corrected report, a quotation a line."),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        strip=False,
    )
    by = forms.CharField(
        label=_("Which commitment takes its place"),
        help_text=_("Its reference, such as SCS14-07."),
        max_length=20,
        required=False,
    )
    note = NoteField(label=_("Reason"))
