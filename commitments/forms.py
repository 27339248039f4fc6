"""What people type into the register. The services decide whether it stands; these only read it."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from meetings.choices import Sensitivity
from meetings.models import Instrument, Meeting, Party

from .choices import Claim, LinkKind, Role, Status, Strength
from .models import Commitment, Obligation, Theme

_ODD_DAY = _("Enter a day that exists, written like 2026-12-24.")
_CHOOSE = _("Choose one of the statuses shown.")
_WHY = _("Give a reason: it is kept in the history.")


# Words that stand in the addresses of other pages (urls.py).
TAKEN = {"bulk", "import", "lines", "new", "reports"}


class DayField(forms.DateField):
    """A day as browsers send it, with their calendar."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"type": "date", "class": "input--auto"}
        kwargs.setdefault("error_messages", {"required": _ODD_DAY, "invalid": _ODD_DAY})
        super().__init__(
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs=attrs),
            **kwargs,
        )


class NoteField(forms.CharField):
    """A few sentences. How long they may be, the services say."""

    def __init__(self, *, missing: Any = _WHY, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 3})
        super().__init__(widget=widget, error_messages={"required": missing}, **kwargs)


class StatusField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("choices", Status.choices)
        messages = {"required": _CHOOSE, "invalid_choice": _CHOOSE}
        super().__init__(widget=forms.RadioSelect, error_messages=messages, **kwargs)


class VersionField(forms.IntegerField):
    """Which version of the row the person looked at."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput)


class SharedForm(forms.Form):
    """A form that stands on a page beside others: the ids of its fields begin with its own name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        name = type(self).__name__.removesuffix("Form").lower()
        kwargs.setdefault("auto_id", f"{name}_%s")
        super().__init__(*args, **kwargs)

    @property
    def shows(self) -> tuple[Any, ...]:
        """What its fields show before anything is entered: those that show the same are not drawn anew."""
        fields = [name for name, field in self.fields.items() if not field.widget.is_hidden]
        return (
            self.auto_id,
            *(self.get_initial_for_field(self.fields[name], name) for name in fields),
        )


class StatusForm(SharedForm):
    status = StatusField(label=_("New status"))
    note = NoteField(label=_("Reason"))
    version = VersionField()


class ReopenForm(SharedForm):
    note = NoteField(label=_("Reason"))
    version = VersionField()


class DeadlineForm(SharedForm):
    due = DayField(label=_("Due on"))
    reason = NoteField(label=_("Reason"))
    version = VersionField()


class ProgressForm(SharedForm):
    """A report while it is written: everything may still be missing."""

    claim = StatusField(label=_("Where does it stand?"), choices=Claim.choices, required=False)
    text = NoteField(
        label=_("What was done"),
        help_text=_("One or two sentences. The secretariat reads it before it counts."),
        required=False,
    )


class DecisionForm(SharedForm):
    finding = StatusField(label=_("Where do you find it?"), required=False)
    comment = NoteField(
        label=_("Comment"),
        help_text=_(
            "The focal point reads it. Needed when you return the report, and when you find the line "
            "not owed or not assessable."
        ),
        required=False,
    )
    version = VersionField()


class ExtensionForm(SharedForm):
    due = DayField(label=_("Until"))
    reason = NoteField(label=_("Why more time is needed"))


class AnswerForm(SharedForm):
    comment = NoteField(
        label=_("Comment"), help_text=_("Needed when you refuse the request."), required=False
    )


