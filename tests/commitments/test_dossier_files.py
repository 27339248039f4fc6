"""The files of a dossier: both say what the page says, in the manner of their kind."""

from datetime import date

import pytest
from django.utils import timezone
from docx import Document
from docx.enum.section import WD_ORIENT
from openpyxl import load_workbook

from accounts.models import Event
from tests.commitments.dossiers import (
    change,
    document_words,
    dossier,
    export,
    line,
    make_register,
    make_series,
    page,
    text_of,
)
from tests.factories import make_accepted, make_deadline, make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


@pytest.fixture
def series():
    return make_series()


@pytest.fixture
def register(series):
    make_register(series)


def busy() -> None:
    change("TST-1", "AA", "in_progress")
    make_deadline(line("TST-2", "AA"), date(2036, 1, 1), now=timezone.now())
    make_accepted(line("TST-1", "BB"), claimed="done", now=timezone.now())


def squeezed(words: object) -> str:
    return " ".join(str(words).split())


@pytest.mark.parametrize("query", [{"of": "open"}, {"of": "last"}])
def test_the_document_says_what_the_page_says(client, register, query):
    busy()
    found = dossier(client, query)
    document = Document(export(client, "docx", query))
    said = [squeezed(words) for words in document_words(document)]
    everything = " ".join(said)
    for promise in found.promises:
        of = promise.commitment
        assert f"{of.reference} {of.title}" in said
        for quotation in promise.quotations:
            assert squeezed(quotation) in said
        for of in promise.parts:
            for words in (of.signed_status, *of.marks, of.due_words, *of.changes):
                assert squeezed(words) in everything
            assert of.move is None or squeezed(of.move.words) in everything
            for proof in of.proofs:
                assert proof.words in everything
    assert "As of" in everything


def test_the_document_is_laid_out_for_paper(client, register):
    document = Document(export(client, "docx"))
    section = document.sections[0]
    assert section.orientation == WD_ORIENT.LANDSCAPE
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
    assert 'w:instr="PAGE"' in section.footer._element.xml
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert {"In short", "Borders", "Drugs", "Party AA", "Party BB"} <= set(headings)
    assert document.paragraphs[0].style.name == "Title"
    for table in document.tables:
        assert "<w:tblHeader/>" in table.rows[0]._tr.xml
    assert document.core_properties.title == "Dossier for No. 3"


def test_links_of_the_document_lead_to_the_evidence(client, register):
    busy()
    document = Document(export(client, "docx"))
    targets = {
        relation.target_ref for relation in document.part.rels.values() if relation.is_external
    }
    assert targets == {"https://example.org/law"}


@pytest.mark.parametrize("query", [{"of": "open"}, {"of": "last"}])
def test_the_workbook_has_a_row_a_line_and_says_what_the_page_says(client, register, query):
    busy()
    found = dossier(client, query)
    book = load_workbook(export(client, "xlsx", query))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows(min_row=6)]
    shown = [(promise, part) for promise in found.promises for part in promise.parts]
    assert len(rows) == len(shown)
    for row, (promise, of) in zip(rows, shown, strict=True):
        assert row[0] == promise.commitment.reference
        assert row[1] == promise.commitment.title
        assert row[4] == "\n".join(promise.quotations)
        assert row[5] == of.line.party.name
        assert row[6] == of.signed_status
        assert (row[7] or "") == ", ".join(of.marks)
        assert (row[8].date() if row[8] else None) == of.due
        assert (row[10].date() if row[10] else None) == (of.move.first if of.move else None)
        assert (row[13] or "") == "\n".join([*promise.changes, *of.changes])
    sums = [[cell.value for cell in row] for row in book.worksheets[1].iter_rows(min_row=2)]
    assert sums == [[owing.party.name, *owing.figures] for owing in found.parties]


def test_words_that_look_like_a_formula_stay_words(client, register):
    book = load_workbook(export(client, "xlsx"))
    (cell,) = [c for row in book.worksheets[0].iter_rows() for c in row if c.value == "=2+2"]
    assert cell.data_type == "s"


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_characters_that_no_file_may_hold_are_left_out(client, register, kind):
    of = line("TST-4", "BB").commitment
    type(of).objects.filter(pk=of.pk).update(title="Bell \x07 & <b>bold</b>\x0b")
    assert "Bell  & <b>bold</b>" in text_of(client, kind)


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_an_export_is_recorded(client, register, officer, kind):
    export(client, kind, {"of": "last"})
    event = Event.objects.get(action="dossier.exported")
    assert (event.actor, event.object_type, event.after) == (
        officer, "meeting", {"format": kind, "of": "last"},
    )  # fmt: skip
    assert "exported the dossier" in client.get("/history/").content.decode()


def test_an_unknown_format_is_the_page_and_records_nothing(client, register):
    assert "<main" in page(client, {"export": "exe"}).content.decode()
    assert not Event.objects.filter(action="dossier.exported").exists()
