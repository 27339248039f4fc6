"""Loading a meeting file (fixtures/): the meeting, its parties, its report and every commitment coded from it.

A file is TOML; its report's raw text lies beside it. Loading a file again changes nothing.
"""

import hashlib
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from meetings.models import Instrument, Meeting, Party, Report
from meetings.reader.text import canonical_text

from . import intake, services
from .corrections.standing import note_registered
from .deadlines import Period
from .models import Commitment, Theme
from .services import Promise, Span

Row = TypeVar("Row", bound=models.Model)


def load_meeting(
    path: Path,
    *,
    now: datetime,
    via: str,
    actor: User | None = None,
    remind_backlog: bool = False,
) -> Meeting:
    """Load one meeting file, whole or not at all; what is there already stays as it is.

    Reminders speak about what comes; with `remind_backlog` also about steps that are over already.

    Raises `ValidationError` with one sentence when the file or its report cannot be used, when the
    report is not the one that was coded (SHA-256), or when a quotation is not the text at its offsets.
    """
    data, raw = _read(path)
    with _speaking_of(path.name), transaction.atomic():
        parties = {row["code"]: _party(row) for row in data["party"]}
        meeting = _meeting(data["meeting"], parties)
        report = _report(data["report"], raw, meeting, now)
        themes = {row["slug"]: _theme(row) for row in data["theme"]}
        instruments = {row["slug"]: _instrument(row) for row in data["instrument"]}
        for row in data["commitment"]:
            if not Commitment.objects.filter(reference=row["reference"]).exists():
                with _speaking_of(row["reference"]):
                    promise = _promise(row, report, parties, themes, instruments, now)
                    promise = replace(promise, remind_backlog=remind_backlog)
                    services.register(
                        meeting=meeting,
                        report=report,
                        promise=promise,
                        actor=actor,
                        now=now,
                        via=via,
                    )
        _show_as_coded(report, now=now, via=via, actor=actor)
    return meeting


def _show_as_coded(report: Report, *, now: datetime, via: str, actor: User | None) -> None:
    """On the workbench, with its passages and what they are: the report was coded by people."""
    if report.read_at:
        note_registered(report=report, actor=actor, now=now)
    else:
        reading = intake.read(report, now=now)
        intake.keep(report=report, reading=reading, actor=actor, now=now, via=via)


@contextmanager
def _speaking_of(what: str) -> Iterator[None]:
    """Turn whatever a value of the file brings about into one sentence that begins with `what`."""
    try:
        yield
    except KeyError as missing:
        words = {"what": what, "key": missing.args[0]}
        raise ValidationError(_("%(what)s: “%(key)s” is missing or not known.") % words) from None
    except ValidationError as error:
        said = " ".join(error.messages)
        raise ValidationError(said if said.startswith(what) else f"{what}: {said}") from None
    except (
        TypeError,
        ValueError,
        AttributeError,
        OverflowError,
        DataError,
        IntegrityError,
    ) as error:
        words = {"what": what, "why": str(error).partition("\n")[0]}
        raise ValidationError(_("%(what)s: a value cannot be used: %(why)s") % words) from None


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
    return _kept(Party, {"code": row["code"]}, _given(row, fields))[0]


def _meeting(row: dict[str, Any], parties: dict[str, Party]) -> Meeting:
    fields = ("series", "number", "title", "place", "starts_on", "ends_on", "expected")
    chair = parties[row["chair"]] if "chair" in row else None
    values = {**_given(row, fields), "chair": chair}
    values.setdefault("series", "")
    meeting, is_new = _kept(Meeting, {"slug": row["slug"]}, values)
    if is_new:
        meeting.attended.set([parties[code] for code in row.get("attended", ())])
        if "next" in row:
            meeting.next_meeting = _meeting({"series": row["series"], **row["next"]}, parties)
            meeting.save(update_fields=["next_meeting"])
    return meeting


def _report(row: dict[str, Any], raw: bytes, meeting: Meeting, now: datetime) -> Report:
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
        "stored_at": now,
        **found,
    }
    key = {"meeting": meeting, "language": row["language"], "version": row["version"]}
    return _kept(Report, key, values)[0]


def _theme(row: dict[str, Any]) -> Theme:
    return _kept(Theme, {"slug": row["slug"]}, _given(row, ("name",)))[0]


def _instrument(row: dict[str, Any]) -> Instrument:
    fields = ("name", "kind", "year", "opens", "ends", "place")
    return _kept(Instrument, {"slug": row["slug"]}, _given(row, fields))[0]


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


def _kept(model: type[Row], key: dict[str, Any], values: dict[str, Any]) -> tuple[Row, bool]:
    """The row with this key, and whether it is new. A new one is checked before it is stored."""
    manager = model._default_manager
    if found := manager.filter(**key).first():
        return found, False
    row = model(**key, **values)
    with _speaking_of(f"{model._meta.verbose_name} {row}"):
        row.full_clean()
    row.save()
    return row, True


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _given(row: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in fields if name in row}
