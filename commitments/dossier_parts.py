"""What a dossier consists of, and what each piece of it says: the same on the page and in both files."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from django.utils import timezone
from django.utils.dateformat import format as date_words
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meetings.models import Meeting, Party
from ui.words import day_words, zone_words

from .choices import Basis, Life, Reporting, Status, Timing
from .models import Commitment, Obligation
from .templatetags import register as tags

OPEN, LAST = "open", "last"
CHOICES: dict[str, str | Lazy] = {
    OPEN: gettext_lazy("All that is open from before"),
    LAST: gettext_lazy("The last meeting only"),
}
# The shapes of the statuses, for files that have no drawings.
SIGNS = {"n": "○", "p": "◐", "v": "◉", "q": "◕", "d": "●", "s": "▣", "a": "?", "x": "–"}


@dataclass(frozen=True)
class Proof:
    """A piece of evidence that the reader may see."""

    name: str
    address: str
    is_new: bool

    @property
    def words(self) -> str:
        return _("%(name)s (new)") % {"name": self.name} if self.is_new else self.name


@dataclass(frozen=True)
class Move:
    """A deadline that was moved: from the first to the one that holds, and why."""

    first: date | None
    now: date | None
    reason: str

    @property
    def words(self) -> str:
        days = f"{day(self.first)} → {day(self.now)}"
        return f"{days}: {self.reason}" if self.reason else days


@dataclass
class Part:
    """One party's line of a commitment."""

    line: Obligation
    is_silent: bool
    move: Move | None
    proofs: list[Proof]
    changes: list[str]

    @cached_property
    def symbol(self) -> str:
        return tags.standing_symbol(self.line)

    @cached_property
    def status(self) -> str:
        return tags.standing_words(self.line)

    @cached_property
    def signed_status(self) -> str:
        return f"{SIGNS[self.symbol]} {self.status}"

    @cached_property
    def timing(self) -> str:
        return tags.timing_words(self.line)

    @cached_property
    def marks(self) -> list[str]:
        """What is to be said of it besides where it stands: how late it is, that it is silent."""
        found = []
        if self.line.timing_now in {Timing.OVERDUE, Timing.SOON}:
            found.append(self.timing)
        return [*found, str(Reporting.SILENT.label)] if self.is_silent else found

    @property
    def due(self) -> date | None:
        return self.line.next_deadline.due if self.line.next_deadline else None

    @cached_property
    def due_words(self) -> str:
        deadline = self.line.next_deadline
        if deadline is None:
            return _("No date set")
        return f"{day(deadline.due)} ({str(Basis(deadline.basis).label).lower()})"

    @cached_property
    def is_changed(self) -> bool:
        return bool(self.changes) or any(proof.is_new for proof in self.proofs)

    @property
    def says(self) -> tuple[str, ...]:
        """What its row says besides the party; a row of its own where more is to be told of it."""
        more = self.line.party.code if self.is_changed or self.proofs or self.move else ""
        return (self.signed_status, *self.marks, self.due_words, more)


@dataclass
class Promise:
    """One commitment with the words it rests on and a part a party."""

    commitment: Commitment
    quotations: list[str]
    parts: list[Part]
    changes: list[str]
    done: str

    @property
    def rows(self) -> list[list[Part]]:
        """The parts, those of which the same is to be said together."""
        found: dict[tuple[str, ...], list[Part]] = {}
        for part in self.parts:
            found.setdefault(part.says, []).append(part)
        return list(found.values())

    @property
    def life(self) -> str:
        life = self.commitment.life
        return "" if life == Life.ACTIVE else str(Life(life).label)

    @property
    def is_changed(self) -> bool:
        return bool(self.changes) or any(part.is_changed for part in self.parts)


@dataclass
class Theme:
    name: str
    promises: list[Promise]


@dataclass
class Owing:
    """What one party owes, over all themes."""

    party: Party
    parts: list[Part]

    @property
    def done(self) -> int:
        return sum(part.line.status == Status.DONE for part in self.parts)

    @property
    def awaiting(self) -> int:
        return sum(part.line.is_awaiting for part in self.parts)

    @property
    def overdue(self) -> int:
        return sum(part.line.timing_now is Timing.OVERDUE for part in self.parts)

    @property
    def silent(self) -> int:
        return sum(part.is_silent for part in self.parts)

    @property
    def changed(self) -> int:
        return sum(part.is_changed for part in self.parts)

    @property
    def figures(self) -> list[int]:
        return [len(self.parts), self.done, self.awaiting, self.overdue, self.silent, self.changed]


@dataclass
class Dossier:
    """The whole of it, as of a moment. `since` is the end of the meeting before, if its day is known."""

    meeting: Meeting
    choice: str
    as_of: datetime
    earlier: list[Meeting]
    since: datetime | None = None
    last: Meeting | None = None
    themes: list[Theme] = field(default_factory=list)
    parties: list[Owing] = field(default_factory=list)
    left_out: int = 0
    rest: str = ""

    @property
    def promises(self) -> list[Promise]:
        return [promise for theme in self.themes for promise in theme.promises]

    @property
    def changed(self) -> int:
        return sum(promise.is_changed for promise in self.promises)

    @property
    def title(self) -> str:
        return _("Dossier for %(meeting)s") % {"meeting": self.meeting.title}

    @property
    def as_of_words(self) -> str:
        at = timezone.localtime(self.as_of)
        said = {
            "day": day(at),
            "time": date_words(at, "H:i"),
            "zone": zone_words(timezone.get_current_timezone(), at),
        }
        return _("As of %(day)s, %(time)s, %(zone)s.") % said

    @property
    def left_out_words(self) -> str:
        if not self.left_out:
            return ""
        said = ngettext(
            "%(n)s more commitment is not in this dossier.",
            "%(n)s more commitments are not in this dossier.",
            self.left_out,
        )
        return said % {"n": self.left_out}

    @property
    def since_day(self) -> str:
        """The last day of the meeting from which changes are reckoned; nothing if it is not known."""
        return day(end(self.last)) if self.last and self.since else ""

    @property
    def since_words(self) -> str:
        """What heads the changes."""
        return _("Since %(day)s") % {"day": self.since_day} if self.since else _("Changes")


HEADS = (
    gettext_lazy("Lines"),
    Status.DONE.label,
    Reporting.AWAITING.label,
    Timing.OVERDUE.label,
    Reporting.SILENT.label,
    gettext_lazy("Changed"),
)


def end(meeting: Meeting) -> date | None:
    """The last day of a meeting, as far as it is known."""
    return meeting.ends_on or meeting.starts_on


def day(value: date | datetime | None) -> str:
    return day_words(value) if value else _("No date set")


# What no XML may hold, and so neither kind of file.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def printable(words: object) -> str:
    return _UNPRINTABLE.sub("", str(words))


def full_address(site: str, address: str) -> str:
    """An address that leads to the site from outside."""
    return f"{site}{address}" if address.startswith("/") else address