class LineForm(SharedForm):
    """Role, owner and sensitivity of a line."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    owner = forms.ModelChoiceField(
        label=_("Owner"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("The party's focal point"),
        help_text=_("Left as it is: the focal point, then the deputy, then the mailbox."),
    )
    sensitivity = forms.ChoiceField(label=_("Read by"), choices=Sensitivity.choices)
    version = VersionField()

    def __init__(self, *args: Any, line: Obligation | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if line:
            answering = Q(terms__party=line.party) | Q(pk=line.party.mailbox_id)
            # Whoever owns it already, too: saving another field must not take the line away from them.
            offered = Q(answering, is_active=True) | Q(pk=line.owner_id)
            people = User.objects.filter(offered).distinct().order_by("name", "pk")
            self.fields["owner"].queryset = people  # type: ignore[attr-defined]

    @classmethod
    def of(cls, line: Obligation, data: Any = None) -> "LineForm":
        initial = {
            name: getattr(line, name) for name in ("role", "owner", "sensitivity", "version")
        }
        return cls(data, initial=initial, line=line)


class NewLineForm(LineForm):
    party = forms.ModelChoiceField(
        label=_("Party"), queryset=Party.objects.in_order(), to_field_name="code"
    )
    field_order = ("party", "role", "owner", "sensitivity")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["version"]
        del self.fields["owner"]


class CommitmentForm(SharedForm):
    """A commitment's own words."""

    title = forms.CharField(
        label=_("Title"), max_length=200, help_text=_("Starts with a verb: what is to be done.")
    )
    strength = forms.ChoiceField(label=_("Strength"), choices=Strength.choices)
    theme = forms.ModelChoiceField(
        label=_("Theme"), queryset=Theme.objects.order_by("name", "pk"), required=False
    )
    instruments = forms.ModelMultipleChoiceField(
        label=_("Carries out"), queryset=Instrument.objects.in_order(), required=False
    )
    sensitivity = forms.ChoiceField(label=_("Read by"), choices=Sensitivity.choices)
    restricted_to = forms.ModelChoiceField(
        label=_("Restricted to"),
        queryset=Party.objects.in_order(),
        required=False,
        help_text=_("Only with “One party and the secretariat”."),
    )
    officer = forms.ModelChoiceField(
        label=_("Desk officer"),
        queryset=User.objects.secretariat().order_by("name", "pk"),
        required=False,
        empty_label=_("The meeting's"),
    )
    review_days = forms.IntegerField(
        label=_("Review rhythm in days"), min_value=1, max_value=3650, required=False
    )
    is_certain = forms.BooleanField(label=_("Certainly a commitment"), required=False, initial=True)
    coder_note = NoteField(
        label=_("Why it was coded so"),
        help_text=_("Needed when it is a coder's choice."),
        required=False,
    )
    version = VersionField()

    @classmethod
    def of(cls, commitment: Commitment, data: Any = None) -> "CommitmentForm":
        initial = {
            name: getattr(commitment, name) for name in cls.base_fields if name != "instruments"
        }
        form = cls(data, initial={**initial, "instruments": commitment.instruments.all()})
        # Whoever looks after it already, too: saving another field must not take it from them.
        officers = User.objects.secretariat() | User.objects.filter(pk=commitment.officer_id)
        form.fields["officer"].queryset = officers.order_by("name", "pk")  # type: ignore[attr-defined]
        return form

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        one_party = values.get("sensitivity") == Sensitivity.PARTY
        if one_party and not values.get("restricted_to"):
            self.add_error("restricted_to", _("Name the party that may read it."))
        if not one_party and values.get("restricted_to"):
            self.add_error(
                "restricted_to", _("Leave this empty unless one party alone may read it.")
            )
        if not values.get("is_certain") and not values.get("coder_note"):
            self.add_error("coder_note", _("Say why: a coder's choice has its reason beside it."))
        return values


class NewCommitmentForm(CommitmentForm):
    """A commitment entered by hand, outside any reading of a report."""

    reference = forms.SlugField(
        label=_("Reference"),
        max_length=20,
        help_text=_("Such as SCS14-33. It stays for ever."),
    )
    meeting = forms.ModelChoiceField(
        label=_("Meeting"), queryset=Meeting.objects.newest_first(), to_field_name="slug"
    )
    lead = forms.ModelMultipleChoiceField(
        label=_("Owed by"),
        queryset=Party.objects.in_order(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Name at least one party that owes it.")},
    )
    contributing = forms.ModelMultipleChoiceField(
        label=_("Contributing"),
        queryset=Party.objects.in_order(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    due = DayField(label=_("Due on"), required=False)
    by_meeting = forms.ModelChoiceField(
        label=_("Or by the meeting"),
        queryset=Meeting.objects.newest_first(),
        to_field_name="slug",
        required=False,
        help_text=_("Due the day before it opens; moves when the meeting moves."),
    )
    wording = forms.CharField(label=_("Words of the deadline"), max_length=250, required=False)
    field_order = (
        "reference",
        "meeting",
        "title",
        "lead",
        "contributing",
        "strength",
        "theme",
        "due",
        "by_meeting",
        "wording",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["version"]

    def clean_reference(self) -> str:
        """The address of a commitment is its reference: it must not be that of another page."""
        reference: str = self.cleaned_data["reference"]
        if reference.lower() in TAKEN:
            raise forms.ValidationError(
                _("This word is the address of another page. Choose another.")
            )
        return reference

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("due") and values.get("by_meeting"):
            self.add_error("by_meeting", _("Choose a day or a meeting, not both."))
        leading = set(values.get("lead") or ())
        if both := [party for party in values.get("contributing") or () if party in leading]:
            names = ", ".join(str(party) for party in both)
            said = _("%(names)s owes it already: choose each party once.") % {"names": names}
            self.add_error("contributing", said)
        return values


class LifeForm(SharedForm):
    """Taking a commitment out of force, or bringing it back."""

    by = forms.CharField(
        label=_("Replaced by"),
        max_length=20,
        required=False,
        help_text=_("The reference of the later commitment, when it replaces this one."),
    )
    reason = NoteField(label=_("Reason"))
    version = VersionField()


class LinkedForm(SharedForm):
    """What this commitment does to an earlier one."""

    kind = forms.ChoiceField(label=_("This commitment"), choices=LinkKind.choices)
    earlier = forms.CharField(
        label=_("Earlier commitment"), max_length=20, help_text=_("Its reference.")
    )
