"""What people type about their own mail. The services decide whether it stands."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.querysets import UserQuerySet
from commitments.choices import Claim
from commitments.forms import DayField, NoteField, StatusField
from ui import words


def snooze_days(today: date) -> list[date]:
    """What a form about keeping a line quiet offers: tomorrow, a week, two weeks, a month."""
    return [today + timedelta(days=days) for days in (1, 7, 14, 30)]


class SnoozeForm(forms.Form):
    """Until when a line is kept quiet. An empty choice: for good."""

    until = forms.TypedChoiceField(
        label=_("Keep it quiet until"),
        coerce=date.fromisoformat,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(day.isoformat(), words.day_words(day)) for day in snooze_days(today)]
        field: Any = self.fields["until"]
        field.choices = [*choices, ("", _("For good"))]
        field.initial = choices[1][0]

    def clean(self) -> dict[str, Any]:
        # A form without the field at all says nothing: "for good" has to be chosen.
        if "until" not in self.data:
            self.add_error("until", _("Choose one."))
        return self.cleaned_data


class AnswerLinkForm(forms.Form):
    """The short form behind the link of a mail."""

    claim = StatusField(label=_("Where does it stand?"), choices=Claim.choices)
    text = NoteField(
        label=_("What was done"),
        help_text=_("One or two sentences. The secretariat reads it before it counts."),
        missing=_("Write what was done, in a sentence or two."),
    )


class AbsenceForm(forms.Form):
    """Days away, and who gets the mail in the meantime."""

    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    stand_in = forms.ModelChoiceField(
        label=_("Stand-in"),
        queryset=User.objects.none(),
        help_text=_("Gets your mail in these days, as far as they may read it themselves."),
        empty_label=_("Choose somebody"),
    )

    def __init__(self, *args: Any, colleagues: UserQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["stand_in"]
        field.queryset = colleagues.order_by("name", "pk")
