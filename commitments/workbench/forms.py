"""What people type on the workbench: words of the report, a title, parties, a deadline, a reason."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from commitments.choices import Basis, Strength
from commitments.forms import DayField, SharedForm, VersionField
from commitments.models import CandidateDecision, Theme
from meetings.choices import Function
from meetings.models import Party, Passage, Report
from meetings.reader.types import ALL

from .quoting import (
    GAP,
    NotQuoted,
    Span,
    joined,
    locate,
    parts_of,
    quoted,
    title_of,
)
from .services import spans_of

# Why a candidate is none, and what its passage does then.
OTHER = "other"
REASONS = [
    (Function.POSITION, _("It states a view or a norm")),
    (Function.CALL, _("It asks others to act")),
    (Function.ACKNOWLEDGEMENT, _("It notes, thanks or welcomes what is done")),
    (Function.CONTEXT, _("It describes the world")),
    (Function.PROCEDURE, _("It records the meeting itself")),
    (OTHER, _("For another reason")),
]
_FIRST = {"autofocus": True}


class QuoteField(forms.CharField):
    """Words of the report, one span a line. A script that knows where they stand fills `at`."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 4, "data-quote": "", **_FIRST})
        super().__init__(widget=widget, **kwargs)


class SeenForm(forms.Form):
    """A button: it says which version the person looked at."""

    version = VersionField()


class AcceptForm(SeenForm):
    """`repeat` is the key of an earlier commitment and what is done to it: "12:widens"."""

    repeat = forms.RegexField(r"^\d+:[a-z]+$", required=False)


class FunctionForm(SeenForm):
    function = forms.ChoiceField(choices=Function.choices)


class AllForm(forms.Form):
    """What was labelled when the button was shown (services.as_labelled)."""

    seen = forms.RegexField(r"^[0-9a-f]{32}$")


class DismissForm(SharedForm):
    kind = forms.ChoiceField(
        label=_("Why it is no commitment"),
        choices=REASONS,
        initial=Function.POSITION,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("In your own words"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text=_("Needed for another reason; kept in the history."),
    )
    function = forms.ChoiceField(
        label=_("What the passage does"),
        choices=[("", _("As the reason says")), *Function.choices],
        required=False,
        help_text=_("Counts if this is the last candidate of the passage."),
    )
    version = VersionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].widget.attrs.update(_FIRST)

    def clean(self) -> dict[str, Any]:
        """The reason in words, and what the passage does."""
        values = super().clean() or {}
        kind, words = values.get("kind", OTHER), values.get("words", "").strip()
        if kind == OTHER and not words:
            self.add_error("words", _("Say why in your own words."))
        named = str(dict(REASONS)[kind]) if kind != OTHER else ""
        values["reason"] = f"{named}. {words}".strip(". ") + "." if named else words
        chosen = values.get("function")
        values["function"] = chosen or (kind if kind in Function.values else "")
        return values


