"""Loading a meeting file (fixtures/): the meeting, its parties, its report and every commitment coded from it.

A file is TOML; its report's raw text lies beside it. Loading a file again changes nothing.
"""

import hashlib
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from meetings.models import Instrument, Meeting, Party, Report
from meetings.rules import canonical_text

from . import services
from .deadlines import Period
from .models import Commitment, Theme
from .services import Promise, Span


def load_meeting(path: Path, *, now: datetime, via: str, actor: User | None = None) -> Meeting:
    """Load one meeting file, whole or not at all; what is there already stays as it is.

    Raises `ValidationError` with one sentence when the file or its report cannot be used, when the
    report is not the one that was coded (SHA-256), or when a quotation is not the text at its offsets.
    """
    data, raw = _read(path)
    with transaction.atomic():
        try:
            parties = {row["code"]: _party(row) for row in data["party"]}
            meeting = _meeting(data["meeting"], parties)
            report = _report(data["report"], raw, meeting)
            themes = {row["slug"]: _theme(row) for row in data["theme"]}
            instruments = {row["slug"]: _instrument(row) for row in data["instrument"]}
            for row in data["commitment"]:
                if not Commitment.objects.filter(reference=row["reference"]).exists():
                    promise = _promise(row, report, parties, themes, instruments, now)
                    services.register(
                        meeting=meeting,
                        report=report,
                        promise=promise,
                        actor=actor,
                        now=now,
                        via=via,
                    )
        except KeyError as missing:
            words = {"file": path.name, "key": missing.args[0]}
            raise ValidationError(
                _("%(file)s: “%(key)s” is missing or not known.") % words
            ) from None
    return meeting


def _read(path: Path) -> tuple[dict[str, Any], bytes]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return data, (path.parent / data["report"]["file"]).read_bytes()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValidationError(
            _("%(file)s cannot be read: %(why)s") % {"file": path.name, "why": error}
        ) from None
    except (KeyError, TypeError):
        words = {"file": path.name}
        raise ValidationError(_("%(file)s does not name its report's file.") % words) from None


def _party(row: dict[str, Any]) -> Party:
    fields = ("name", "kind", "time_zone", "joined", "left", "weekend", "holidays")
    return Party.objects.get_or_create(code=row["code"], defaults=_given(row, fields))[0]


def _meeting(row: dict[str, Any], parties: dict[str, Party]) -> Meeting:
    fields = ("series", "number", "title", "place", "starts_on", "ends_on", "expected")
    chair = parties[row["chair"]] if "chair" in row else None
    values = {**_given(row, fields), "chair": chair}
    values.setdefault("series", "")
    meeting, is_new = Meeting.objects.get_or_create(slug=row["slug"], defaults=values)
    if is_new:
        meeting.attended.set([parties[code] for code in row.get("attended", ())])
        if "next" in row:
            meeting.next_meeting = _meeting({"series": row["series"], **row["next"]}, parties)
            meeting.save(update_fields=["next_meeting"])
    return meeting


def _report(row: dict[str, Any], raw: bytes, meeting: Meeting) -> Report:
    text = canonical_text(raw.decode("utf-8"))
    found = {"raw_sha256": hashlib.sha256(raw).hexdigest(), "sha256": _digest(text)}
    for name, value in found.items():
        if row.get(name, value) != value:
            raise ValidationError(
                _("%(file)s is not the text that was coded: its %(name)s is %(found)s.")
                % {"file": row["file"], "name": name, "found": value}
            )
    values = {
        **_given(row, ("title", "source_url", "sensitivity")),
        "raw": raw,
        "text": text,
        **found,
    }
    key = {"meeting": meeting, "language": row["language"], "version": row["version"]}
    return Report.objects.get_or_create(**key, defaults=values)[0]


def _theme(row: dict[str, Any]) -> Theme:
    return Theme.objects.get_or_create(slug=row["slug"], defaults=_given(row, ("name",)))[0]


def _instrument(row: dict[str, Any]) -> Instrument:
    fields = ("name", "kind", "year", "opens", "ends", "place")
    return Instrument.objects.get_or_create(slug=row["slug"], defaults=_given(row, fields))[0]


def _promise(
    row: dict[str, Any],
    report: Report,
    parties: dict[str, Party],
    themes: dict[str, Theme],
    instruments: dict[str, Instrument],
    now: datetime,
) -> Promise:
    review = row.get("review")
    final = next((d for d in row.get("deadline", ()) if d["purpose"] == "final"), None)
    return Promise(
        reference=row["reference"],
        title=row["title"],
        strength=row["strength"],
        spans=[_span(quotation, row["reference"], report) for quotation in row["quotation"]],
        lead=_owing(row["lead"], report, parties),
        contributing=_owing(row["contributing"], report, parties),
        theme=themes[row["theme"]],
        instruments=[instruments[slug] for slug in row["instruments"]],
        is_certain=row["certain"],
        coder_note=row.get("choice", ""),
        review_days=review["days"] if review else None,
        final=_period(final) if final else None,
        review=_sample_review(review["days"], now) if review else None,
    )


def _span(row: dict[str, Any], reference: str, report: Report) -> Span:
    if report.text[row["start"] : row["end"]] != row["text"]:
        raise ValidationError(
            _("%(reference)s: the quotation is not the report's text at %(start)d-%(end)d.")
            % {"reference": reference, "start": row["start"], "end": row["end"]}
        )
    operative = row.get("operative")
    return Span(row["start"], row["end"], tuple(operative) if operative else None)


def _owing(named: str | list[str], report: Report, parties: dict[str, Party]) -> list[Party]:
    """ "all" means every member state on the day of the meeting (coding manual §5)."""
    day = report.meeting.starts_on
    if named == "all" and day:
        return list(Party.objects.members(day).order_by("name", "pk"))
    return [parties[code] for code in named]


def _period(row: dict[str, Any]) -> Period:
    return Period(
        due=row["due"], opens=row.get("opens"), wording=row["wording"], basis=row["basis"]
    )


def _sample_review(days: int, now: datetime) -> Period:
    """The file says how often; the first review is counted from the day of loading."""
    reason = _("Sample: reviewed every %(days)d days, counted from the day of loading.") % {
        "days": days
    }
    return services.review_from(now, days, reason=reason)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _given(row: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in fields if name in row}
