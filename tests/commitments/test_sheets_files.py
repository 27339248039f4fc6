"""Files as people send them: what is read, what is refused, and with which sentence."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from commitments.sheets import cells, parse
from commitments.sheets.parse import Unreadable, read
from tests.commitments.sheets import in_xlsx, table

ROWS = "reference;party;owner\nTST-1;AA;Иван\n"


def refusal(raw: bytes, name: str = "a.csv") -> str:
    with pytest.raises(Unreadable) as refused:
        read(raw, name)
    return str(refused.value.words)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_text_is_read_in_its_encoding(encoding, delimiter, newline):
    raw = ROWS.replace(";", delimiter).replace("\n", newline).encode(encoding)
    assert table(raw, "a.csv") == [{"reference": "TST-1", "party": "AA", "owner": "Иван"}]


def test_other_encodings_are_refused():
    assert "UTF-8" in refusal(ROWS.encode("cp1251"))


def test_a_line_for_excel_is_no_row():
    sheet = read(b"sep=;\nreference;party\nTST-1;AA\n", "a.csv")
    assert [row.number for row in sheet.rows] == [2]


def test_rows_are_counted_as_the_spreadsheet_counts_them():
    raw = b'reference,title\n\n# a note\nTST-1,"two\nlines"\nTST-2,x\n,,\n,\n'
    assert [(row.number, row.cells) for row in read(raw, "a.csv").rows] == [
        (4, ["TST-1", "two\nlines"]), (5, ["TST-2", "x"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "name", "words"),
    [
        (b"", "a.csv", "empty"),
        (b"  \n", "a.csv", "empty"),
        (b"a,b\n1,2\n", "a.csv", "“reference”"),
        (b"reference,party\n", "a.csv", "no rows below"),
        (b"reference,party,Party\nTST-1,AA,BB\n", "a.csv", "Two columns are called “party”"),
        (b"reference\nTST-1,left over\n", "a.csv", "Row 2 has a value in a column without a head"),
        (b'reference,title\nTST-1,"open\n', "a.csv", "quotation mark"),
        (b"x" * (parse.MOST_BYTES + 1), "a.csv", "larger than 10 MB"),
        (b"%PDF-1.7", "a.pdf", "CSV or XLSX"),
        (b"reference\nTST-1\n", "a.xlsx", "not that of such a file"),
        (b"PK\x03\x04" + b"\0" * 100, "a.xlsx", ""),
    ],
)
def test_what_cannot_be_a_sheet_is_refused_with_a_sentence(raw, name, words):
    said = refusal(raw, name)
    assert words in said
    assert said.endswith(".")


def test_more_rows_or_columns_than_are_taken():
    many = "reference\n" + "TST-1\n" * (parse.MOST_ROWS + 1)
    assert "more than 20" in refusal(many.encode())
    wide = "reference," + ",".join(f"c{n}" for n in range(100)) + "\n1\n"
    assert "more than 100 columns" in refusal(wide.encode())


def test_a_workbook_is_read_as_text():
    rows = [
        ["Reference", "Due", "Version", "Done", "Title", None],
        ["TST-1", date(2026, 12, 24), 7.0, True, "a", None],
        ["TST-2", datetime(2026, 12, 24, 9, 30), 7.5, False, None, None],  # noqa: DTZ001
        [None] * 6,
    ]
    assert [row.cells for row in read(in_xlsx(rows), "a.xlsx").rows] == [
        ["TST-1", "2026-12-24", "7", "True", "a"],
        ["TST-2", "2026-12-24T09:30:00", "7.5", "False", ""],
    ]


def test_a_sheet_that_explains_is_passed_over():
    book = openpyxl.Workbook()
    book.active.append(["Read me first"])
    book.create_sheet("lines").append(["reference", "party"])
    book["lines"].append(["TST-1", "AA"])
    file = io.BytesIO()
    book.save(file)
    assert len(read(file.getvalue(), "a.xlsx").rows) == 1


def test_a_formula_is_never_worked_out():
    """One without a stored value would look like an empty cell: it is an error."""
    raw = in_xlsx([["reference", "title"], ["TST-1", "=1+1"]])
    assert "Row 2, title: the formula has no stored value" in refusal(raw, "a.xlsx")
    with_value = changed(raw, "xl/worksheets/sheet1.xml", b"<v />", b"<v>2</v>", b"<v></v>")
    assert table(with_value, "a.xlsx")[0]["title"] == "2"


def changed(raw: bytes, name: str, *what: bytes) -> bytes:
    """A workbook in which some bytes of one part are others: the second of `what` for the rest."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:  # fmt: skip
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == name:
                before, after, *also = what
                assert any(one in content for one in (before, *also)), content
                for one in (before, *also):
                    content = content.replace(one, after)
            new.writestr(entry.filename, content)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_declared_entities_are_refused(encoding):
    raw = in_xlsx([["reference", "title"], ["TST-1", "x"]])
    with zipfile.ZipFile(io.BytesIO(raw)) as old:
        part = old.read("xl/worksheets/sheet1.xml").decode()
    bomb = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    start = part.index("<worksheet")
    hostile = (part[:start] + bomb + part[start:]).encode(encoding)
    made = changed(raw, "xl/worksheets/sheet1.xml", part.encode(), hostile)
    assert "declares parts of its own" in refusal(made, "a.xlsx")


def test_a_bomb_is_refused_before_it_is_unpacked():
    raw = in_xlsx([["reference", "title"], ["TST-1", "x"]])
    file = io.BytesIO(raw)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.xml", b"\0" * (150 * 1024 * 1024))
    assert "unpacks to more" in refusal(file.getvalue(), "a.xlsx")


def test_rows_that_a_file_only_claims_do_not_run_for_ever():
    raw = in_xlsx([["reference", "title"], ["TST-1", "x"]])
    made = changed(raw, "xl/worksheets/sheet1.xml", b'<row r="2"', b'<row r="99999999999"')
    assert refusal(made, "a.xlsx")


def test_garbage_is_refused_with_a_sentence():
    raw = in_xlsx([["reference", "title"], ["TST-1", "x"]])
    for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
        with zipfile.ZipFile(io.BytesIO(raw)) as old:
            part = old.read(name)
        made = changed(raw, name, part, part[: len(part) // 2])
        assert refusal(made, "a.xlsx").endswith(".")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("", ""),
        (" 2026-12-24 ", "2026-12-24"),
        ("2026-12-24T00:00:00", "2026-12-24"),
        ("2026-12-24 00:00:00", "2026-12-24"),
        ("24.12.2026", "2026-12-24"),
        ("4.2.2026", "2026-02-04"),
        ("2026/12/24", "2026-12-24"),
        ("2026年12月24日", "2026-12-24"),
        ("24/12/2026", "2026-12-24"),
        ("12/24/2026", "2026-12-24"),
        ("4/4/2026", "2026-04-04"),
        ("46380", "2026-12-24"),
        ("46380.0", "2026-12-24"),
    ],
)
def test_days_come_in_many_forms(text, day):
    assert cells.day(text) == day


@pytest.mark.parametrize("text", ["4/2/2026", "2026-02-30", "24.12.26", "7", "tomorrow", "9" * 30])
def test_what_may_mean_two_days_or_none_is_asked_for_again(text):
    with pytest.raises(cells.Wrong, match="Write a day as 2026-12-24"):
        cells.day(text)
