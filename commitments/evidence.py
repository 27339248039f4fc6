"""Evidence of a progress report: files and links, added and removed while the report is a draft."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record, without_addresses
from accounts.models import User
from meetings.choices import Sensitivity

from . import files
from .choices import EvidenceKind, ReportState
from .claims import claim
from .models import Evidence, ProgressReport

MOST_PIECES = 50
LONGEST_ADDRESS = 500
_is_web_address = URLValidator(schemes=["http", "https"])


def add_file(
    *,
    report: ProgressReport,
    upload: UploadedFile,
    sensitivity: str,
    actor: User,
    now: datetime,
    via: str,
    name: str = "",
) -> Evidence:
    """Add a file to a draft, called as it came unless `name` calls it otherwise.

    Raises `ValidationError`: by field (`file`, `name`, `sensitivity`) for what cannot be taken, as a
    whole when the report is not the person's own draft. Nothing is stored then.
    """
    _check(report, sensitivity, actor)
    extension = files.check(upload)
    values = {
        "kind": EvidenceKind.FILE,
        "name": files.named(name if name.strip() else upload.name or "", extension),
        "sensitivity": sensitivity,
    }
    with transaction.atomic():
        _hold(report)
        stored = files.store(upload, extension, now)
        return _add(report, {**values, "file": stored}, actor, now, via)


def add_link(
    *,
    report: ProgressReport,
    url: str,
    name: str,
    sensitivity: str,
    actor: User,
    now: datetime,
    via: str,
) -> Evidence:
    """Add a link to a page that shows what was done. Raises as `add_file` does, by `url` and `name`."""
    _check(report, sensitivity, actor)
    values = {
        "kind": EvidenceKind.LINK,
        "name": files.flat_name(name.replace("/", " ")),
        "url": _web_address(url),
        "sensitivity": sensitivity,
    }
    if not values["name"]:
        raise ValidationError({"name": _("Say in a few words what the link shows.")})
    with transaction.atomic():
        _hold(report)
        return _add(report, values, actor, now, via)


def remove(*, evidence: Evidence, actor: User, now: datetime, via: str) -> None:
    """Take a file or a link off a draft again. Bytes that nothing else names are thrown away.

    Raises `ValidationError` when the report has been sent or is not the person's own.
    """
    report = evidence.report
    _check_own(report, actor)
    with transaction.atomic():
        _hold(report)
        found = Evidence.objects.select_related("file").filter(pk=evidence.pk).first()
        if found is None:
            return
        told = _told(found)
        Evidence.objects.filter(pk=found.pk).delete()
        if found.file:
            files.drop_unused(found.file)
        line = report.obligation
        record(actor=actor, at=now, via=via, action="evidence.removed", of=line, before=told)


def _add(
    report: ProgressReport, values: dict[str, Any], actor: User, now: datetime, via: str
) -> Evidence:
    if report.evidence.count() >= MOST_PIECES:
        words = _("A report takes %(most)d files and links. Remove one that matters less.")
        raise ValidationError(words % {"most": MOST_PIECES})
    made = Evidence.objects.create(report=report, added_by=actor, added_at=now, **values)
    line = report.obligation
    record(actor=actor, at=now, via=via, action="evidence.added", of=line, after=_told(made))
    return made


def _hold(report: ProgressReport) -> None:
    """Lock the draft until the transaction ends, or notice that it is none any more.

    Its next version is taken: whoever is just sending it, having counted its evidence before, is told
    that it changed.
    """
    locked = ProgressReport.objects.select_for_update().filter(pk=report.pk)
    draft = locked.filter(state=ReportState.DRAFT).first()
    if draft is None:
        raise ValidationError(_("The report has been sent. Its evidence stays as it is."))
    report.version = claim(draft, draft.version)


def _check(report: ProgressReport, sensitivity: str, actor: User) -> None:
    _check_own(report, actor)
    if sensitivity not in Sensitivity.values:
        raise ValidationError({"sensitivity": _("Choose who may read it.")})


def _check_own(report: ProgressReport, actor: User) -> None:
    if report.author_id != actor.pk:
        raise ValidationError(_("Only the author of a draft changes its evidence."))


def _web_address(typed: str) -> str:
    """An address of the web as it may be shown to others. Raises `ValidationError` for `url`."""
    url = typed.strip()
    if len(url) > LONGEST_ADDRESS:
        words = _("Shorten the address to %(most)d characters.") % {"most": LONGEST_ADDRESS}
        raise ValidationError({"url": words})
    try:
        _is_web_address(url)
        parts = urlsplit(url)
    except (ValueError, ValidationError):
        parts = None
    if parts is None or not url.isprintable():
        raise ValidationError(
            {"url": _("Enter an address that begins with https:// or http://.")}
        ) from None
    if "@" in parts.netloc:
        raise ValidationError(
            {"url": _("Take the user name and the password out of the address: others read it.")}
        )
    return url


def _told(evidence: Evidence) -> dict[str, Any]:
    """What the log tells of a piece of evidence."""
    told = {
        "evidence": evidence.pk,
        "report": evidence.report_id,
        "kind": evidence.kind,
        "name": without_addresses(evidence.name),
    }
    return told | ({"sha256": evidence.file.sha256} if evidence.file else {})
