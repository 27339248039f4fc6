"""A page of one text that is sent when another stands: a corrected version, or the report in another language."""

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from commitments.choices import CandidateState
from commitments.models import CandidateDecision, Commitment, CommitmentLink, Recheck
from commitments.services import Span
from commitments.workbench import services
from commitments.workbench.undo import undo
from meetings.models import Passage
from tests.commitments.lines import keep_lines, make_version
from tests.commitments.readings import by
from tests.factories import make_commitment, make_meeting, make_officer, make_party, make_report

pytestmark = pytest.mark.django_db
TEXT = (
    "Report of the meeting\n"
    "The parties agreed to hold joint exercises by 2030.\n"
    "They noted that the weather was fine."
)


@pytest.fixture
def officer(client):
    person = make_officer(name="Omar Officer")
    client.force_login(person)
    return person


@pytest.fixture
def first(officer):
    make_party("AA")
    meeting = make_meeting(slug="harbour-9", starts_on=date(2026, 1, 5), ends_on=date(2026, 1, 6))
    return stored(meeting)


def stored(meeting, **values):
    report = make_report(meeting, TEXT, **values)
    keep_lines(report)
    report.refresh_from_db()
    return report


def at(name="", *keys):
    return reverse(f"meetings:workbench{'-' if name else ''}{name}", args=["harbour-9", *keys])


def words(response) -> str:
    return " ".join(response.content.decode().split())


def action(page, name) -> str:
    """Where the form of a deed is sent."""
    found = re.search(rf'(?:action|href)="([^"]*/{name}/[^"]*)"', page)
    return found[1].replace("&amp;", "&")


def corrected(first, old="by 2030", new="by 2031"):
    return make_version(first, first.text.replace(old, new))


def row_of(report, **values):
    return CandidateDecision.objects.of(report).select_related("passage__report").get(**values)


# The page of an earlier version ---------------------------------------------------------------------------


def test_a_passage_of_the_earlier_version_confirms_none_of_the_corrected_one(client, first):
    page = client.get(f"{at()}?p=3").content.decode()
    later = corrected(first, "They noted", "The weather was discussed.\nThey noted")
    response = client.post(action(page, "confirm"), {"version": 1, "function": "context"})
    assert response.status_code == 409
    assert "corrected version" in words(response)
    assert not later.passages.confirmed().exists()


def test_all_passages_of_the_earlier_version_confirm_none_of_the_corrected_one(client, first):
    response = client.get(at())
    page, seen = response.content.decode(), response.context["board"].seen
    later = corrected(first, "fine", "rainy")
    assert client.post(action(page, "confirm-all"), {"seen": seen}).status_code == 409
    client.post(at("confirm-all"), {"seen": seen})
    assert not later.passages.confirmed().exists()


def test_what_was_typed_about_the_earlier_version_is_shown(client, first):
    row = row_of(first)
    form = client.get(action(client.get(f"{at()}?p=2").content.decode(), "edit"))
    address = action(form.content.decode(), "edit")
    corrected(first)
    data = {"version": row.version, "title": "Hold <all> of them", "quote": "hold joint exercises"}
    response = client.post(address, data)
    assert response.status_code == 409
    assert "Hold &lt;all&gt; of them" in words(response)
    assert f"{at()}?language=en" in words(response)


