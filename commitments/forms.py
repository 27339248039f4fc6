"""What officers type. The services decide whether it stands; these only read it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .choices import Status

_ODD_DAY = _("Enter a day that exists, written like 2026-12-24.")


class StatusForm(forms.Form):
    status = forms.ChoiceField(
        label=_("New status"),
        choices=Status.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose one of the statuses shown."),
            "invalid_choice": _("Choose one of the statuses shown."),
        },
    )
    note = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Give a reason: it is kept in the history.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class DeadlineForm(forms.Form):
    due = forms.DateField(
        label=_("Due on"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input--auto"}),
        error_messages={"required": _ODD_DAY, "invalid": _ODD_DAY},
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Give a reason: it is kept in the history.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
