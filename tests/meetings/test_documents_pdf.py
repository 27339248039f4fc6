"""The text of a PDF: paragraphs put together again, and without what belongs to the page alone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import hypothesis
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from meetings.documents import Document, DocumentError, read_document
from meetings.reader.text import canonical_text
from tests.meetings import pdfs
from tests.meetings.pdfs import LEFT, PITCH, TOP, Words, assembled, broken, pages, paragraphs, pdf

FILES = Path(__file__).parent / "files"
FULL = "The parties agreed to hold regular joint operations of their competent author"  # 78 wide


def text_of(*sheets, **how):
    document = read_document(pdf(*sheets, **how), "report.pdf")
    assert document.kind == "pdf"
    return document.text


def lines(*texts, top=TOP, left=LEFT, size=pdfs.SIZE):
    return [Words(text, left, top - PITCH * i, size) for i, text in enumerate(texts)]


# Paragraphs --------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 3, 7])
def test_a_long_report_comes_out_as_it_was_written(n):
    assert read_document(pages(n), "").text.split("\n") == paragraphs(n)


VOCABULARY = "cooperation terrorism agreement the of and member states information borders meeting"


@hypothesis.settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.sampled_from(VOCABULARY.split()), min_size=1), min_size=1, max_size=5))
def test_paragraphs_that_were_broken_into_lines_come_out_whole(texts):
    texts = [f"{i}. {' '.join(words)}." for i, words in enumerate(texts, start=1)]
    broken_up = [line for text in texts for line in broken(text)]
    sheets = [lines(*broken_up[i : i + 40]) for i in range(0, len(broken_up), 40)]
    assert text_of(*sheets) == "\n".join(texts)


def test_a_real_report_comes_out_as_it_was_written():
    """Set twice: with room between its paragraphs, and with their first lines indented."""
    report = (settings.BASE_DIR / "fixtures" / "scs-14.txt").read_text(encoding="utf-8")
    texts = [text.strip() for text in canonical_text(report).split("\n") if text.strip()]
    assert text_of(*_set(texts, gap=8, indent=0)) == "\n".join(texts)
    assert text_of(*_set(texts, gap=0, indent=24)) == "\n".join(texts)


def _set(texts, gap, indent):
    sheets, y = [[]], TOP
    for text in texts:
        blank = "_" * (indent // 6)
        for i, line in enumerate(broken(blank + text, 74)):
            if y < 80:
                sheets.append([])
                y = TOP
            place = LEFT + (indent if i == 0 else 0)
            sheets[-1].append(Words(line.removeprefix(blank), place, y))
            y -= PITCH
        y -= gap
    return sheets


def test_in_the_middle_of_a_sentence_a_line_may_end_early():
    """After "of" no line may end where the writer forbade it, which the file does not tell."""
    assert text_of(lines(FULL, FULL[:66], "of India and of others.")) == (
        f"{FULL} {FULL[:66].strip()} of India and of others."
    )
    assert text_of(lines("On security", "The parties agreed", FULL)).startswith("On security\n")


def test_a_gap_begins_a_paragraph():
    sheet = [*lines(FULL, FULL), *lines(FULL, FULL, top=TOP - 2.5 * PITCH)]
    assert text_of(sheet) == f"{FULL} {FULL}\n{FULL} {FULL}"


def test_an_indented_line_begins_a_paragraph_and_a_hanging_one_does_not():
    second = Words(FULL[:74], LEFT + 24, TOP - 2 * PITCH)
    assert text_of([*lines(FULL, FULL), second]) == f"{FULL} {FULL}\n{FULL[:74]}"
    item = [Words(f"a) {FULL[:75]}"), Words(FULL[:75], LEFT + 18, TOP - PITCH)]
    assert text_of(item) == f"a) {FULL[:75]} {FULL[:75]}"


def test_a_line_with_room_left_ends_a_paragraph():
    assert text_of(lines(FULL, "They parted", FULL)) == f"{FULL} They parted\n{FULL}"


def test_a_heading_in_larger_type_stands_alone():
    sheet = [*lines(FULL[:50], size=14), *lines(FULL, FULL, top=TOP - PITCH)]
    assert text_of(sheet) == f"{FULL[:50].strip()}\n{FULL} {FULL}"


def test_a_row_of_a_table_is_a_line():
    rows = [("No", "Action", "Due"), ("1", "Hold a meeting", "2025"), ("2", "Report", "2026")]
    sheet = [
        Words(cell, LEFT + 120 * place, TOP - 20 * i)
        for i, row in enumerate(rows)
        for place, cell in enumerate(row)
    ]
    assert text_of(sheet) == "No Action Due\n1 Hold a meeting 2025\n2 Report 2026"


def test_two_columns_are_read_one_after_the_other():
    texts = [f"{i}. {' '.join(VOCABULARY.split() * 6)}." for i in (1, 2, 3, 4)]
    column = [line for text in texts for line in broken(text, 36)]
    half = len(column) // 2
    sheet = [*lines(*column[:half]), *lines(*column[half:], left=LEFT + 240)]
    assert text_of(sheet) == "\n".join(texts)


def test_a_paragraph_goes_on_over_the_page():
    first, second = lines(FULL, FULL), lines("went on", "They parted.")
    assert text_of(first, second) == f"{FULL} {FULL} went on\nThey parted."
    assert text_of(lines(FULL + "."), lines("They parted.")) == f"{FULL}.\nThey parted."


def test_a_page_that_is_turned_reads_as_it_is_shown():
    assert (
        text_of(lines(FULL, FULL, "went on.", FULL), rotate=90) == f"{FULL} {FULL} went on.\n{FULL}"
    )


@pytest.mark.parametrize(
    ("end", "beginning", "whole"),
    [
        ("coopera-", "tion", "cooperation"),
        ("non-", "proliferation", "non-proliferation"),
        ("anti-", "drug", "anti-drug"),
        ("counter-", "terrorism", "counter-terrorism"),
        ("self-", "determination", "self-determination"),
        ("2019-", "2021", "2019-2021"),
        ("Mission-", "2016", "Mission-2016"),
        ("Sino-", "Russian", "Sino-Russian"),
        ("state-of-", "the-art", "state-of-the-art"),
    ],
)
def test_words_broken_at_a_line_end_are_mended_and_hyphens_of_their_own_kept(end, beginning, whole):
    first = f"{FULL[: 77 - len(end)].rpartition(' ')[0]} {end}"
    last = f"{beginning} {FULL[:40]}"
    assert (
        text_of(lines(FULL, first, last))
        == f"{FULL} {first[: -len(end)]}{whole} {FULL[:40].strip()}"
    )


def test_how_a_word_is_written_elsewhere_decides_about_its_hyphen():
    elsewhere = "They spoke of decision-making and of a counterpart; decision-makers met."
    texts = text_of(
        lines(
            elsewhere + " xx",
            FULL[:65] + " decision-",
            "making; " + FULL[:58] + " counter-",
            "part.",
        )
    )
    assert "decision-making; " in texts
    assert "counterpart." in texts
    assert "counter-part" not in texts


# What belongs to the page ------------------------------------------------------------------------


SUBJECTS = ("They", "Both", "Each", "Some", "Many")


def _with_edges(head, foot):
    """Five pages with a head and a foot, and two paragraphs on each."""
    return [
        [
            *lines(head, top=TOP + 30, size=8),
            *lines(foot.format(i), top=50, size=8),
            *lines(f"{subject} {FULL[4:70]}", f"{subject} parted.", f"{subject} met again."),
        ]
        for i, subject in enumerate(SUBJECTS, start=1)
    ]


@pytest.mark.parametrize("foot", ["{}", "- {} -", "Page {} of 5", "SCO/2025/{} (E)", "Secretariat"])
def test_heads_feet_and_page_numbers_are_dropped(foot):
    assert text_of(*_with_edges("Report of the Council", foot)) == "\n".join(
        f"{subject} {FULL[4:70].strip()} {subject} parted.\n{subject} met again."
        for subject in SUBJECTS
    )


def test_text_at_the_top_of_pages_is_no_head():
    sheets = [lines(f"Article {i}", FULL, f"{i * i} parties met.", top=TOP - i) for i in (3, 5, 8)]
    text = text_of(*sheets)
    for i in (3, 5, 8):
        assert f"Article {i}\n" in text
        assert f"{i * i} parties met." in text


def test_the_number_of_a_single_page_is_dropped():
    sheet = [*lines(FULL, "They parted."), Words("1", 300, 40)]
    assert text_of(sheet) == f"{FULL} They parted."


def test_raised_numbers_and_the_notes_that_they_lead_to_are_dropped():
    sheet = [
        Words("In 2019"), Words("12", LEFT + 42, TOP + 4, 6), Words("they agreed", LEFT + 54, TOP),
        *lines(FULL, "They parted.", top=TOP - PITCH),
        Words("12", LEFT, 84, 5), Words("A note of the secretariat,", LEFT + 8, 80, 8),
        Words("which goes on.", LEFT, 70, 8),
    ]  # fmt: skip
    text = text_of(sheet)
    assert text.startswith("In 2019 they agreed")
    assert text.endswith("They parted.")
    assert "12" not in text


def test_an_exponent_is_no_reference():
    assert text_of([Words("5 km"), Words("2", LEFT + 24, TOP + 4, 6)]) == "5 km2"


def test_small_print_without_a_number_stays():
    sheet = [*lines(FULL, FULL), Words("Done in one copy.", LEFT, 80, 8)]
    assert text_of(sheet).endswith("Done in one copy.")


# Letters -----------------------------------------------------------------------------------------


def test_russian_and_chinese_come_out_right():
    raw = (FILES / "russian-and-chinese.pdf").read_bytes()
    assert read_document(raw, "").text == (
        "Стороны договорились о дальнейшем укреплении сотрудничества в области противодействия "
        "терроризму, а также о проведении в 2025 году совместных учений.\n"
        "各方同意加强合作，并于2025年举行联合反恐演习。各方同意于2025年加强联合反恐合作，举行演习，"
        "并同意加强合作。"
    )


def test_nul_characters_are_left_out():
    assert text_of([Words("The par\x00ties agreed.")]) in {
        "The parties agreed.",
        "The par ties agreed.",
    }


# What is refused ---------------------------------------------------------------------------------


def complaint(raw):
    with pytest.raises(DocumentError) as caught:
        read_document(raw, "report.pdf")
    return str(caught.value)


def page_of(content, more=""):
    return assembled(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
            b"/Resources<</XObject<</I 5 0 R>>>>>>",
            content,
            b"<</Type/XObject/Subtype/Image/Width 8/Height 1/BitsPerComponent 1"
            b"/ColorSpace/DeviceGray/Length 1>>stream\n\xaa\nendstream",
        ],
        more,
    )


def test_a_scan_without_text_is_named():
    scan = page_of(b"<</Length 28>>stream\nq 612 0 0 792 0 0 cm /I Do Q\nendstream")
    assert complaint(scan).startswith("The PDF holds pictures of pages and no text.")


def test_a_pdf_with_a_password_is_named():
    lock = f"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{'ab' * 32}>/U<{'cd' * 32}>>>/ID[<00><00>]"
    locked = page_of(b"<</Length 0>>stream\n\nendstream", lock)
    assert complaint(locked).startswith("The PDF is protected by a password.")


@pytest.mark.parametrize(
    "raw", [b"%PDF-1.7\n", b"%PDF-1.4 and no more" * 9, b"\x01\x02 no PDF", b"words"]
)
def test_a_broken_pdf_is_damaged(raw):
    assert complaint(raw).startswith("The PDF is damaged")


def test_a_part_that_unpacks_to_too_much_is_refused_before_the_file_is_opened(monkeypatch):
    monkeypatch.setattr("meetings.documents.pdf.pypdfium2", None)
    bomb = pdf([Words("x" * 10) for _ in range(100_000)], packed=True)
    assert len(bomb) < 100_000
    assert complaint(bomb).startswith("The PDF unpacks to more")


def test_several_threads_may_read_at_once():
    """The library that opens the files bears only one thread."""
    raw = pages(4)
    with ThreadPoolExecutor(4) as threads:
        read = list(threads.map(lambda _: read_document(raw, "").text.split("\n"), range(12)))
    assert all(texts == paragraphs(4) for texts in read)


def test_a_hundred_pages_take_seconds():
    raw = pages(100)
    began = perf_counter()
    document = read_document(raw, "report.pdf")
    assert perf_counter() - began < 15  # a second and a half on an idle machine
    assert document == Document("pdf", "\n".join(paragraphs(100)))
