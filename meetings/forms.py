"""What officers type about meetings, parties and instruments. The services decide whether it stands."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import Weekday
from accounts.forms import PreferencesForm
from accounts.models import User

from .choices import InstrumentKind, PartyKind
from .models import FocalPoint, Meeting, Party

_ODD_DAY = _("Enter a day that exists, written like 2026-12-24.")
_ODD_YEAR = _("Enter a day between 1900 and 2100.")
_WHY = _("Give a reason: it is kept in the history.")
_KEY = _("Short and lasting, such as scs-14: it stands in links and cannot be changed later.")


class DayField(forms.DateField):
    """A day as browsers send it, with their calendar; in years that deadlines can be reckoned in."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(
                format="%Y-%m-%d", attrs={"type": "date", "class": "input--auto"}
            ),
            error_messages={"required": _ODD_DAY, "invalid": _ODD_DAY},
            validators=[
                MinValueValidator(date(1900, 1, 1), _ODD_YEAR),
                MaxValueValidator(date(2100, 12, 31), _ODD_YEAR),
            ],
            **kwargs,
        )


class EntryForm(forms.Form):
    """The fields of one entry. For a new one all of them, without a version to compare."""

    only_when_new: ClassVar[tuple[str, ...]] = ()

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, entry: Any = None) -> None:
        self.entry = entry
        super().__init__(data, initial=self._stored(entry) if entry else None)
        for name in self.only_when_new if entry else ("version",):
            del self.fields[name]

    @classmethod
    def _stored(cls, entry: models.Model) -> dict[str, Any]:
        return {name: getattr(entry, name) for name in cls.base_fields}


