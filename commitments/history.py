"""The log of the register, as a person reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BigIntegerField, Model, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.asking import NOW, AskedBy
from accounts.models import Event, User
from ui.counting import Counted
from ui.prepared import Among, Given, GivenKeys

from .history_names import MODELS, Names
from .history_words import OF_ENTRANCES, WHAT, change_words
from .models import Commitment, Evidence, Obligation

# How many entries the page of a commitment or of a line shows; the rest is on /history/.
SHOWN = 20
_HIGHEST_VERSION = 2**31 - 1
_DECIDED = ("report.accepted", "report.returned", "extension.granted", "extension.refused")


@dataclass(frozen=True)
class Entry:
    """One thing that happened: when, who, to whose line, what, from what to what, and why.

    `reference` and `title` name the commitment, or the title alone what else it is about; `url` leads
    to it.
    """

    at: datetime
    who: str
    line: str
    what: str | Promise
    change: str
    why: str
    action: str = ""
    via: str = ""
    kind: str = ""
    reference: str = ""
    title: str = ""
    url: str = ""


def visible(user: User, now: datetime) -> "QuerySet[Event]":
    """Events that a person may read: administrators all, officers all but who signed in and from where,
    others those of commitments and lines that they may see.
    """
    if user.is_administrator:
        return Event.objects.all()
    if user.is_secretariat:
        entrances = (Q(action__startswith=prefix) for prefix in OF_ENTRANCES)
        return Event.objects.exclude(reduce(or_, entrances))
    commitments = Commitment.objects.visible_to(user, now).values("pk")
    lines = Obligation.objects.visible_to(user, now).values("pk")
    events = Event.objects.filter(
        Q(object_type="commitment", object_id__in=commitments)
        | Q(object_type="obligation", object_id__in=lines)
    )
    return _with_readable_evidence(events, user, now)


def entries(
    commitment: Commitment,
    lines: Iterable[Obligation],
    *,
    user: User | None = None,
    now: datetime | None = None,
) -> list[Entry]:
    """What happened to a commitment and to the lines given (those that the reader may see), newest first.

    Evidence can be more secret than its line: without the reader, events of evidence are left out.
    """
    lines = list(lines)
    keys = [line.pk for line in lines]
    events = _with_readable_evidence(_about(commitment.pk, Q(object_id__in=keys)), user, now)
    return told(events.select_related("actor"), known=[commitment, *lines], user=user, now=now)


def newest(
    commitment: Commitment, lines: list[Obligation], *, user: User, now: datetime
) -> tuple[list[Entry], int]:
    """The newest `SHOWN` of these entries, and how many there are in all."""
    found = _NEWEST(user, now, commitment=commitment.pk, lines=[line.pk for line in lines])
    count = found[0].in_all if found else 0
    return told(found, known=[commitment, *lines], user=user, now=now), count


def _about(commitment: int | Given, of_lines: Q) -> "QuerySet[Event]":
    """Events of a commitment, and of those lines that the condition names."""
    of_lines = Q(object_type="obligation") & of_lines
    return Event.objects.filter(Q(object_type="commitment", object_id=commitment) | of_lines)


def _newest(who: Any) -> "QuerySet[Event, Any]":
    of_lines = Q(Among("object_id", GivenKeys("lines")))
    events = _about(Given("commitment", BigIntegerField()), of_lines)
    events = _with_readable_evidence(events, who, NOW)
    in_all = Counted(events.order_by().values("pk"))
    return events.select_related("actor").annotate(in_all=in_all)[:SHOWN]


_NEWEST = AskedBy(_newest)


def between(
    commitments: Iterable[Commitment],
    lines: Iterable[Obligation],
    *,
    after: datetime,
    user: User,
    now: datetime,
) -> list[tuple[tuple[str, int], Entry]]:
    """What happened to these commitments and lines after a moment, the earliest first.

    Each with the kind and the key of what it happened to. Without evidence, which can be more secret
    than its line, and without the entering itself.
    """
    known = [*commitments, *lines]
    keys = {
        kind: [row.pk for row in known if row._meta.model_name == kind]
        for kind in ("commitment", "obligation")
    }
    about = (Q(object_type=kind, object_id__in=found) for kind, found in keys.items())
    rows = Event.objects.filter(reduce(or_, about), at__gt=after, at__lte=now)
    rows = rows.exclude(action__startswith="evidence.").exclude(action="commitment.registered")
    events = list(rows.select_related("actor").order_by("at", "pk"))
    subjects = [(event.object_type, event.object_id) for event in events]
    return list(zip(subjects, told(events, known=known, user=user, now=now), strict=True))


def since(of: Commitment | Obligation, seen: int) -> list[Entry]:
    """What changed on a commitment or a line after its version `seen`, newest first.

    For whoever came too late.
    """
    events = Event.objects.filter(
        object_type=of._meta.model_name,
        object_id=of.pk,
        after__version__gt=min(seen, _HIGHEST_VERSION),
    )
    return told(events.select_related("actor"), known=[of])


def decisions(obligation: Obligation, **about: int) -> list[Entry]:
    """What was decided on a report or a request of a line, for whoever came second.

    `about` names it as the log does: `report` or `extension`, and its key.
    """
    events = Event.objects.filter(
        object_type="obligation",
        object_id=obligation.pk,
        action__in=_DECIDED,
        **{f"after__{name}": key for name, key in about.items()},
    )
    return told(events.select_related("actor"), known=[obligation])


def told(
    events: Iterable[Event],
    *,
    known: Iterable[Model] = (),
    user: User | None = None,
    now: datetime | None = None,
) -> list[Entry]:
    """Events in words, in the order given. Reads what they name in a few queries; select their actors."""
    events = list(events)
    names = Names(events, known, user, now)
    return [_entry(event, names) for event in events]


def _with_readable_evidence(
    events: "QuerySet[Event]", user: User | None, now: datetime | None
) -> "QuerySet[Event]":
    """Without events of evidence that the person may not read, or that was removed from another's draft."""
    about_else = ~Q(action__startswith="evidence.")
    if user is None or now is None:
        return events.filter(about_else)
    if user.is_secretariat:
        return events
    # The lines are visible to the reader already: asking that again is too deep for SQLite's parser.
    readable = Evidence.objects.visible_pieces(user, now).values("pk")
    piece = Cast(KT("after__evidence"), BigIntegerField())
    return events.alias(piece=piece).filter(about_else | Q(actor=user) | Q(piece__in=readable))


def _entry(event: Event, names: Names) -> Entry:
    subject = names.subject(event)
    line = subject if isinstance(subject, Obligation) else None
    about = line.commitment if line else subject
    commitment = about if isinstance(about, Commitment) else None
    model = MODELS.get(event.object_type)
    return Entry(
        at=event.at,
        who=event.actor.name if event.actor else _("The system"),
        line=str(line.party) if line else "",
        what=WHAT.get(event.action, event.action),
        change=change_words(event, names),
        why=event.why,
        action=event.action,
        via=event.get_via_display(),
        kind=str(model._meta.verbose_name) if model else event.object_type,
        reference=commitment.reference if commitment else "",
        title=commitment.title if commitment else str(subject or ""),
        url=_address(subject),
    )


def _address(subject: Model | None) -> str:
    address = getattr(subject, "get_absolute_url", None)
    return str(address()) if address else ""
