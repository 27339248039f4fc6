"""What a meeting has to know of the meetings before it: gathered once, for the page and for both files.

Everything is read for all commitments together, so that the questions are as many for two hundred as
for two. What the reader may not see is not read.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import User
from meetings.models import Meeting, Report
from meetings.rules import end_of_day

from . import reading, rules, words
from .choices import EvidenceKind, Timing
from .dossier_parts import LAST, Dossier, Move, Owing, Part, Promise, Proof, Theme, day, end
from .history import Entry, between
from .models import Commitment, Deadline, Evidence, Obligation, Quotation
from .querysets import CommitmentQuerySet, ObligationQuerySet, silent_after
from .tables import note_timing

# How many commitments one dossier holds; the lists have the rest.
MOST = 200
LONGEST_CHANGE = 200


def gather(meeting: Meeting, *, choice: str, user: User, now: datetime) -> Dossier:
    """What was promised at the earlier meetings of the series, as far as the person may see it."""
    found = Dossier(meeting, choice, now, list(Meeting.objects.earlier_in_series(meeting)))
    if not found.earlier:
        return found
    found.last = found.earlier[0]
    if last_day := end(found.last):
        found.since = end_of_day(last_day, ZoneInfo(user.time_zone))
    wanted = _wanted(found, user, now)
    commitments = list(wanted.by_theme().select_related("meeting")[: MOST + 1])
    if len(commitments) > MOST:
        commitments.pop()
        found.left_out = wanted.count() - MOST
        found.rest = _rest(found)
    _fill(found, commitments, user, now)
    return found


def _wanted(found: Dossier, user: User, now: datetime) -> CommitmentQuerySet:
    """All of the last meeting; or of every earlier one what is open, or has changed since the last."""
    visible = Commitment.objects.visible_to(user, now)
    if found.choice == LAST:
        return visible.filter(meeting=found.last)
    lines = Obligation.objects.visible_lines(user, now)
    asked: ObligationQuerySet = lines.open()
    if found.since:
        asked = asked | lines.changed_since(found.since)
    return visible.filter(meeting__in=found.earlier).having_line(asked)


def _rest(found: Dossier) -> str:
    """The list that has them all."""
    meetings = [found.last] if found.choice == LAST and found.last else found.earlier
    query = "&".join(f"meeting={meeting.slug}" for meeting in meetings)
    return f"{reverse('commitments:list')}?{query}"


def _fill(found: Dossier, commitments: Sequence[Commitment], user: User, now: datetime) -> None:
    by_key = {commitment.pk: commitment for commitment in commitments}
    lines = _lines(by_key, user, now)
    quotations = _quotations(by_key)
    moves = _moves(by_key, lines)
    proofs = _proofs(lines, found.since, user, now)
    changes = _changes(commitments, lines, found.since, user, now)
    hidden = set(
        Obligation.objects.hidden_from(user, now)
        .filter(commitment__in=by_key)
        .values_list("commitment", flat=True)
    )
    parts: dict[int, list[Part]] = defaultdict(list)
    for line in lines:
        told = changes["obligation", line.pk]
        part = Part(line, _is_silent(line, now), moves.get(line.pk), proofs[line.pk], told)
        parts[line.commitment_id].append(part)
    promises = [
        Promise(
            commitment,
            quotations[commitment.pk],
            parts[commitment.pk],
            changes["commitment", commitment.pk],
            _done(parts[commitment.pk], some_hidden=commitment.pk in hidden),
        )
        for commitment in commitments
    ]
    found.themes = [
        Theme(name, list(of))
        for name, of in groupby(promises, key=lambda promise: _theme_name(promise.commitment))
    ]
    found.parties = _by_party(promises)


def _theme_name(commitment: Commitment) -> str:
    return commitment.theme.name if commitment.theme else _("Without a theme")


def _by_party(promises: Iterable[Promise]) -> list[Owing]:
    """The same lines by party: states first, organs after them."""
    found: dict[int, Owing] = {}
    for promise in promises:
        for part in promise.parts:
            party = part.line.party
            found.setdefault(party.pk, Owing(party, [])).parts.append(part)
    return sorted(found.values(), key=lambda owing: (owing.party.kind, owing.party.name))


def _done(parts: Iterable[Part], *, some_hidden: bool) -> str:
    summary = rules.roll_up(
        (part.line.status, part.line.timing_now is Timing.OVERDUE, part.line.is_awaiting)
        for part in parts
    )
    return words.done_words(summary, some_hidden=some_hidden)


def _lines(by_key: dict[int, Commitment], user: User, now: datetime) -> list[Obligation]:
    rows = Obligation.objects.visible_lines(user, now).filter(commitment__in=by_key)
    lines = list(rows.for_strip())
    for line in lines:
        line.commitment = by_key[line.commitment_id]
        note_timing(line, now)
    return lines


def _is_silent(line: Obligation, now: datetime) -> bool:
    return rules.is_silent(
        status=line.status,
        life=line.commitment.life,
        registered_at=line.registered_at,
        last_report_at=line.last_report_at,
        now=now,
        after=silent_after(),
    )


def _quotations(by_key: dict[int, Commitment]) -> dict[int, list[str]]:
    """The exact words of each. The text of a report is read once, however often it is quoted."""
    rows = list(Quotation.objects.filter(commitment__in=by_key).in_text_order())
    reports = Report.objects.defer("raw").in_bulk({row.report_id for row in rows})
    quoted: dict[int, list[Quotation]] = defaultdict(list)
    for row in rows:
        row.report = reports[row.report_id]
        quoted[row.commitment_id].append(row)
    found: dict[int, list[str]] = defaultdict(list)
    for key, of in quoted.items():
        found[key] = [row.text for row in reading.current(of)]
    return found


def _moves(by_key: dict[int, Commitment], lines: Iterable[Obligation]) -> dict[int, Move]:
    """The lines whose next deadline was moved, with the day that it had first."""
    rows = {row.pk: row for row in Deadline.objects.filter(commitment__in=by_key)}
    found = {}
    for line in lines:
        if (now := line.next_deadline) is not None:
            first = _first_of_period(now, rows)
            if first.due != now.due:
                found[line.pk] = Move(first.due, now.due, now.reason)
    return found


def _first_of_period(row: Deadline, rows: dict[int, Deadline]) -> Deadline:
    """The deadline that this one goes back to. A review of the next period moves none."""
    while row.replaces_id is not None:
        before = rows[row.replaces_id]
        if row.opens and before.due and row.opens > before.due:
            return row
        row = before
    return row


def _proofs(
    lines: Iterable[Obligation], since: datetime | None, user: User, now: datetime
) -> dict[int, list[Proof]]:
    rows = (
        Evidence.objects.visible_pieces(user, now)
        .filter(report__obligation__in=[line.pk for line in lines])
        .filter(report__submitted_at__isnull=False)
        .select_related("report")
        .order_by("report__submitted_at", "pk")
    )
    found: dict[int, list[Proof]] = defaultdict(list)
    for piece in rows:
        sent = piece.report.submitted_at
        is_new = since is not None and sent is not None and sent > since
        is_file = piece.kind == EvidenceKind.FILE
        address = reverse("evidence:file", args=[piece.pk]) if is_file else piece.url
        found[piece.report.obligation_id].append(Proof(piece.name, address, is_new))
    return found


def _changes(
    commitments: Iterable[Commitment],
    lines: Iterable[Obligation],
    since: datetime | None,
    user: User,
    now: datetime,
) -> dict[tuple[str, int], list[str]]:
    """What the log tells since the last meeting, by what it happened to."""
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    if since is None:
        return found
    for subject, entry in between(commitments, lines, after=since, user=user, now=now):
        found[subject].append(_told(entry))
    return found


def _told(entry: Entry) -> str:
    """ "3 Mar 2026: Sample desk officer changed the status: Not started → In progress"."""
    what = f"{day(entry.at)}: {entry.who} {entry.what}"
    change = Truncator(entry.change).chars(LONGEST_CHANGE)
    return f"{what}: {change}" if change else what
