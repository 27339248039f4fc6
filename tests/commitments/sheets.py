"""What the tests of sheets share: files as a spreadsheet saves them, and the way to a preview."""

import csv
import io
from typing import Any

import openpyxl
from django.test import Client

from commitments.sheets import services
from commitments.sheets.parse import read
from tests.factories import NOW


def in_csv(rows: list[dict[str, str]], delimiter: str = ",") -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def in_xlsx(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def exported(client: Client, address: str, kind: str = "csv", **query: Any) -> bytes:
    """The bytes of an export."""
    response = client.get(address, {"export": kind, **query})
    return b"".join(response.streaming_content)


def table(raw: bytes, name: str = "sheet.csv") -> list[dict[str, str]]:
    """The rows of a file by their heads."""
    sheet = read(raw, name)
    return [dict(zip(sheet.heads, row.cells, strict=True)) for row in sheet.rows]


def preview(officer, raw: bytes, name: str = "sheet.csv", now=NOW):
    """A sheet and its dry run."""
    made = services.keep(raw=raw, name=name, actor=officer, now=now)
    return made, services.dry_run(made, user=officer, now=now)


def applied(officer, raw: bytes, note: str = "As agreed.", now=NOW):
    """A sheet that was uploaded and confirmed."""
    made, found = preview(officer, raw, now=now)
    assert said(found) == []
    return services.confirm(
        imported=made, seen=found.fingerprint, note=note, actor=officer, now=now
    )


def cells(found) -> list[tuple]:
    """What would change, cell by cell."""
    return [
        (*change.label, cell.column, cell.before, cell.after)
        for change in found.changes
        for cell in change.cells
    ]


def said(found) -> list[tuple[int, str, str]]:
    return [(p.row, p.column, str(p.words)) for p in found.problems]
