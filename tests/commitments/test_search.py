"""Search: titles, quotations, notes, reports and instruments, in any case of three languages."""

import pytest
from django.test import Client

from commitments.models import Commitment, Obligation
from commitments.services import change_status
from meetings.choices import Sensitivity
from tests.factories import (
    NOW,
    make_commitment,
    make_draft,
    make_instrument,
    make_obligation,
    make_officer,
    make_returned,
    make_submitted,
    make_user,
)

pytestmark = pytest.mark.django_db
LISTS = ["/commitments/", "/commitments/lines/", "/commitments/reports/"]


def found(person, path: str, words: str) -> int:
    client = Client()
    client.force_login(person)
    return client.get(path, {"q": words}).context["table"].paginator.count


def note(line, text: str) -> None:
    change_status(
        obligation=line, seen=line.version, status="stalled", note=text,
        actor=make_officer(), now=NOW, via="page",
    )  # fmt: skip


@pytest.mark.parametrize("path", ["/commitments/", "/commitments/lines/"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Ministry waits for a decree.", "DECREE ministry"),
        ("Министерство ждёт указа.", "МИНИСТЕРСТВО Указа"),
        ("部委正在等待法令。", "法令"),
        ("100% of STRASSE_1", "100% straße_1"),
    ],
)
def test_a_note_on_a_status_is_found_in_any_case(path, text, words):
    line = make_obligation()
    make_obligation()
    note(line, text)
    assert found(make_user(), path, words) == 1
    assert found(make_user(), path, f"{words} nowhere") == 0


@pytest.mark.parametrize("path", LISTS)
def test_a_report_and_what_was_answered_are_found(path):
    make_returned(make_obligation(), text="Закон принят.")
    make_submitted(make_obligation(), text="Another.")
    assert found(make_user(), path, "ЗАКОН which") == 1  # "Say which plan." is the answer


@pytest.mark.parametrize("path", LISTS)
def test_words_of_the_title_and_of_a_note_meet(path):
    make_submitted(make_obligation(title="Train border guards"), text="Курсы прошли.")
    assert found(make_user(), path, "BORDER курсы") == 1


@pytest.mark.parametrize("path", LISTS)
def test_a_draft_is_found_by_nobody(path):
    make_draft(make_obligation(), text="Unfinished thought.")
    assert found(make_officer(), path, "unfinished") == 0


@pytest.mark.parametrize("path", LISTS)
def test_what_was_said_about_a_restricted_line_finds_nothing_for_others(path):
    line = make_obligation()
    Obligation.objects.filter(pk=line.pk).update(sensitivity=Sensitivity.SECRETARIAT)
    note(line, "Hush about the decree.")
    line.refresh_from_db()
    make_submitted(line, text="Hush about the plan.")
    assert found(make_officer(), path, "hush") == 1
    assert found(make_user(), path, "hush") == 0


def test_the_note_of_a_coder_is_found_where_it_is_shown():
    make_commitment(is_certain=False, coder_note="Ob es gilt, ist STREITIG.")
    make_commitment(is_certain=True, coder_note="Nicht streitig.")
    assert found(make_user(), "/commitments/", "streitig") == 1


def test_an_instrument_is_found():
    make_commitment(instruments=[make_instrument(name="Конвенция по борьбе")])
    assert found(make_user(), "/commitments/", "КОНВЕНЦИЯ") == 1
    assert Commitment.objects.search("конвенция").count() == 1