def test_with_script_only_the_part_between_head_and_foot_says_so(client, first):
    address = action(client.get(f"{at()}?p=2").content.decode(), "accept")
    corrected(first)
    response = client.post(address, {"version": 1}, headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert words(response).startswith("<main")


def test_the_page_itself_learns_that_a_corrected_version_came(client, first):
    page = client.get(at()).content.decode()
    asks = re.search(r'hx-get="([^"]*)"', page)[1].replace("&amp;", "&")
    assert client.get(asks).status_code == 204
    corrected(first)
    response = client.get(asks)
    assert "A corrected version" in words(response)
    assert 'id="passages"' not in words(response)


def test_a_report_in_a_language_that_comes_first_is_not_written_to(client, first):
    """Without a language in its address a page shows the first there is; it stays with that one."""
    type(first).objects.filter(pk=first.pk).update(language="ru")
    page = client.get(f"{at()}?p=3").content.decode()
    later = stored(first.meeting, language="en")
    response = client.post(action(page, "confirm"), {"version": 1, "function": "context"})
    assert response.status_code == 302
    assert first.passages.confirmed().count() == 1
    assert not later.passages.confirmed().exists()


@pytest.mark.parametrize("odd", ["x", "0", "9" * 40, "٣"])
def test_a_text_that_does_not_exist_is_not_found(client, first, odd):
    assert client.post(f"{at('confirm', 3)}?of={odd}", {"version": 1}).status_code == 404


# Deeds on an earlier version --------------------------------------------------------------------------------


def test_nothing_is_decided_on_a_version_that_was_corrected(first):
    who, row = by(), row_of(first)
    services.accept(candidate=row, seen=row.version, by=who)
    corrected(first, "fine", "rainy")
    with pytest.raises(ValidationError, match="corrected version"):
        services.reopen(candidate=row, seen=row.version, by=who)
    with pytest.raises(ValidationError, match="corrected version"):
        undo(report=first, by=who)
    row.refresh_from_db()
    assert row.state == CandidateState.ACCEPTED


# A sentence that waits to be re-checked ----------------------------------------------------------------------


@pytest.fixture
def flagged(first):
    """A corrected version in which the sentence of a commitment says something else."""
    row = row_of(first)
    made = make_commitment(
        first, [make_party("AA")], reference="TST-1", spans=[quotation_of(first, row)]
    )
    CandidateDecision.objects.filter(pk=row.pk).update(state="registered", commitment=made)
    later = corrected(first)
    assert Recheck.objects.open().get(report=later).commitment == made
    return later


def quotation_of(report, row):
    return Span(*row.spans[0], tuple(row.operative))


def test_a_sentence_that_waits_to_be_rechecked_is_not_accepted_beside_it(client, flagged):
    row = row_of(flagged, state="open")
    response = client.post(at("accept", row.pk), {"version": row.version}, follow=True)
    assert "TST-1" in [str(m) for m in response.context["messages"]][0]
    row.refresh_from_db()
    assert row.state == CandidateState.OPEN


def test_the_card_leads_to_what_waits_to_be_rechecked(client, flagged):
    page = words(client.get(f"{at()}?p=2"))
    assert Recheck.objects.get().get_absolute_url() in page
    assert f'value="{Commitment.objects.get().pk}:replaces"' in page


def test_it_is_accepted_in_the_place_of_the_one_that_waits(client, flagged):
    row, old = row_of(flagged, state="open"), Commitment.objects.get()
    client.post(at("accept", row.pk), {"version": row.version, "repeat": f"{old.pk}:replaces"})
    row.refresh_from_db()
    assert (row.state, row.earlier, row.link_kind) == ("accepted", old, "replaces")
    assert not CommitmentLink.objects.exists()


def test_when_the_question_is_answered_it_is_accepted_as_any_other(flagged):
    Recheck.objects.update(state="kept", resolved_at=by().now)
    row = row_of(flagged, state="open")
    services.accept(candidate=row, seen=row.version, by=by())
    assert row_of(flagged, pk=row.pk).state == CandidateState.ACCEPTED


def test_another_sentence_is_accepted_meanwhile(flagged):
    made = services.mark(
        passage=Passage.objects.select_related("report").get(report=flagged, number=3),
        seen=1,
        values={"spans": [(80, 90)], "title": "Note", "strength": "agreed"},
        by=by(),
    )
    services.accept(candidate=made, seen=made.version, by=by())
    assert made.state == CandidateState.ACCEPTED
