"""The text of a Word document, with the numbers that Word puts before paragraphs."""

import io

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.documents import read_document
from meetings.reader.text import canonical_text

words = st.text(st.characters(categories=["L", "M", "N", "P", "S"]), min_size=1)
paragraphs = st.lists(st.lists(words, min_size=1).map(" ".join), min_size=1, max_size=5)
NAMES = nsdecls("w") + (
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def text_of(document):
    file = io.BytesIO()
    document.save(file)
    read = read_document(file.getvalue(), "report.docx")
    assert read.kind == "docx"
    return read.text


def with_body(*blocks, levels=()):
    """A document of these paragraphs and tables, in XML; `levels` are those of its list number 77."""
    document = docx.Document()
    body = document.element.body
    for block in blocks:
        body.insert(len(body) - 1, parse_xml(block.replace(">", f" {NAMES}>", 1)))
    if levels:
        numbering = document.part.numbering_part.element
        kind = f'<w:abstractNum {NAMES} w:abstractNumId="77">{"".join(levels)}</w:abstractNum>'
        numbering.insert(0, parse_xml(kind))
        for number, more in ((77, ""), (78, ONCE_MORE)):
            use = f'<w:num {NAMES} w:numId="{number}"><w:abstractNumId w:val="77"/>{more}</w:num>'
            numbering.append(parse_xml(use))
    return document


ONCE_MORE = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'


def level(form, text, place=0, more=""):
    return (
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def item(text, place=0, number=77):
    return (
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{place}"/><w:numId w:val="{number}"/></w:numPr>'
        f"</w:pPr>{run(text)}</w:p>"
    )


def run(text):
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


@settings(max_examples=30, deadline=None)
@given(paragraphs)
def test_what_is_written_into_a_document_comes_out_of_it(texts):
    document = docx.Document()
    for text in texts:
        document.add_paragraph(text)
    wanted = canonical_text("\n".join(texts))
    if wanted.strip():
        assert text_of(document) == "\n".join(filter(str.strip, wanted.split("\n")))


def test_paragraphs_lists_and_tables_come_in_their_order():
    document = docx.Document()
    document.add_heading("Communiqué", 0)
    document.add_paragraph("The parties agreed:")
    document.add_paragraph("to meet;", style="List Number")
    document.add_paragraph("to act.", style="List Number")
    table = document.add_table(2, 2)
    for place, text in enumerate(["Action", "Due", "Hold a meeting", "2025"]):
        table.cell(*divmod(place, 2)).text = text
    document.add_paragraph("Bullet", style="List Bullet")
    document.add_paragraph("")
    document.add_paragraph("End")
    assert text_of(document).split("\n") == [
        "Communiqué", "The parties agreed:", "1. to meet;", "2. to act.",
        "Action Due", "Hold a meeting 2025", "• Bullet", "End",
    ]  # fmt: skip


def test_merged_cells_are_read_once():
    document = docx.Document()
    table = document.add_table(1, 3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Wide"
    table.cell(0, 2).text = "Narrow"
    assert text_of(document) == "Wide Narrow"


def test_a_cell_with_paragraphs_of_its_own_keeps_them():
    document = docx.Document()
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "One"
    table.cell(0, 1).text = "They agreed."
    table.cell(0, 1).add_paragraph("They parted.")
    assert text_of(document) == "One\nThey agreed.\nThey parted."


def test_tabs_line_ends_and_hyphens_are_characters():
    inside = "<w:tab/><w:t>two</w:t><w:br/><w:t>re</w:t><w:softHyphen/><w:t>port</w:t>"
    more = '<w:noBreakHyphen/><w:t>5</w:t><w:sym w:font="Symbol" w:char="F0B7"/>'
    document = with_body(f"<w:p><w:r><w:t>one</w:t>{inside}{more}</w:r></w:p>")
    assert text_of(document) == "one two\nreport-5•"


def test_tracked_changes_are_read_as_accepted():
    document = with_body(
        f"<w:p>{run('The parties ')}<w:del><w:r><w:delText>refused</w:delText></w:r></w:del>"
        f"<w:ins>{run('agreed')}</w:ins><w:moveFrom>{run(' elsewhere')}</w:moveFrom>"
        f"<w:moveTo>{run(' here')}</w:moveTo>.</w:p>",
        f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{run('They ')}</w:p>",
        f"<w:p>{run('parted.')}</w:p>",
        f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p>{run('gone')}</w:p></w:tc></w:tr>"
        f"<w:tr><w:tc><w:p>{run('kept')}</w:p></w:tc></w:tr></w:tbl>",
    )
    assert text_of(document).split("\n") == ["The parties agreed here", "They parted.", "kept"]


def test_links_and_filled_in_fields_are_text_and_references_to_notes_are_not():
    document = with_body(
        f"<w:p><w:hyperlink>{run('The parties')}</w:hyperlink>"
        '<w:r><w:footnoteReference w:id="2"/></w:r><w:sdt><w:sdtPr/><w:sdtContent>'
        f"{run(' agreed')}</w:sdtContent></w:sdt><w:r><w:instrText>DATE</w:instrText></w:r>"
        f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>",
        f"<w:sdt><w:sdtContent><w:p>{run('They parted.')}</w:p></w:sdtContent></w:sdt>",
    )
    assert text_of(document) == "The parties agreed\nThey parted."


def test_a_text_box_is_read_once_after_its_paragraph():
    box = f"<w:txbxContent><w:p>{run('In a box')}</w:p></w:txbxContent>"
    document = with_body(
        f"<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>{box}</w:drawing>"
        f"</mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        f"{run('Around')}</w:p>"
    )
    assert text_of(document) == "Around\nIn a box"


@pytest.mark.parametrize(
    ("form", "text", "seen"),
    [
        ("decimal", "%1.", ["1.", "2.", "3."]),
        ("decimalZero", "%1", ["01", "02", "03"]),
        ("lowerLetter", "%1)", ["a)", "b)", "c)"]),
        ("upperLetter", "(%1)", ["(A)", "(B)", "(C)"]),
        ("lowerRoman", "%1.", ["i.", "ii.", "iii."]),
        ("upperRoman", "%1.", ["I.", "II.", "III."]),
        ("russianLower", "%1)", ["а)", "б)", "в)"]),
        ("chineseCountingThousand", "%1、", ["一、", "二、", "三、"]),
        ("bullet", "\uf0b7", ["•", "•", "•"]),
        ("bullet", "–", ["–", "–", "–"]),
        ("ordinal", "%1", ["1", "2", "3"]),
    ],
)
def test_numbers_are_written_as_the_reader_sees_them(form, text, seen):
    document = with_body(*[item("act")] * 3, levels=[level(form, text)])
    assert text_of(document) == "\n".join(f"{number} act" for number in seen)


def test_a_list_without_numbers_or_gaps_shows_none():
    document = with_body(item("act"), levels=[level("none", "")])
    assert text_of(document) == "act"
    no_gap = '<w:suff w:val="nothing"/>'
    document = with_body(item("条"), levels=[level("chineseCounting", "第%1", 0, no_gap)])
    assert text_of(document) == "第一条"


def test_levels_count_within_the_one_above_and_lists_may_begin_anew():
    document = with_body(
        item("a"), item("b", 1), item("c", 1), item("d"), item("e", 1), item("f", 0, 78), item("g"),
        levels=[level("decimal", "%1."), level("lowerLetter", "%1.%2", 1)],
    )  # fmt: skip
    assert text_of(document).split("\n") == [
        "1. a", "1.a b", "1.b c", "2. d", "2.a e", "1. f", "2. g",
    ]  # fmt: skip


def test_letters_and_numerals_go_on_beyond_the_first_few():
    document = with_body(*[item("x")] * 28, levels=[level("lowerLetter", "%1)")])
    assert text_of(document).split("\n")[25:] == ["z) x", "aa) x", "bb) x"]
    document = with_body(*[item("x")] * 44, levels=[level("upperRoman", "%1")])
    assert text_of(document).split("\n")[39:] == ["XL x", "XLI x", "XLII x", "XLIII x", "XLIV x"]
    document = with_body(*[item("x")] * 21, levels=[level("chineseCounting", "%1")])
    assert text_of(document).split("\n")[9:] == [
        "十 x", "十一 x", "十二 x", "十三 x", "十四 x", "十五 x", "十六 x", "十七 x", "十八 x",
        "十九 x", "二十 x", "二十一 x",
    ]  # fmt: skip


def test_a_number_that_is_taken_away_from_a_style_is_gone():
    document = docx.Document()
    document.add_paragraph("numbered", style="List Number")
    plain = document.add_paragraph("plain", style="List Number")
    no_list = f'<w:numPr {NAMES}><w:numId w:val="0"/></w:numPr>'
    plain._p.get_or_add_pPr().append(parse_xml(no_list))
    assert text_of(document) == "1. numbered\nplain"
