"""Writing policies: the only place that does."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from commitments.errors import Stale

from .choices import Duty, Rung
from .models import Policy

LONGEST_BEFORE, LONGEST_AFTER, LONGEST_GRACE = 365, 365, 250
MOST_STEPS = 12
FIELDS = ("before", "after", "monthly", "ladder", "head", "mandatory")


def save(
    *,
    policy: Policy,
    seen: int,
    values: dict[str, Any],
    actor: User,
    now: datetime,
    via: str,
    why: str = "",
) -> Policy:
    """Store a policy, new or changed. `values` are by `FIELDS`; `seen` is the version, 0 of a new one.

    Raises `Stale` when somebody changed it since, `ValidationError` by field for what cannot stand.
    """
    check(values)
    before = {name: _told(getattr(policy, name)) for name in values} if policy.pk else {}
    after = {name: _told(value) for name, value in values.items()}
    try:
        with transaction.atomic():
            if policy.pk:
                _change(policy, seen, values)
            else:
                for name, value in values.items():
                    setattr(policy, name, value)
                policy.save()
            _note("policy.changed", policy, actor, now, via, before, after, why)
    except IntegrityError:
        raise Stale from None
    policy.refresh_from_db()
    return policy


def remove(
    *, policy: Policy, seen: int, actor: User, now: datetime, via: str, why: str = ""
) -> None:
    """Take out the policy of a meeting or a commitment: what holds for all others holds there again."""
    assert not policy.site
    before = {name: _told(getattr(policy, name)) for name in FIELDS}
    with transaction.atomic():
        _note("policy.removed", policy, actor, now, via, before, {}, why)
        if not Policy.objects.filter(pk=policy.pk, version=seen).delete()[0]:
            raise Stale


def check(values: dict[str, Any]) -> None:
    """Refuse a policy that cannot stand, beside the field to correct."""
    problems = {
        "before": _odd_days(values["before"], 0, LONGEST_BEFORE),
        "after": _odd_days(values["after"], 1, LONGEST_AFTER),
        "ladder": _odd_ladder(values["ladder"]),
    }
    if not values["before"] and not values["after"]:
        problems["before"] = _("Enter at least one day before or after.")
    if set(values.get("mandatory", ())) - set(Duty.values):
        problems["mandatory"] = _("Choose among those shown.")
    found = {name: said for name, said in problems.items() if said}
    if found:
        raise ValidationError(found)


def _odd_days(days: list[int], least: int, most: int) -> str:
    if len(days) > MOST_STEPS:
        return _("Enter %(n)s days at most.") % {"n": MOST_STEPS}
    if len(set(days)) != len(days):
        return _("Enter each day once.")
    if any(not least <= day <= most for day in days):
        return _("Enter days from %(least)s to %(most)s.") % {"least": least, "most": most}
    return ""


def _odd_ladder(rungs: list[dict[str, Any]]) -> str:
    order = [rung["rung"] for rung in rungs]
    if order != [rung.value for rung in Rung if rung.value in order]:
        return _("Name each rung once, from the deputy up.")
    graces = [rung["after"] for rung in rungs]
    if any(not 1 <= after <= LONGEST_GRACE for after in graces):
        return _("Enter working days from 1 to %(most)s.") % {"most": LONGEST_GRACE}
    if graces != sorted(set(graces)):
        return _("Each rung needs more working days than the one below it.")
    return ""


def _change(policy: Policy, seen: int, values: dict[str, Any]) -> None:
    mine = Policy.objects.filter(pk=policy.pk, version=seen)
    if not mine.update(**values, version=F("version") + 1):
        raise Stale


def _told(value: Any) -> Any:
    return value.pk if isinstance(value, User) else value


def _note(
    action: str,
    policy: Policy,
    actor: User,
    now: datetime,
    via: str,
    before: dict[str, Any],
    after: dict[str, Any],
    why: str,
) -> None:
    of = policy.commitment or policy.meeting or policy
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    record(
        actor=actor,
        at=now,
        via=via,
        action=action,
        of=of,
        before={name: value for name, value in before.items() if name in changed},
        after={name: value for name, value in after.items() if name in changed},
        why=why,
    )