class CandidateForm(SharedForm):
    """Everything about a candidate. It is told the report, and where the quotation may stand."""

    quote = QuoteField(
        label=_("Quotation"),
        help_text=_("Exactly as in the passage; several pieces one a line."),
        error_messages={"required": _("Quote at least a few words.")},
    )
    at = forms.CharField(widget=forms.HiddenInput(attrs={"data-at": ""}), required=False)
    title = forms.CharField(
        label=_("Action"), max_length=200, help_text=_("Starts with a verb: what is to be done.")
    )
    strength = forms.ChoiceField(label=_("Strength"), choices=Strength.choices)
    parties = forms.MultipleChoiceField(
        label=_("Owed by"),
        help_text=_("All: who was a member on the day of the meeting. For others, tick them."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Name at least one party that owes it.")},
    )
    contributing = forms.MultipleChoiceField(
        label=_("Contributing"), widget=forms.CheckboxSelectMultiple, required=False
    )
    due = DayField(label=_("Due on"), required=False)
    opens = DayField(label=_("Opens on"), required=False)
    wording = forms.CharField(
        label=_("Words of the deadline"),
        max_length=250,
        required=False,
        help_text=_("Such as “by the end of next year”."),
    )
    basis = forms.ChoiceField(
        label=_("Where the deadline comes from"),
        choices=[("", _("No deadline")), *Basis.choices],
        required=False,
    )
    standing = forms.BooleanField(
        label=_("Standing: it recurs or goes on without an end"), required=False
    )
    theme = forms.ChoiceField(label=_("Theme"), required=False)
    instruments = forms.CharField(
        label=_("Carries out"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text=_("Names of programmes, strategies or conventions, one a line."),
    )
    version = VersionField()

    def __init__(
        self,
        *args: Any,
        report: Report,
        passages: Sequence[Passage],
        parties: Sequence[Party],
        near: Sequence[Span] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.text, self.near = report.text, near
        self.ranges = [(row.start, row.end) for row in passages]
        named = [(party.code, party.name) for party in parties]
        self.themes = {row.slug: row for row in Theme.objects.order_by("name", "pk")}
        themes = [("", _("None")), *((slug, row.name) for slug, row in self.themes.items())]
        offered = {"parties": [(ALL, _("All member states")), *named], "contributing": named}
        for name, choices in {**offered, "theme": themes}.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    @classmethod
    def of(cls, row: CandidateDecision, data: Any = None, **about: Any) -> "CandidateForm":
        names = ("title", "strength", "parties", "contributing", "due", "opens", "wording",
                 "basis", "standing", "version")  # fmt: skip
        initial = {name: getattr(row, name) for name in names} | {
            "quote": "\n".join(quoted(about["report"].text, row.spans)),
            "theme": row.theme.slug if row.theme else "",
            "instruments": "\n".join(row.instruments),
        }
        return cls(data, initial=initial, near=spans_of(row), **about)

    def clean_theme(self) -> Theme | None:
        return self.themes.get(self.cleaned_data["theme"])

    def clean_parties(self) -> list[str]:
        codes: list[str] = self.cleaned_data["parties"]
        return [ALL] if ALL in codes else codes

    def clean_instruments(self) -> list[str]:
        names = (" ".join(line.split()) for line in self.cleaned_data["instruments"].splitlines())
        return list(dict.fromkeys(filter(None, names)))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "quote" in values:
            values["spans"] = self._spans(values["quote"], values.get("at", ""))
        if not values.get("title") and values.get("quote") and "title" not in self.errors:
            values["title"] = title_of(values["quote"])
        self._check_deadline(values)
        return values

    def _spans(self, quote: str, at: str) -> list[Span]:
        """Where the words stand: as the script says, if that is true, else where they are found."""
        lines = [" ".join(line.split()) for line in quote.splitlines() if line.strip()]
        given = _spans_in(at)
        if given and quoted(self.text, given) == lines and all(map(self._is_inside, given)):
            return joined(given)
        try:
            return locate(self.text, self.ranges, lines, self.near)
        except NotQuoted as missing:
            said = _now("“%(words)s” does not stand in the passage. Copy the words as they are.")
            self.add_error("quote", said % {"words": missing.words})
            return []

    def _is_inside(self, span: Span) -> bool:
        return any(start <= span[0] and span[1] <= end for start, end in self.ranges)

    def _check_deadline(self, values: dict[str, Any]) -> None:
        due, opens, wording = (values.get(name) for name in ("due", "opens", "wording"))
        if not values.get("basis"):
            goes_on = values.get("standing") and not due
            values["basis"] = "" if goes_on else _basis(due, wording)
        elif not (due or wording):
            self.add_error("due", _("Enter a day or the words, or choose “No deadline”."))
        if values["basis"] == Basis.STATED and " ".join((wording or "").split()) not in " ".join(
            self.text.split()
        ):
            self.add_error("wording", _("These words do not stand in the report."))
        elif values["basis"] == Basis.STATED and not wording:
            self.add_error("wording", _("Quote the words of the report that state it."))
        if due and opens and opens > due:
            self.add_error("due", _("Enter a day on or after the day on which it opens."))


class MarkForm(CandidateForm):
    """Other words of a passage as a candidate. Without a title, the words are it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["title"].help_text = _("Starts with a verb. Left empty: the words themselves.")


class SplitForm(SharedForm):
    """The parts of a candidate, one a line; several pieces of one part with … between them."""

    parts = QuoteField(
        label=_("Parts"),
        help_text=_(
            "One part a line, as it stands in the passage; “…” between pieces of one part."
        ),
        error_messages={"required": _("Give at least two parts that differ.")},
    )
    version = VersionField()

    def __init__(
        self, *args: Any, row: CandidateDecision, passages: Sequence[Passage], **kwargs: Any
    ) -> None:
        text = row.passage.report.text
        initial = {"parts": "\n".join(parts_of(text, spans_of(row))), "version": row.version}
        super().__init__(*args, initial=initial, **kwargs)
        self.text, self.near = text, spans_of(row)
        self.ranges = [(passage.start, passage.end) for passage in passages]
        self.fields["parts"].widget.attrs["data-adds"] = ""

    def clean_parts(self) -> list[list[Span]]:
        try:
            return [
                locate(self.text, self.ranges, line.split(GAP), self.near)
                for line in self.cleaned_data["parts"].splitlines()
                if line.strip()
            ]
        except NotQuoted as missing:
            said = _now("“%(words)s” does not stand in the passage. Copy the words as they are.")
            raise forms.ValidationError(said % {"words": missing.words}) from None


class MergeForm(SharedForm):
    """The other candidates, each with the version that the page showed."""

    others = forms.MultipleChoiceField(
        label=_("Merge with"),
        widget=forms.CheckboxSelectMultiple(attrs=_FIRST),
        error_messages={"required": _("Choose at least one other candidate.")},
    )
    version = VersionField()

    def __init__(self, *args: Any, row: CandidateDecision, others: Any, **kwargs: Any) -> None:
        """`others` are the open candidates of the report; those beside this one are offered first."""
        place = row.passage.number
        rows = sorted(others, key=lambda other: (abs(other.passage.number - place), other.pk))
        super().__init__(*args, initial={"version": row.version}, **kwargs)
        said = _now("Passage %(n)d: %(title)s")
        self.fields["others"].choices = [  # type: ignore[attr-defined]
            (f"{o.pk}.{o.version}", said % {"n": o.passage.number, "title": o.title}) for o in rows
        ]
        near = [o for o in rows if o.passage_id == row.passage_id]
        self.initial["others"] = [f"{o.pk}.{o.version}" for o in near[:1]]

    def clean_others(self) -> dict[int, int]:
        """Version by key."""
        pairs = (value.split(".") for value in self.cleaned_data["others"])
        return {int(key): int(version) for key, version in pairs}


def _spans_in(at: str) -> list[Span]:
    """Spans written as "12-40,55-60"; nothing of what is written otherwise."""
    found = []
    for piece in filter(None, at.split(",")):
        start, _dash, end = piece.partition("-")
        if not (start.isascii() and start.isdigit() and end.isascii() and end.isdigit()):
            return []
        if len(start) > 9 or len(end) > 9:
            return []
        found.append((int(start), int(end)))
    return found


def _basis(due: date | None, wording: str | None) -> str:
    """Where a deadline comes from when nobody says: its words state it, a day alone is set."""
    if wording:
        return Basis.STATED
    return Basis.SET if due else ""
