"""`manage.py read_report`: what the reader makes of a file. Stores nothing."""

import hashlib
import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from meetings.documents import read_document
from meetings.errors import DocumentError
from meetings.reader import Reading, read
from meetings.reader.parties import is_state
from meetings.reader.text import LANGUAGES, UnknownLanguageError


class Command(BaseCommand):
    help = "Reads a report (txt, html, docx, pdf) and prints its passages and what may be a commitment in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--date", type=_day, help="the meeting's last day, YYYY-MM-DD (today)")
        parser.add_argument("--language", choices=LANGUAGES, help="found, if left out")
        parser.add_argument(
            "--members", type=_codes, help="states of the body, such as IN,JP,AU,US (the SCO's)"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        text = _text(options["file"])
        day = options["date"] or timezone.now().date()
        try:
            reading = read(text, date=day, members=options["members"], language=options["language"])
        except UnknownLanguageError:
            raise CommandError(
                "The text is in none of the languages that can be read: English, Russian, Chinese. "
                "If it is in one of them, name it with --language."
            ) from None
        self.stdout.write(_json(text, reading) if options["json"] else _told(text, reading))


def _text(path: Path) -> str:
    try:
        return read_document(path.read_bytes(), path.name).text
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except DocumentError as error:
        raise CommandError(str(error)) from None


def _json(text: str, reading: Reading) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return json.dumps({"canonical_sha256": digest, **reading.as_json()}, ensure_ascii=False)


def _told(text: str, reading: Reading) -> str:
    """The reading for a person: a line a passage, and under it what may be a commitment."""
    rows: list[str] = []
    for index, passage in enumerate(reading.passages):
        rows.append(f"{index + 1:>4} {passage.function:<16} {text[passage.start : passage.end]}")
        for candidate in reading.candidates:
            if candidate.passage == index:
                due = candidate.timing.due or candidate.timing.wording or "-"
                who = ",".join(candidate.parties)
                rows.append(
                    f"     > {candidate.title} [{who}; {due}; {candidate.confidence}; {candidate.why}]"
                )
    return "\n".join(rows)


def _day(value: str) -> date:
    return date.fromisoformat(value)


def _codes(value: str) -> tuple[str, ...]:
    codes = tuple(code.strip().upper() for code in value.split(",") if code.strip())
    unknown = [code for code in codes if not is_state(code)]
    if unknown or not codes:
        raise ValueError(f"no state has the code {', '.join(unknown) or 'that is missing'}")
    return codes
