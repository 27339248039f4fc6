"""The grid of parties and commitments, put together from rows that were read before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ui.filterbar import PAGE, SORT

from . import rules
from .choices import Reporting, Status, Timing
from .models import Commitment

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Sums:
    """One line of the foot: its name, its figure in a summary by party, and what its list asks for."""

    label: str | Promise
    figure: str
    name: str = ""
    value: str = ""

    def is_asked(self, params: QueryDict) -> bool:
        """Whether the filters leave anything to count: with another choice of the same kind, nothing."""
        chosen = params.getlist(self.name) if self.name else []
        return not chosen or self.value in chosen


FOOT = (
    Sums(gettext_lazy("Lines"), "lines"),
    Sums(Status.DONE.label, Status.DONE, "status", Status.DONE),
    Sums(Reporting.AWAITING.label, "awaiting", "reporting", Reporting.AWAITING),
    Sums(Timing.OVERDUE.label, "overdue", "timing", Timing.OVERDUE),
    Sums(Reporting.SILENT.label, "silent", "reporting", Reporting.SILENT),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A party at the head of its cells."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """All that a cell shows. Cells that say the same are written once."""

    party: str
    status: str
    awaiting: bool
    overdue: bool
    silent: bool
    asked: bool


@dataclass(frozen=True, slots=True)
class Cell:
    standing: Standing
    address: str
    due: date | None
    basis: str


@dataclass(frozen=True)
class Figure:
    """A number and the list that makes it."""

    number: int
    address: str
    is_late: bool = False


@dataclass
class Line:
    """One commitment: a cell a party, None where the reader sees no line, and what they come to."""

    commitment: Commitment
    address: str
    cells: list[Cell | None]
    done: Figure
    applicable: Figure
    some_hidden: bool

    @property
    def next(self) -> Cell | None:
        """The open cell that falls due first."""
        dated = [cell for cell in self.cells if cell and cell.due and _is_open(self, cell)]
        return min(dated, key=lambda cell: cell.due or date.max, default=None)


@dataclass
class Group:
    name: str
    lines: list[Line]


@dataclass
class Grid:
    parties: list[Column]
    groups: list[Group]
    # The label, a figure a party, and that of all together; None where the register is too large.
    foot: list[tuple[str | Promise, list[Figure], Figure]] | None = field(default=None)

    @property
    def width(self) -> int:
        return len(self.parties) + 3


@dataclass(frozen=True)
class Moment:
    """What time means here: now, how long before the end is soon, how long without a report is silent."""

    now: datetime
    soon: timedelta
    silent: timedelta


class Addresses:
    """Where the numbers lead: the list of lines under the same filters, and one condition more."""

    def __init__(self, params: QueryDict) -> None:
        self.path = reverse("commitments:lines")
        self._encoded: dict[tuple[str, ...], str] = {}
        self.params = params.copy()
        for name in (PAGE, SORT):
            self.params.pop(name, None)

    def lines(self, **conditions: str | Sequence[str]) -> str:
        asked = f"{self._kept(tuple(conditions))}{urlencode(conditions, doseq=True)}"
        return f"{self.path}?{asked}" if asked else self.path

    def _kept(self, names: tuple[str, ...]) -> str:
        """The filters that stay beside conditions of these names: few kinds, asked for by every row."""
        if names not in self._encoded:
            kept = self.params.copy()
            for name in names:
                kept.pop(name, None)
            end = "&" if kept and names else ""
            self._encoded[names] = f"{kept.urlencode()}{end}"
        return self._encoded[names]

    def statuses(self, *, but: set[str]) -> list[str]:
        """The statuses that are asked for, all if none is, without some."""
        chosen = self.params.getlist("status") or Status.values
        return [value for value in chosen if value not in but]


def build(
    commitments: Sequence[Commitment],
    lines: Iterable[Row],
    *,
    summary: Sequence[Row] | None,
    met: set[int] | None,
    hidden: set[int],
    at: Moment,
    addresses: Addresses,
) -> Grid:
    """The grid of one page.

    `lines` come from ObligationQuerySet.for_grid, `summary` from standing.summary_by_party. `met` are the
    keys of the lines that meet the filters (None: all do), `hidden` those of commitments of which the
    reader does not see every line.
    """
    rows_of = list(lines)
    by_commitment: dict[int, dict[str, Row]] = defaultdict(dict)
    for line in rows_of:
        by_commitment[line["commitment"]][line["party__code"]] = line
    shown = _columns([*rows_of, *(summary or ())])
    rows = [
        _line(commitment, by_commitment[commitment.pk], shown, met, hidden, at, addresses)
        for commitment in commitments
    ]
    groups = [
        Group(name, list(of))
        for name, of in groupby(rows, key=lambda row: _theme_name(row.commitment))
    ]
    return Grid(shown, groups, None if summary is None else _foot(summary, shown, addresses))


def _columns(rows: Iterable[Row]) -> list[Column]:
    """The parties that owe something here or on another page: states first, organs after them."""
    found = {(row["party__kind"], row["party__name"], row["party__code"]) for row in rows}
    return [Column(code, name) for _kind, name, code in sorted(found)]


def _theme_name(commitment: Commitment) -> str:
    return commitment.theme.name if commitment.theme else _("Without a theme")


def _line(
    commitment: Commitment,
    lines: Mapping[str, Row],
    parties: Sequence[Column],
    met: set[int] | None,
    hidden: set[int],
    at: Moment,
    addresses: Addresses,
) -> Line:
    address = commitment.get_absolute_url()
    cells = [
        _cell(commitment, lines[party.code], party, address, met, at)
        if party.code in lines
        else None
        for party in parties
    ]
    asked = [cell.standing.status for cell in cells if cell and cell.standing.asked]
    applicable = [status for status in asked if status not in Status.not_counted()]
    one: dict[str, str | list[str]] = {"reference": commitment.reference}
    done = addresses.lines(**{**one, "status": Status.DONE})
    if len(applicable) < len(asked):
        one |= {"status": addresses.statuses(but=Status.not_counted())}
    return Line(
        commitment=commitment,
        address=address,
        cells=cells,
        done=Figure(applicable.count(Status.DONE), done),
        applicable=Figure(len(applicable), addresses.lines(**one)),
        some_hidden=commitment.pk in hidden,
    )


def _cell(
    commitment: Commitment,
    line: Row,
    party: Column,
    address: str,
    met: set[int] | None,
    at: Moment,
) -> Cell:
    state = {"status": line["status"], "life": commitment.life, "now": at.now}
    standing = Standing(
        party=party.name,
        status=line["status"],
        awaiting=line["is_awaiting"],
        overdue=rules.timing(**state, due_at=line["due_at"], soon=at.soon) is Timing.OVERDUE,
        silent=rules.is_silent(
            **state,
            registered_at=line["registered_at"],
            last_report_at=line["last_report_at"],
            after=at.silent,
        ),
        asked=met is None or line["pk"] in met,
    )
    # As `commitments:line` has it; asked of the resolver it would cost more than all the rest.
    return Cell(standing, f"{address}{party.code}/", line["due"], line["basis"])


def _is_open(line: Line, cell: Cell) -> bool:
    return rules.is_open(status=cell.standing.status, life=line.commitment.life)


def _foot(
    summary: Sequence[Row], parties: Sequence[Column], addresses: Addresses
) -> list[tuple[str | Promise, list[Figure], Figure]]:
    by_code = {row["party__code"]: row for row in summary}
    found = []
    for sums in FOOT:
        if not sums.is_asked(addresses.params):
            continue
        asked = {sums.name: sums.value} if sums.name else {}
        late = sums.value == Timing.OVERDUE
        numbers = {party.code: by_code.get(party.code, {}).get(sums.figure, 0) for party in parties}
        each = [
            Figure(number, addresses.lines(**asked, party=code), late)
            for code, number in numbers.items()
        ]
        found.append(
            (sums.label, each, Figure(sum(numbers.values()), addresses.lines(**asked), late))
        )
    return found
