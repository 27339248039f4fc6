"""The text of an HTML page, as a browser shows it."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.documents import DocumentError, read_document
from meetings.reader.text import canonical_text

words = st.text(st.characters(categories=["L", "M", "N", "P", "S"]), min_size=1)
paragraphs = st.lists(st.lists(words, min_size=1).map(" ".join), min_size=1)


def text_of(page, name="page.html"):
    raw = page if isinstance(page, bytes) else page.encode()
    return read_document(raw, name).text


@given(paragraphs)
def test_what_is_written_into_a_page_comes_out_of_it(texts):
    page = "<html><body>" + "\n".join(f"<p>{html.escape(text)}</p>" for text in texts)
    wanted = canonical_text("\n".join(texts))
    if wanted.strip():
        assert text_of(page) == "\n".join(filter(str.strip, wanted.split("\n")))


def test_each_block_is_a_line_in_their_order():
    page = """<h1>Communiqué</h1><div>The parties <b>agr</b>eed:
        <ul><li>to meet;</li><li><p>to act.</p></li></ul>and parted.</div>
        <blockquote>Words</blockquote><dl><dt>One<dd>Two</dl>"""
    assert text_of(page).split("\n") == [
        "Communiqué", "The parties agreed:", "to meet;", "to act.", "and parted.", "Words", "One", "Two",
    ]  # fmt: skip


def test_a_row_of_a_table_is_a_line():
    page = """<table><caption>Plan</caption><thead><tr><th>No</th><th>Action</th></tr></thead>
        <tbody><tr><td>1</td><td><p>Hold a <i>meeting</i></p></td><td></td><td>2025</td></tr></table>"""
    assert text_of(page) == "Plan\nNo Action\n1 Hold a meeting 2025"


def test_a_cell_with_paragraphs_of_its_own_keeps_them():
    page = "<table><tr><td>Menu<td><p>They agreed.</p><p>They parted.</p><td>End</table>"
    assert text_of(page) == "Menu\nThey agreed.\nThey parted.\nEnd"


def test_a_table_in_a_table_keeps_its_rows():
    page = "<table><tr><td><table><tr><td>a<td>b<tr><td>c<td>d</table></table>e"
    assert text_of(page) == "a b\nc d\ne"


def test_line_ends_within_a_block_stay():
    assert text_of("<p>one<br>two <br/> three<br><br>four<br></p><p>five") == (
        "one\ntwo\nthree\n\nfour\nfive"
    )


def test_spaces_are_folded_as_a_browser_does():
    page = "<p>  The \n\t parties <b> agreed </b> <i> to</i>\n meet . </p>\n\n <p>15&nbsp;&nbsp;May</p>"
    assert text_of(page) == "The parties agreed to meet .\n15  May"


def test_in_preformatted_text_they_are_not():
    assert text_of("<pre>\nOne\n  two   three\n\nfour</pre>") == "One\n  two   three\n\nfour"


def test_entities_are_decoded():
    assert text_of("<p>a &lt; b &amp;&#1057;&#x422; &laquo;&hellip;&raquo;") == "a < b &СТ «…»"


def test_what_is_not_part_of_the_text_is_dropped():
    page = """<html><head><title>Site</title><style>p {}</style></head><body>
        <header>Ministry</header><nav><a>Home</a></nav><main><p>They agreed.</p>
        <script>var x = "no";</script><noscript>no</noscript><p hidden>no</p>
        <p style="color:red; display: none">no</p><template>no</template><!-- no -->
        <select><option>no</select><p>They parted.</p></main>
        <aside>Other news</aside><footer>Contacts</footer></body></html>"""
    assert text_of(page) == "They agreed.\nThey parted."


def test_the_header_of_an_article_is_its_title():
    page = "<header>Site</header><article><header><h1>Communiqué</h1></header>Text</article>"
    assert text_of(page) == "Communiqué\nText"


def test_a_raised_number_that_leads_to_a_note_is_dropped_and_an_exponent_is_not():
    page = '<p>in 2019<sup><a href="#n5">5</a></sup> or<a href="#n6"><sup>[6]</sup></a> 5 km<sup>2</sup>'
    assert text_of(page) == "in 2019 or 5 km2"


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "utf-8"])
@pytest.mark.parametrize(
    "meta",
    [
        '<meta charset="{}">',
        "<meta http-equiv=Content-Type content='text/html; charset={}'>",
    ],
)
def test_the_page_says_its_encoding(encoding, meta):
    page = f"<html><head>{meta.format(encoding)}</head><p>Стороны</p>"
    assert text_of(page.encode(encoding)) == "Стороны"


def test_chinese_in_the_old_encoding():
    page = '<meta charset="gb2312"><p>各方同意加强合作，镕基。</p>'
    assert text_of(page.encode("gb18030")) == "各方同意加强合作，镕基。"


def test_what_latin_1_is_called_is_read_as_the_web_does():
    assert text_of("<meta charset=iso-8859-1><p>“café”".encode("cp1252")) == "“café”"


@pytest.mark.parametrize("named", ["utf-16", "no-such-thing", "windows-1251", "hex"])
def test_utf8_is_known_whatever_a_page_says_of_itself(named):
    assert text_of(f"<meta charset={named}><p>Стороны 各方") == "Стороны 各方"


def test_a_wrong_name_of_an_encoding_leads_to_a_guess():
    page = "<meta charset=unheard-of><p>Участники договорились провести совместные учения."
    assert text_of(page.encode("cp1251")) == "Участники договорились провести совместные учения."


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_mark_at_the_beginning_says_the_encoding(encoding):
    assert text_of("<html><meta charset=koi8-r><p>Стороны".encode(encoding), "") == "Стороны"


def test_characters_that_are_none_are_left_out():
    text = text_of("<p>a\0b&#0;c&#xD800;d\x1fe")
    assert "\x00" not in text
    assert text.replace("\ufffd", "") == "abcde"


def test_a_page_nested_beyond_measure_is_refused_at_once():
    with pytest.raises(DocumentError, match="more parts"):
        text_of("<div>" * 2_000_000 + "deep")


def test_nesting_that_browsers_bear_is_read():
    assert text_of("<div><p>" * 450 + "deep") == "deep"
