"""The last step: what each accepted candidate is registered as. One form a row, one for what holds for all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Q
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commitments.forms import TAKEN, DayField, VersionField
from commitments.models import CandidateDecision, Theme
from meetings.models import Meeting, Party
from meetings.reader.types import ALL
from ui.saving import say_what_to_do

from .registering import Registration

LONGEST_RHYTHM = 3650


@dataclass(frozen=True)
class Offered:
    """What can be chosen, read once for all rows."""

    meeting: Meeting

    @cached_property
    def parties(self) -> dict[str, Party]:
        return {party.code: party for party in Party.objects.in_order()}

    @cached_property
    def members(self) -> list[Party]:
        day = self.meeting.starts_on
        return [party for party in self.parties.values() if day and party.was_member(day)]

    @cached_property
    def themes(self) -> dict[str, Theme]:
        return {theme.slug: theme for theme in Theme.objects.order_by("name", "pk")}

    @cached_property
    def officers(self) -> dict[str, User]:
        return _by_key(User.objects.secretariat().order_by("name", "pk"))

    @cached_property
    def owners(self) -> dict[str, User]:
        """People who answer for a party, and the mailboxes of parties."""
        answering = Q(terms__isnull=False) | Q(pk__in=Party.objects.values("mailbox"))
        people = User.objects.filter(answering, is_active=True).distinct()
        return _by_key(people.order_by("name", "pk"))

    def parties_of(self, words: str) -> list[Party]:
        """The parties that codes name ("all", "KZ, KG"). Raises `ValidationError` for what is no code."""
        codes = list(dict.fromkeys(words.replace(",", " ").upper().split()))
        if codes == [ALL.upper()]:
            if not self.members:
                raise forms.ValidationError(
                    _(
                        "The day of the meeting is not known, so “all” names nobody. Write the codes."
                    )
                )
            return self.members
        unknown = [code for code in codes if code not in self.parties]
        if unknown:
            said = _now("%(codes)s: no party has this code. Add the party first, or leave it out.")
            raise forms.ValidationError(said % {"codes": ", ".join(unknown)})
        return [self.parties[code] for code in codes]


class RowFields(forms.Form):
    """What a row says and what holds for all rows that say nothing."""

    lead = forms.CharField(label=_("Owed by"), required=False)
    contributing = forms.CharField(label=_("Contributing"), required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    theme = forms.ChoiceField(label=_("Theme"), required=False)
    officer = forms.ChoiceField(label=_("Desk officer"), required=False)
    review_days = forms.IntegerField(
        label=_("Review every … days"), min_value=1, max_value=LONGEST_RHYTHM, required=False
    )

    def __init__(self, *args: Any, offered: Offered, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        choices: dict[str, list[tuple[str, Any]]] = {
            "owner": [("", _("Each party's focal point")), *_named(offered.owners)],
            "theme": [("", _("None")), *_named(offered.themes)],
            "officer": [("", _("The meeting's")), *_named(offered.officers)],
        }
        for name, offer in choices.items():
            self.fields[name].choices = offer  # type: ignore[attr-defined]
        say_what_to_do(self)

    def name_fields(self, of: str) -> None:
        """Name each input by its column and its row, for whoever does not see the table."""
        for field in self.fields.values():
            if isinstance(field, forms.BooleanField) and field.help_text:
                continue  # has a label of its own
            field.widget.attrs["aria-label"] = f"{field.label}, {of}"

    def clean_lead(self) -> list[Party]:
        return self.offered.parties_of(self.cleaned_data["lead"])

    def clean_contributing(self) -> list[Party]:
        return self.offered.parties_of(self.cleaned_data["contributing"])

    def clean_owner(self) -> User | None:
        return self.offered.owners.get(self.cleaned_data["owner"])

    def clean_theme(self) -> Theme | None:
        return self.offered.themes.get(self.cleaned_data["theme"])

    def clean_officer(self) -> User | None:
        return self.offered.officers.get(self.cleaned_data["officer"])


class ForAllForm(RowFields):
    """What holds where a row is empty, and for all rows."""

    prefix = "all"
    remind_backlog = forms.BooleanField(
        label=_("Remind about steps that are over already"),
        help_text=_(
            "Otherwise reminders speak only about what comes. "
            "An administrator sees how many mails it makes before they go out."
        ),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name_fields(_now("where a row is empty"))


class RowForm(RowFields):
    """One accepted candidate."""

    chosen = forms.BooleanField(label=_("Register"), required=False, initial=True)
    reference = forms.SlugField(label=_("Reference"), max_length=20)
    title = forms.CharField(label=_("Title"), max_length=200)
    due = DayField(label=_("Due on"), required=False)
    version = VersionField()

    def __init__(
        self,
        data: Any = None,
        *,
        candidate: CandidateDecision,
        reference: str,
        offered: Offered,
        for_all: ForAllForm,
    ) -> None:
        # What repeats an earlier commitment is about the same.
        theme = candidate.theme or (candidate.earlier.theme if candidate.earlier else None)
        initial = {
            "reference": reference,
            "title": candidate.title,
            "lead": ", ".join(candidate.parties),
            "contributing": ", ".join(candidate.contributing),
            "theme": theme.slug if theme else "",
            "due": candidate.due,
            "version": candidate.version,
        }
        super().__init__(data, prefix=f"c{candidate.pk}", initial=initial, offered=offered)
        self.candidate, self.for_all = candidate, for_all
        self.name_fields(reference)

    @property
    def is_chosen(self) -> bool:
        """A row that is not ticked is left alone, whatever is typed in it."""
        return not self.is_bound or bool(self.data.get(self.add_prefix("chosen")))

    @property
    def all_errors(self) -> list[str]:
        """What is wrong with the row, for the list above the table."""
        return [str(error) for errors in self.errors.values() for error in errors]

    def full_clean(self) -> None:
        super().full_clean()
        if not self.is_chosen:
            self._errors = ErrorDict()

    def clean_reference(self) -> str:
        reference: str = self.cleaned_data["reference"]
        if reference.lower() in TAKEN:
            raise forms.ValidationError(
                _("This word is the address of another page. Choose another.")
            )
        return reference

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "lead" not in self.errors and not self._lead(values):
            self.add_error("lead", _("Name at least one party that owes it."))
        return values

    def registration(self) -> Registration:
        """What the clean row says, with what holds for all where it says nothing."""
        own, every = self.cleaned_data, self.for_all.cleaned_data
        rhythm = own["review_days"] or (
            every.get("review_days") if self.candidate.standing else None
        )
        return Registration(
            candidate=self.candidate,
            seen=own["version"],
            reference=own["reference"],
            title=own["title"],
            lead=self._lead(own),
            contributing=own["contributing"] or every.get("contributing") or [],
            theme=own["theme"] or every.get("theme"),
            officer=own["officer"] or every.get("officer"),
            owner=own["owner"] or every.get("owner"),
            owner_is_for_all=not own["owner"],
            due=own["due"],
            review_days=rhythm,
            remind_backlog=bool(every.get("remind_backlog")),
        )

    def _lead(self, values: dict[str, Any]) -> list[Party]:
        return values.get("lead") or getattr(self.for_all, "cleaned_data", {}).get("lead") or []


def rows_of(
    candidates: Sequence[CandidateDecision],
    references: Sequence[str],
    offered: Offered,
    data: Any = None,
) -> tuple[ForAllForm, list[RowForm]]:
    """The form for all and that of each candidate; bound and checked when something was sent."""
    for_all = ForAllForm(data, offered=offered)
    for_all.is_valid()
    rows = [
        RowForm(data, candidate=row, reference=reference, offered=offered, for_all=for_all)
        for row, reference in zip(candidates, references, strict=True)
    ]
    return for_all, rows


def _named(rows: dict[str, Any]) -> list[tuple[str, str]]:
    return [(key, str(row)) for key, row in rows.items()]


def _by_key(people: Iterable[User]) -> dict[str, User]:
    return {str(person.pk): person for person in people}