class MeetingForm(EntryForm):
    """A meeting. Its days are entered once; afterwards the meeting is moved, with a reason."""

    only_when_new = ("slug", "starts_on", "ends_on")

    series = forms.CharField(
        label=_("Series"),
        max_length=200,
        help_text=_("The same words for every meeting of the body."),
    )
    number = forms.IntegerField(label=_("Number"), min_value=1, max_value=9999)
    title = forms.CharField(label=_("Title"), max_length=250)
    slug = forms.SlugField(label=_("Address"), max_length=50, help_text=_KEY)
    place = forms.CharField(label=_("Place"), max_length=100, required=False)
    starts_on = DayField(label=_("First day"), required=False)
    ends_on = DayField(
        label=_("Last day"), required=False, help_text=_("Empty for a meeting of one day.")
    )
    expected = forms.CharField(
        label=_("Expected"),
        max_length=50,
        required=False,
        help_text=_("When the day is not known yet: “2027”, “spring 2027”."),
    )
    chair = forms.ModelChoiceField(
        label=_("Chair"), queryset=Party.objects.in_order(), to_field_name="code", required=False
    )
    attended = forms.ModelMultipleChoiceField(
        label=_("Attended by"),
        queryset=Party.objects.in_order(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    next_meeting = forms.ModelChoiceField(
        label=_("Next meeting"),
        queryset=Meeting.objects.newest_first(),
        to_field_name="slug",
        required=False,
    )
    officer = forms.ModelChoiceField(
        label=_("Desk officer"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("Who looks after its commitments, and hears when nobody else answers."),
    )

    def __init__(self, data: Any = None, *, entry: Meeting | None = None) -> None:
        super().__init__(data, entry=entry)
        free = Meeting.objects.without_predecessor(but=entry).newest_first()
        self.fields["next_meeting"].queryset = free  # type: ignore[attr-defined]
        officers = User.objects.secretariat()
        if entry and entry.officer_id:
            officers = officers | User.objects.filter(pk=entry.officer_id)
        self.fields["officer"].queryset = officers.order_by("name", "pk")  # type: ignore[attr-defined]

    @classmethod
    def _stored(cls, entry: Any) -> dict[str, Any]:
        return super()._stored(entry) | {"attended": entry.attended.all()}

    def clean(self) -> dict[str, Any]:
        """A meeting of one day may leave out the last one."""
        values = super().clean() or {}
        if values.get("starts_on") and values.get("ends_on") is None and "ends_on" in values:
            values["ends_on"] = values["starts_on"]
        return values


class PartyForm(EntryForm):
    only_when_new = ("code",)

    name = forms.CharField(label=_("Name"), max_length=100)
    code = forms.CharField(
        label=_("Code"),
        min_length=2,
        max_length=8,
        help_text=_("Two letters of a state, such as KG; it stands in links and exports for good."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=PartyKind.choices, widget=forms.RadioSelect)
    joined = DayField(label=_("Member since"), required=False)
    left = DayField(
        label=_("Member until"), required=False, help_text=_("The first day without membership.")
    )
    # The same choice as in a person's preferences.
    time_zone = PreferencesForm.base_fields["time_zone"]
    weekend = forms.TypedMultipleChoiceField(
        label=_("Weekend"),
        coerce=int,
        choices=Weekday.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day.")},
        initial=[Weekday.SATURDAY, Weekday.SUNDAY],
    )
    holidays = forms.CharField(
        label=_("Public holidays of"),
        max_length=2,
        required=False,
        help_text=_("A country in two letters, such as KG; for an organ that of its seat."),
    )
    mailbox = forms.ModelChoiceField(
        label=_("Mailbox"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("Gets the mail when no focal point and no deputy is there."),
    )

    def __init__(self, data: Any = None, *, entry: Party | None = None) -> None:
        super().__init__(data, entry=entry)
        mailboxes = User.objects.active().filter(is_mailbox=True)
        if entry:
            mailboxes = mailboxes | User.objects.filter(pk=entry.mailbox_id)
            zones = self.fields["time_zone"]
            if entry.time_zone not in dict(zones.choices):  # type: ignore[attr-defined]
                zones.choices = [(entry.time_zone, entry.time_zone), *zones.choices]  # type: ignore[attr-defined]
        self.fields["mailbox"].queryset = mailboxes.order_by("name", "pk")  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).upper()

    def clean_holidays(self) -> str:
        return str(self.cleaned_data["holidays"]).upper()


class InstrumentForm(EntryForm):
    only_when_new = ("slug",)

    name = forms.CharField(label=_("Name"), max_length=300)
    slug = forms.SlugField(label=_("Address"), max_length=100, help_text=_KEY)
    kind = forms.ChoiceField(label=_("Kind"), choices=InstrumentKind.choices)
    year = forms.IntegerField(label=_("Year"), min_value=1800, max_value=2100, required=False)
    place = forms.CharField(label=_("Adopted in"), max_length=100, required=False)
    opens = DayField(label=_("Valid from"), required=False)
    ends = DayField(label=_("Valid until"), required=False)


class MoveForm(EntryForm):
    """New days of a meeting, and why."""

    starts_on = DayField(label=_("First day"), required=False)
    ends_on = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Leave both empty when the days are not known any more."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _WHY},
    )

    @classmethod
    def _stored(cls, entry: Any) -> dict[str, Any]:
        return {name: getattr(entry, name) for name in ("starts_on", "ends_on", "version")}


class DayForm(forms.Form):
    """A local holiday of a party, or a day on which it works after all."""

    day = DayField(label=_("Day"))
    name = forms.CharField(label=_("What it is"), max_length=100)
    is_working = forms.BooleanField(
        label=_("People work on that day"),
        required=False,
        help_text=_("Leave this empty for a holiday; tick it for a working Saturday."),
    )


class TermForm(forms.Form):
    """A term of a focal point or a deputy."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    is_deputy = forms.BooleanField(label=_("As a deputy"), required=False)
    starts_on = DayField(label=_("From"))
    ends_on = DayField(
        label=_("Until"), required=False, help_text=_("The last day; empty while it is not known.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = _people()  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """The last day of a term."""

    ends_on = DayField(
        label=_("Last day"), required=False, help_text=_("Empty while it is not known.")
    )


class HandOverForm(forms.Form):
    """Who leaves, who comes, and from which day on."""

    leaving = forms.ModelChoiceField(label=_("Leaves"), queryset=User.objects.none())
    arriving = forms.ModelChoiceField(label=_("Comes"), queryset=User.objects.none())
    on = DayField(
        label=_("From"), help_text=_("The first day of whoever comes; today at the latest.")
    )

    def __init__(self, data: Any = None, *, party: Party, today: date) -> None:
        super().__init__(data, initial={"on": today})
        terms = FocalPoint.objects.running(today).filter(party=party)
        leaving = User.objects.filter(pk__in=terms.values("user")).order_by("name", "pk")
        self.fields["leaving"].queryset = leaving  # type: ignore[attr-defined]
        self.fields["arriving"].queryset = _people()  # type: ignore[attr-defined]


def _people() -> models.QuerySet[User]:
    return User.objects.active().people().order_by("name", "pk")
