"""Progress reports on their way: written, sent, accepted or returned.

What a party claims and what the secretariat finds are two fields with two authors. A line is done
only by a report with evidence that a second person accepts; then it is locked.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User

from . import deadlines, notes, rules, services
from .choices import Claim, Life, ReportState, Status
from .claims import claim
from .deadlines import Move
from .models import Obligation, ProgressReport


def save_draft(
    *, obligation: Obligation, author: User, claimed: str, text: str, now: datetime
) -> ProgressReport:
    """Keep what somebody has written so far; nobody else sees it. One draft a person and line.

    Raises `ValidationError` by field when the claim is not one or the text is too long.
    """
    _check_words(claimed, text)
    draft, _is_new = ProgressReport.objects.update_or_create(
        obligation=obligation,
        author=author,
        state=ReportState.DRAFT,
        defaults={"claim": claimed, "text": text, "saved_at": now},
    )
    return draft


def submit(*, report: ProgressReport, actor: User, now: datetime, via: str) -> ProgressReport:
    """Send a draft to the secretariat. Reminders of the line pause until it is decided on.

    Raises `Stale` when the draft was changed or sent since it was read. Raises `ValidationError`: by
    field for what is missing, as a whole when the line is locked or another report on it awaits
    validation.
    """
    _check_complete(report)
    try:
        with transaction.atomic():
            # Locked until the report is sent: nobody finds the line done in between.
            lines = Obligation.objects.select_related("commitment")
            line = lines.select_for_update(of=("self",)).get(pk=report.obligation_id)
            if line.status == Status.DONE:
                raise ValidationError(
                    _("This line is done and locked. Ask the secretariat to reopen it.")
                )
            if line.commitment.life != Life.ACTIVE:
                raise ValidationError(
                    _("This commitment is out of force, so there is nothing to report on it.")
                )
            # As it is told below: what another window saved meanwhile is not sent unread.
            draft = {"state": ReportState.DRAFT, "claim": report.claim, "text": report.text}
            values = {"state": ReportState.SUBMITTED, "submitted_at": now}
            claim(report, report.version, when=draft, **values)
            record(
                actor=actor,
                at=now,
                via=via,
                action="report.submitted",
                of=line,
                after={"report": report.pk, "claim": report.claim, "text": report.text},
            )
            services.refresh_line_text(line)
    except IntegrityError:
        raise ValidationError(
            _("A report on this line awaits validation already. Yours is kept as a draft.")
        ) from None
    report.refresh_from_db()
    return report


def accept(
    *,
    report: ProgressReport,
    seen: int,
    finding: str,
    comment: str,
    actor: User,
    now: datetime,
    via: str,
) -> ProgressReport:
    """Find where the line stands and close the report. *Done* locks the line.

    `seen` is the version of the report. A line with a review rhythm gets its next period. Raises
    `Stale` when somebody decided already, `ValidationError` when it is one's own report, the finding
    is not a status, done is found without evidence, or the line is taken out of the count without a
    comment that says why.
    """
    _check_second_person(report, actor)
    _check_finding(report, finding)
    missing = _("Say why: the line no longer counts.") if finding in Status.not_counted() else ""
    comment = notes.checked("comment", comment, missing=missing)
    with transaction.atomic():
        _decide(report, seen, ReportState.ACCEPTED, actor, now, finding=finding, comment=comment)
        line = Obligation.objects.select_related("commitment", "party").get(pk=report.obligation_id)
        version = claim(line, line.version, status=finding)
        record(
            actor=actor,
            at=now,
            via=via,
            action="report.accepted",
            of=line,
            before={"status": line.status},
            after={"status": finding, "report": report.pk, "version": version},
            why=comment,
        )
        services.refresh_line_text(line)
        if finding in Status.open():
            reason = _("Review rhythm: the report of %(name)s was accepted.") % {
                "name": report.author.name
            }
            by = Move(actor=actor, now=now, via=via, reason=reason)
            deadlines.open_next_review(obligation=line, by=by)
    report.refresh_from_db()
    return report


def send_back(
    *, report: ProgressReport, seen: int, comment: str, actor: User, now: datetime, via: str
) -> ProgressReport:
    """Return a report with a comment. The line stays as it was and its reminders go on."""
    _check_second_person(report, actor)
    missing = _("Say what is missing: the focal point reads it.")
    comment = notes.checked("comment", comment, missing=missing)
    with transaction.atomic():
        _decide(report, seen, ReportState.RETURNED, actor, now, comment=comment)
        record(
            actor=actor,
            at=now,
            via=via,
            action="report.returned",
            of=report.obligation,
            after={"report": report.pk},
            why=comment,
        )
        services.refresh_line_text(report.obligation)
    report.refresh_from_db()
    return report


def _decide(
    report: ProgressReport, seen: int, state: str, actor: User, now: datetime, **values: str
) -> None:
    submitted = {"state": ReportState.SUBMITTED}
    claim(report, seen, when=submitted, state=state, decided_by=actor, decided_at=now, **values)


def _check_words(claimed: str, text: str) -> None:
    if claimed and claimed not in Claim.values:
        raise ValidationError({"claim": _("Choose one of the statuses shown.")})
    notes.checked("text", text)


def _check_complete(report: ProgressReport) -> None:
    problems: dict[str, str] = {}
    if report.claim not in Claim.values:
        problems["claim"] = _("Choose where the line stands.")
    if not report.text.strip():
        problems["text"] = _("Write what was done, in a sentence or two.")
    if report.claim == Claim.DONE and not report.evidence.exists():
        problems["claim"] = _("“Done” needs evidence: add a file or a link that shows it.")
    if problems:
        raise ValidationError(problems)


def _check_second_person(report: ProgressReport, actor: User) -> None:
    if not rules.may_decide(author=report.author_id, actor=actor.pk):
        raise ValidationError(_("You wrote this report. A second person has to decide on it."))


def _check_finding(report: ProgressReport, finding: str) -> None:
    if finding not in Status.values:
        raise ValidationError({"finding": _("Choose one of the statuses shown.")})
    if finding == Status.DONE and not report.evidence.exists():
        raise ValidationError(
            {"finding": _("“Done” needs evidence. Return the report and ask for it.")}
        )
