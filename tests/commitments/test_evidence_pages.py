"""The pages on which evidence comes in, and who gets it out again."""

import pytest
from django.test import Client

from accounts.choices import Via
from commitments import files, filetypes, progress
from commitments.choices import Claim
from commitments.models import Evidence
from meetings.choices import Sensitivity
from tests.commitments.papers import add, browser, code_of, link, pdf, send
from tests.factories import (
    NOW,
    make_focal_point,
    make_obligation,
    make_officer,
    make_party,
    make_user,
)


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def author(db):
    return make_focal_point(make_party("KZ")).user


@pytest.fixture
def draft(author):
    line = make_obligation(make_party("KZ"))
    return progress.save_draft(
        obligation=line, author=author, claimed=Claim.IN_PROGRESS, text="Begun.", now=NOW
    )


def test_a_file_goes_out_as_an_attachment_that_can_do_nothing(draft, author):
    piece = add(draft, "Отчёт.pdf")
    response = browser(author).get(f"/evidence/{piece.pk}/")
    assert b"".join(response.streaming_content) == pdf()
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%D0%9E")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    policy = "sandbox; default-src 'none'; frame-ancestors 'none'"
    assert response.headers["Content-Security-Policy"] == policy
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("sensitivity", "readers"),
    [
        (Sensitivity.MEMBERS, {"author", "officer", "colleague", "reader", "other"}),
        (Sensitivity.PARTY, {"author", "officer", "colleague"}),
        (Sensitivity.SECRETARIAT, {"author", "officer"}),
    ],
)
def test_a_file_goes_out_only_to_those_who_may_read_it(draft, author, sensitivity, readers):
    people = {
        "author": author,
        "officer": make_officer(),
        "colleague": make_focal_point(make_party("KZ")).user,
        "reader": make_user(),
        "other": make_focal_point(make_party("KG")).user,
    }
    address = f"/evidence/{add(draft, sensitivity=sensitivity).pk}/"
    in_draft = {who for who, one in people.items() if code_of(one, address) == 200}
    assert in_draft == {"author"}
    progress.submit(report=draft, actor=author, now=NOW, via=Via.PAGE)
    codes = {who: code_of(one, address) for who, one in people.items()}
    assert codes == {who: 200 if who in readers else 404 for who in people}
    assert Client().get(address).status_code == 302


def test_a_link_has_no_file(draft, author):
    piece = link(draft, "https://example.org/")
    assert browser(author).get(f"/evidence/{piece.pk}/").status_code == 404


def test_a_file_that_is_missing_on_the_disk_says_so(draft, author):
    piece = add(draft)
    files.path_of(piece.file).unlink()
    response = browser(author).get(f"/evidence/{piece.pk}/")
    assert response.status_code == 404
    assert "“report.pdf” is missing" in response.content.decode()


def test_the_author_adds_and_removes_by_the_page(draft, author):
    line = draft.obligation
    assert send(author, draft).headers["Location"] == line.get_page_url()
    given = {"url": "https://example.org/", "name": "Decree", "sensitivity": "party"}
    client = browser(author)
    response = client.post(f"/evidence/add-link/{draft.pk}/", given)
    assert response.headers["Location"] == line.get_page_url()
    file, address = Evidence.objects.order_by("pk")
    assert (file.name, address.url, address.sensitivity) == (
        "report.pdf", "https://example.org/", "party",
    )  # fmt: skip
    client.post(f"/evidence/{file.pk}/remove/")
    assert Evidence.objects.get() == address


def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_is_kept(draft, author):
    response = send(author, draft, b"MZ", name="report.pdf", sensitivity="party")
    page = response.content.decode()
    assert response.status_code == 200
    assert "The content is not that of such a file." in page
    assert '<option value="party" selected>' in page
    assert 'enctype="multipart/form-data"' in page


def test_an_upload_over_the_limit_is_not_kept_while_it_comes_in(
    draft, author, settings, monkeypatch
):
    settings.EVIDENCE_MAX_MB = 1
    kept = []
    monkeypatch.setattr(filetypes, "check", lambda *args: kept.append(args))
    response = send(author, draft, pdf(b" " * 4 * 1024 * 1024))
    assert "The file is larger than 1 MB." in response.content.decode()
    assert kept == []
    assert not Evidence.objects.exists()


def test_an_empty_upload_says_what_to_do(draft, author):
    assert "The file is empty." in send(author, draft, b"").content.decode()


@pytest.mark.parametrize("who", ["officer", "colleague", "reader"])
def test_another_persons_draft_does_not_exist(draft, who):
    people = {
        "officer": make_officer,
        "colleague": lambda: make_focal_point(make_party("KZ")).user,
        "reader": make_user,
    }
    piece, person = add(draft), people[who]()
    given = {"url": "https://example.org/", "name": "Decree", "sensitivity": "members"}
    client = browser(person)
    codes = [
        send(person, draft).status_code,
        client.post(f"/evidence/add-link/{draft.pk}/", given).status_code,
        client.post(f"/evidence/{piece.pk}/remove/").status_code,
    ]
    assert codes == [404, 404, 404]
    assert Evidence.objects.get() == piece


def test_an_author_whose_term_has_ended_adds_nothing(draft, author):
    author.terms.update(ends_on="2020-02-01")
    assert send(author, draft).status_code == 404
    assert not Evidence.objects.exists()


def test_reading_an_address_that_writes_does_nothing(draft, author):
    piece = add(draft)
    assert browser(author).get(f"/evidence/{piece.pk}/remove/").status_code == 405
    assert Evidence.objects.exists()
