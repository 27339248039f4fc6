"""Changing what stands in the register: a commitment's own words, its lines, its life and its links.

Nothing is ever deleted: a commitment is withdrawn or replaced, with a reason.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from accounts.taken import unless_taken
from meetings.models import Instrument, Party

from . import deadlines, notes, services
from .choices import Life, LinkKind, Purpose, Role
from .claims import claim
from .models import Commitment, CommitmentLink, Deadline, Obligation, Theme

FIELDS = (
    "title",
    "strength",
    "theme",
    "sensitivity",
    "restricted_to",
    "officer",
    "review_days",
    "is_certain",
    "coder_note",
)
LINE_FIELDS = ("role", "owner", "sensitivity")


def edit(
    *,
    commitment: Commitment,
    seen: int,
    values: dict[str, Any],
    instruments: Collection[Instrument] | None = None,
    actor: User,
    now: datetime,
    via: str,
    why: str = "",
) -> Commitment:
    """Change the named fields of a commitment (`FIELDS`) and, if given, its instruments.

    Raises `Stale` when somebody changed it since version `seen`, `ValidationError` by field.
    """
    changed = {name: value for name, value in values.items() if getattr(commitment, name) != value}
    before = {name: told(getattr(commitment, name)) for name in changed}
    after = {name: told(value) for name, value in changed.items()}
    if instruments is not None:
        was = sorted(commitment.instruments.values_list("slug", flat=True))
        wanted = sorted(instrument.slug for instrument in instruments)
        if was != wanted:
            before["instruments"], after["instruments"] = was, wanted
    if not after:
        return commitment
    for name, value in changed.items():
        setattr(commitment, name, value)
    commitment.full_clean()
    with transaction.atomic():
        version = claim(commitment, seen, **changed)
        if "instruments" in after and instruments is not None:
            commitment.instruments.set(instruments)
        services.refresh_search_text(commitment)
        if every := changed.get("review_days"):
            _begin_reviews(commitment, every, actor, now)
        _tell(commitment, "commitment.edited", before, after, version, actor, now, via, why)
    commitment.refresh_from_db()
    return commitment


def _begin_reviews(commitment: Commitment, every: int, actor: User, now: datetime) -> None:
    """A rhythm that is new opens its first period; one that changes counts from the next answer on."""
    held = Deadline.objects.current().of_commitment().filter(commitment=commitment)
    if not held.filter(purpose=Purpose.REVIEW).exists():
        reason = _("Review rhythm set by %(name)s.") % {"name": actor.name}
        period = services.review_from(now, every, reason=reason)
        deadlines.enter(
            commitment=commitment, purpose=Purpose.REVIEW, period=period, author=actor, now=now
        )


def add_line(
    *,
    commitment: Commitment,
    party: Party,
    role: str = Role.LEAD,
    owner: User | None = None,
    sensitivity: str,
    actor: User,
    now: datetime,
    via: str,
    why: str = "",
) -> Obligation:
    """Add the line of one more party. It falls due as the commitment does."""
    line = Obligation(
        commitment=commitment,
        party=party,
        role=role,
        owner=owner,
        sensitivity=sensitivity,
        registered_at=now,
    )
    line.full_clean()
    with unless_taken(line):
        deadlines.hold_for_new_lines(commitment, [party])
        line.save()
        deadlines.refresh([line])
        after = {"party": party.code, "role": role, "owner": told(owner)}
        _tell(line, "line.added", {}, after, line.version, actor, now, via, why)
    return line


def edit_line(
    *,
    obligation: Obligation,
    seen: int,
    values: dict[str, Any],
    actor: User,
    now: datetime,
    via: str,
    why: str = "",
) -> Obligation:
    """Change role, owner or sensitivity of a line (`LINE_FIELDS`). Raises as `edit` does."""
    changed = {name: value for name, value in values.items() if getattr(obligation, name) != value}
    if not changed:
        return obligation
    before = {name: told(getattr(obligation, name)) for name in changed}
    after = {name: told(value) for name, value in changed.items()}
    with transaction.atomic():
        version = claim(obligation, seen, **changed)
        _tell(obligation, "line.edited", before, after, version, actor, now, via, why)
    obligation.refresh_from_db()
    return obligation


def withdraw(
    *, commitment: Commitment, seen: int, reason: str, actor: User, now: datetime, via: str
) -> Commitment:
    """Take a commitment out of force. Its lines are no longer due; everything stays readable."""
    return _live(commitment, seen, Life.WITHDRAWN, "commitment.withdrawn", reason, actor, now, via)


def revive(
    *, commitment: Commitment, seen: int, reason: str, actor: User, now: datetime, via: str
) -> Commitment:
    """Bring a withdrawn or replaced commitment back into force."""
    return _live(commitment, seen, Life.ACTIVE, "commitment.revived", reason, actor, now, via)


def replace(
    *,
    commitment: Commitment,
    seen: int,
    by: Commitment,
    reason: str,
    actor: User,
    now: datetime,
    via: str,
) -> Commitment:
    """A later commitment takes the place of this one, and the two are linked."""
    with transaction.atomic():
        replaced = _live(
            commitment, seen, Life.REPLACED, "commitment.replaced", reason, actor, now, via
        )
        link(earlier=commitment, later=by, kind=LinkKind.REPLACES, actor=actor, now=now, via=via)
    return replaced


def link(
    *,
    earlier: Commitment,
    later: Commitment,
    kind: str,
    actor: User,
    now: datetime,
    via: str,
) -> CommitmentLink:
    """Say what a later commitment does to an earlier one; a link that exists gets the new kind.

    Raises `ValidationError` for a commitment linked to itself or the other way round.
    """
    if earlier.pk == later.pk:
        raise ValidationError(_("A commitment cannot be linked to itself. Choose another one."))
    if CommitmentLink.objects.filter(earlier=later, later=earlier).exists():
        raise ValidationError(
            _("%(earlier)s is linked as the later of the two already.")
            % {"earlier": earlier.reference}
        )
    values = {"kind": kind, "added_by": actor, "added_at": now}
    with transaction.atomic():
        links = CommitmentLink.objects.select_for_update().filter(earlier=earlier, later=later)
        was = links.first()
        if was and was.kind == kind:
            return was
        before = {"kind": was.kind} if was else {}
        made, _is_new = CommitmentLink.objects.update_or_create(
            earlier=earlier, later=later, defaults=values
        )
        after = {"earlier": earlier.reference, "later": later.reference, "kind": kind}
        _tell(later, "commitment.linked", before, after, None, actor, now, via)
        _tell(earlier, "commitment.linked", before, after, None, actor, now, via)
    return made


def save_theme(*, theme: Theme, actor: User, now: datetime, via: str) -> Theme:
    """Store a theme, new or renamed. Raises `ValidationError` by field, for instance when it exists."""
    theme.full_clean()
    stored = Theme.objects.filter(pk=theme.pk).first()
    before = {"slug": stored.slug, "name": stored.name} if stored else {}
    with unless_taken(theme):
        theme.save()
        action = "theme.changed" if stored else "theme.added"
        after = {"slug": theme.slug, "name": theme.name}
        record(actor=actor, at=now, via=via, action=action, of=theme, before=before, after=after)
    return theme


def told(value: Any) -> Any:
    """A value as the log keeps it: of a row, its key."""
    return value.pk if isinstance(value, models.Model) else value


def _live(
    commitment: Commitment,
    seen: int,
    life: str,
    action: str,
    reason: str,
    actor: User,
    now: datetime,
    via: str,
) -> Commitment:
    reason = notes.reason("reason", reason)
    if commitment.life == life:
        words = {"life": commitment.get_life_display()}
        raise ValidationError(_("The commitment is %(life)s already.") % words)
    with transaction.atomic():
        version = claim(commitment, seen, life=life)
        before, after = {"life": commitment.life}, {"life": life}
        _tell(commitment, action, before, after, version, actor, now, via, reason)
    commitment.refresh_from_db()
    return commitment


def _tell(
    of: Commitment | Obligation,
    action: str,
    before: dict[str, Any],
    after: dict[str, Any],
    version: int | None,
    actor: User,
    now: datetime,
    via: str,
    why: str = "",
) -> None:
    numbered = after | ({"version": version} if version else {})
    record(
        actor=actor,
        at=now,
        via=via,
        action=action,
        of=of,
        before=before,
        after=numbered,
        why=why,
    )
