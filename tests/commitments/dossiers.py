"""What the tests of dossiers share: a series of meetings with a register, and what a dossier says of it."""

import re
from datetime import UTC, date, datetime
from html import unescape
from io import BytesIO

from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from commitments import services
from commitments.models import Obligation
from tests.factories import (
    make_commitment,
    make_meeting,
    make_officer,
    make_party,
    make_report,
    make_theme,
)

LONG_AGO = datetime(2020, 1, 10, 9, 0, tzinfo=UTC)
LATE, LATER = date(2025, 1, 1), date(2035, 1, 1)


def make_series() -> dict:
    """Meetings 1 to 3 of one series and a stranger among them; the second ended five years ago."""
    held = {1: date(2019, 5, 15), 2: date(2021, 5, 15), 3: None}
    found = {
        number: make_meeting(
            slug=f"m{number}", series="S", number=number, title=f"No. {number}",
            starts_on=day, ends_on=day,
        )
        for number, day in held.items()
    }  # fmt: skip
    make_meeting(slug="other", series="T", number=1)
    return found


def make_register(series) -> None:
    """AA and BB owe: first, second and a closed one; since the second meeting some of it moved."""
    aa, bb = make_party("AA"), make_party("BB")
    first, second = make_report(series[1]), make_report(series[2])
    drugs, borders = make_theme("Drugs"), make_theme("Borders")
    make_commitment(first, [aa, bb], LATE, now=LONG_AGO, reference="TST-1", theme=drugs)
    make_commitment(second, [aa], LATER, now=LONG_AGO, reference="TST-2", theme=borders)
    make_commitment(first, [bb], now=LONG_AGO, reference="TST-3")
    make_commitment(second, [bb], now=LONG_AGO, reference="TST-4", title="=2+2")
    Obligation.objects.filter(commitment__reference="TST-3").update(status="done")


def line(reference: str, code: str) -> Obligation:
    return Obligation.objects.get(commitment__reference=reference, party__code=code)


def change(reference: str, code: str, status: str, now: datetime | None = None) -> None:
    of = line(reference, code)
    services.change_status(
        obligation=of, seen=of.version, status=status, note="A plan was adopted.",
        actor=make_officer(), now=now or timezone.now(), via="page",
    )  # fmt: skip


def page(client, query=None):
    response = client.get("/meetings/m3/dossier/", query or {})
    assert response.status_code == 200
    return response


def dossier(client, query=None):
    return page(client, query).context["dossier"]


def references(found) -> list[str]:
    return [promise.commitment.reference for promise in found.promises]


def part(found, reference: str, code: str):
    (of,) = [
        part
        for promise in found.promises
        for part in promise.parts
        if (promise.commitment.reference, part.line.party.code) == (reference, code)
    ]
    return of


def export(client, kind: str, query=None):
    response = client.get("/meetings/m3/dossier/", {"export": kind, **(query or {})})
    assert response.status_code == 200
    assert f"dossier-m3-{timezone.now():%Y-%m-%d}.{kind}" in response["Content-Disposition"]
    return BytesIO(response.content)


def text_of(client, kind: str) -> str:
    """All words of the page's main part, or of a file."""
    if kind == "page":
        html = page(client).content.decode().split("<main")[1].split("</main")[0]
        return unescape(re.sub(r"<[^>]+>", " ", html))
    if kind == "docx":
        return "\n".join(document_words(Document(export(client, "docx"))))
    book = load_workbook(export(client, "xlsx"))
    cells = (cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    return "\n".join(str(cell) for cell in cells if cell is not None)


def document_words(document) -> list[str]:
    words = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables:
        words += [cell.text for row in table.rows for cell in row.cells]
    return words
