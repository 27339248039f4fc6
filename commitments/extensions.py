"""Asking for more time: asked with a reason, granted or refused, both kept."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from ui.words import day_words

from . import deadlines, notes, rules
from .choices import ExtensionState, Status
from .errors import Stale
from .models import Deadline, Extension, Obligation


def ask(
    *, obligation: Obligation, due: date, reason: str, actor: User, now: datetime, via: str
) -> Extension:
    """Ask for a later day for the deadline that counts now.

    Raises `ValidationError`: by field for a day that is not later or a reason that is missing, as a
    whole when nothing is due on the line, it has no deadline or a request awaits its answer.
    """
    if obligation.status == Status.DONE:
        raise ValidationError(_("This line is done and locked, so it needs no more time."))
    if not rules.is_open(status=obligation.status, life=obligation.commitment.life):
        raise ValidationError(_("Nothing is due on this line any more, so it needs no more time."))
    deadline = deadlines.effective(obligation)
    if deadline is None or deadline.due is None:
        raise ValidationError(_("This line has no deadline, so there is nothing to extend."))
    _check(obligation, deadline, due, reason)
    try:
        with transaction.atomic():
            extension = Extension.objects.create(
                obligation=obligation,
                deadline=deadline,
                due=due,
                reason=reason.strip(),
                asked_by=actor,
                asked_at=now,
            )
            record(
                actor=actor,
                at=now,
                via=via,
                action="extension.asked",
                of=obligation,
                before={"due": deadline.due},
                after={"due": due, "extension": extension.pk},
                why=extension.reason,
            )
    except IntegrityError:
        raise ValidationError(
            _("A request for more time on this line awaits its answer already.")
        ) from None
    return extension


def grant(*, extension: Extension, comment: str, actor: User, now: datetime, via: str) -> Deadline:
    """Give more time: the deadline of the line is moved.

    Raises `Stale` when the request was answered already, `ValidationError` when the deadline has
    since become as late as was asked for: granting would take time away.
    """
    notes.checked("comment", comment)
    with transaction.atomic():
        _answer(extension, ExtensionState.GRANTED, comment, actor, now, via)
        line = Obligation.objects.select_related("commitment__meeting", "party").get(
            pk=extension.obligation_id
        )
        _check_still_later(line, extension)
        reason = _("Extension granted: %(reason)s") % {"reason": extension.reason}
        return deadlines.move(
            obligation=line,
            seen=line.version,
            due=extension.due,
            reason=reason,
            actor=actor,
            now=now,
            via=via,
            purpose=extension.deadline.purpose,
        )


def refuse(*, extension: Extension, comment: str, actor: User, now: datetime, via: str) -> None:
    """Refuse more time, with the reason why. The deadline stays as it is."""
    notes.checked("comment", comment, missing=_("Say why: the focal point reads it."))
    with transaction.atomic():
        _answer(extension, ExtensionState.REFUSED, comment, actor, now, via)


def _answer(
    extension: Extension, state: str, comment: str, actor: User, now: datetime, via: str
) -> None:
    asked = Extension.objects.asked().filter(pk=extension.pk)
    values = {"state": state, "comment": comment.strip(), "decided_by": actor, "decided_at": now}
    if not asked.update(**values):
        raise Stale
    record(
        actor=actor,
        at=now,
        via=via,
        action=f"extension.{state}",
        of=extension.obligation,
        after={"due": extension.due, "extension": extension.pk},
        why=comment.strip(),
    )


def _check(obligation: Obligation, deadline: Deadline, due: date, reason: str) -> None:
    if deadline.due and due <= deadline.due:
        words = {"day": day_words(deadline.due)}
        raise ValidationError(
            {"due": _("Enter a day after %(day)s, the present deadline.") % words}
        )
    deadlines.check_due(obligation.commitment.meeting, due)
    notes.checked("reason", reason, missing=_("Say why more time is needed: it is kept."))


def _check_still_later(line: Obligation, extension: Extension) -> None:
    present = deadlines.effective(line, extension.deadline.purpose)
    if present and present.due and present.due >= extension.due:
        words = {"day": day_words(present.due)}
        raise ValidationError(
            _(
                "The deadline has moved to %(day)s since, no earlier than what was asked for. "
                "Refuse the request and say so."
            )
            % words
        )
