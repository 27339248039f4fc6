"""From what was accepted to the register: references, parties, owners, deadlines; all of it or nothing."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Event
from commitments.choices import CandidateState
from commitments.models import CandidateDecision, Commitment, CommitmentLink, Deadline, Obligation
from commitments.workbench import register_views, services
from commitments.workbench.registering import suggested_references
from meetings.models import Instrument, Meeting
from tests.commitments.deciding import accept
from tests.commitments.readings import by, candidate, make_read_report, passage
from tests.commitments.registering import errors, page, send
from tests.factories import (
    make_commitment,
    make_focal_point,
    make_instrument,
    make_meeting,
    make_officer,
    make_party,
    make_report,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    person = make_officer(name="Omar Officer")
    client.force_login(person)
    return person


@pytest.fixture
def report(officer):
    report = make_read_report()
    for title in ("Share tide", "Train young", "Dredging"):
        accept(title)
    return report


# The register -----------------------------------------------------------------------------------


def test_what_was_accepted_goes_into_the_register(client, officer, report):
    response = send(client)
    assert response.status_code == 302
    made = list(Commitment.objects.order_by("reference"))
    assert [row.reference for row in made] == ["HARBOUR9-01", "HARBOUR9-02", "HARBOUR9-03"]
    pilots = made[1]
    assert pilots.title == "Train young pilots by 30 June 2027"
    assert [q.text for q in pilots.quotations.all()] == ["train young pilots by 30 June 2027"]
    assert sorted(pilots.obligations.values_list("party__code", flat=True)) == ["AA", "BB", "CC"]
    final = pilots.deadlines.get()
    assert (final.due, final.basis, final.wording) == (
        date(2027, 6, 30),
        "stated",
        "by 30 June 2027",
    )
    row = CandidateDecision.objects.get(commitment=pilots)
    assert row.state == CandidateState.REGISTERED
    event = Event.objects.get(object_type="commitment", object_id=pilots.pk)
    assert (event.action, event.actor) == ("commitment.registered", officer)


@pytest.mark.parametrize("asked", [True, False])
def test_whoever_registers_may_ask_to_be_reminded_of_what_is_over(client, report, asked):
    send(client, **({"all__remind_backlog": "on"} if asked else {}))
    assert set(Obligation.objects.values_list("remind_backlog", flat=True)) == {asked}


def test_the_rest_can_be_registered_later(client, report):
    send(client, share__chosen=None, dredging__chosen=None)
    assert Commitment.objects.get().title.startswith("Train young")
    send(client)
    assert Commitment.objects.count() == 3
    references = sorted(Commitment.objects.values_list("reference", flat=True))
    assert len(set(references)) == 3


def test_a_row_that_is_left_out_may_say_anything(client, report):
    send(client, share__chosen=None, share__title="", share__lead="XX")
    assert Commitment.objects.count() == 2


def test_one_row_that_cannot_stand_keeps_all_out(client, report):
    make_commitment(reference="TAKEN-1", parties=[make_party("AA")])
    response = send(client, train__reference="TAKEN-1", share__title="Typed")
    assert "already" in errors(response)["train"]["reference"][0]
    assert 'value="Typed"' in response.content.decode()
    assert Commitment.objects.count() == 1
    assert CandidateDecision.objects.accepted().count() == 3


def test_two_rows_do_not_share_a_reference(client, report):
    response = send(client, share__reference="HM-1", train__reference="HM-1")
    assert errors(response)["train"]["reference"]
    assert not Commitment.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lead", "XX"),
        ("lead", "AA, all"),
        ("reference", "new"),
        ("reference", "with space"),
        ("title", ""),
        ("title", "x" * 201),
        ("due", "31.12.2026"),
        ("due", "2025-01-01"),
        ("contributing", "AA"),
        ("review_days", "0"),
    ],
)
def test_what_cannot_stand_is_said_in_its_row(client, report, field, value):
    response = send(client, **{f"dredging__{field}": value})
    assert errors(response)["dredging"]
    assert "Correct these rows" in response.content.decode()
    assert not Commitment.objects.exists()


def test_nothing_ticked_is_said_above_the_rows(client, report):
    response = send(client, share__chosen=None, train__chosen=None, dredging__chosen=None)
    assert "Choose at least one" in response.content.decode()


def test_an_empty_row_takes_what_holds_for_all(client, report):
    theme, officer = make_theme("Safety"), make_officer(name="Ozzy Other")
    send(
        client,
        all__lead="BB",
        all__theme="safety",
        all__officer=str(officer.pk),
        all__review_days="90",
        dredging__lead="",
    )
    dredging = Commitment.objects.get(title__startswith="Dredging")
    assert [line.party.code for line in dredging.obligations.all()] == ["BB"]
    assert (dredging.theme, dredging.officer, dredging.review_days) == (theme, officer, None)
    standing = Commitment.objects.get(title__startswith="Share")
    assert standing.review_days == 90
    assert standing.deadlines.get().purpose == "review"
    assert standing.obligations.count() == 3


def test_a_row_that_nobody_owes_is_refused(client, report):
    assert errors(send(client, dredging__lead=""))["dredging"]["lead"]


def test_the_owner_gets_the_lines_of_the_own_party(client, report):
    person = make_focal_point(make_party("BB")).user
    send(client, all__owner=str(person.pk))
    lines = {row.party.code: row.owner for row in Commitment.objects.first().obligations.all()}
    assert lines == {"AA": None, "BB": person, "CC": None}


def test_an_owner_who_answers_for_none_of_the_parties_is_refused(client, report):
    person = make_focal_point(make_party("DD", kind="observer")).user
    response = send(client, dredging__owner=str(person.pk))
    assert "answers for none" in errors(response)["dredging"]["owner"][0]
    assert not Commitment.objects.exists()


def test_an_owner_for_all_is_passed_over_where_the_party_owes_nothing(client, report):
    person = make_focal_point(make_party("BB")).user
    send(client, all__owner=str(person.pk), dredging__lead="AA")
    dredging = Commitment.objects.get(title__startswith="Dredging")
    assert dredging.obligations.get().owner is None


def test_a_person_who_is_not_offered_is_no_owner(client, report):
    assert errors(send(client, dredging__owner=str(make_user().pk)))["dredging"]["owner"]


def test_a_day_that_was_changed_is_marked_as_set(client, report):
    send(client, train__due="2027-12-31")
    final = Deadline.objects.get()
    assert (final.due, final.basis, final.wording) == (date(2027, 12, 31), "set", "")
    assert "Omar Officer" in final.reason


def test_a_day_that_was_taken_away_leaves_no_deadline(client, report):
    send(client, train__due="")
    assert not Deadline.objects.exists()


def test_a_deadline_before_the_next_meeting_moves_with_it(client, report):
    coming = make_meeting(number=10, starts_on=date(2027, 1, 15), ends_on=date(2027, 1, 16))
    Meeting.objects.filter(pk=report.meeting.pk).update(next_meeting=coming)
    CandidateDecision.objects.filter(title__startswith="Train").update(
        basis="derived", wording="by the next meeting", due=None
    )
    send(client)
    final = Deadline.objects.get()
    assert (final.due, final.meeting, final.basis) == (date(2027, 1, 14), coming, "derived")


def test_a_deadline_of_another_year_does_not_move_with_the_next_meeting(client, report):
    coming = make_meeting(number=10, starts_on=date(2027, 1, 15), ends_on=date(2027, 1, 16))
    Meeting.objects.filter(pk=report.meeting.pk).update(next_meeting=coming)
    CandidateDecision.objects.filter(title__startswith="Train").update(
        basis="derived", wording="at the 2029 summit", due=None
    )
    send(client)
    final = Deadline.objects.get()
    assert (final.due, final.meeting, final.wording) == (None, None, "at the 2029 summit")


def test_a_repeat_has_the_theme_of_the_earlier_commitment_unless_one_is_chosen(client, report):
    theme = make_theme("Safety")
    earlier = make_commitment(reference="OLD-1", parties=[make_party("AA")], theme=theme)
    rows = CandidateDecision.objects.filter(title__startswith="Dredging")
    rows.update(earlier=earlier, link_kind="widens")
    send(client)
    themes = dict(Commitment.objects.values_list("reference", "theme__name"))
    assert sorted(filter(None, themes.values())) == ["Safety", "Safety"]


def test_words_without_a_day_are_kept(client, report):
    CandidateDecision.objects.filter(title__startswith="Train").update(
        basis="stated", wording="as soon as possible", due=None
    )
    send(client)
    final = Deadline.objects.get()
    assert (final.due, final.wording) == (None, "as soon as possible")


def test_the_words_that_make_it_standing_are_no_deadline(client, report):
    CandidateDecision.objects.filter(title__startswith="Share").update(wording="every month")
    send(client, train__chosen=None, dredging__chosen=None)
    assert not Deadline.objects.exists()


def test_instruments_are_found_by_name_or_entered(client, report):
    known = make_instrument(name="Harbour Safety Programme")
    CandidateDecision.objects.filter(title__startswith="Dredging").update(
        instruments=["harbour safety programme", "Convention on Tides", "Стратегия портов"]
    )
    send(client)
    made = Commitment.objects.get(title__startswith="Dredging")
    kinds = {row.name: row.kind for row in made.instruments.all()}
    assert kinds == {
        known.name: "programme",
        "Convention on Tides": "convention",
        "Стратегия портов": "other",
    }
    assert Instrument.objects.count() == 3


def test_a_repeat_is_linked_to_the_earlier_commitment(client, report):
    earlier = make_commitment(reference="OLD-1", parties=[make_party("AA")])
    row = CandidateDecision.objects.get(title__startswith="Dredging")
    CandidateDecision.objects.filter(pk=row.pk).update(earlier=earlier, link_kind="widens")
    send(client)
    link = CommitmentLink.objects.get()
    assert (link.earlier, link.kind, link.later.title) == (earlier, "widens", row.title)


def test_what_is_restricted_makes_commitments_that_are(client, officer):
    make_read_report(sensitivity="secretariat")
    accept("Dredging")
    send(client)
    assert Commitment.objects.get().sensitivity == "secretariat"


def test_a_report_is_coded_when_nothing_is_left(client, report):
    send(client)
    row = candidate("The sea belongs")
    services.dismiss(candidate=row, seen=row.version, reason="A view.", by=by())
    address = reverse("meetings:workbench", args=["harbour-9"])
    board = client.get(address).context["board"]
    assert not board.is_coded
    client.post(reverse("meetings:workbench-confirm-all", args=["harbour-9"]), {"seen": board.seen})
    assert client.get(address).context["board"].is_coded
    assert passage(3).function == "commitment"


def test_more_than_one_form_can_carry_are_registered_in_several_goes(client, report):
    row = candidate("Dredging")
    for _ in range(register_views.MOST_ROWS):
        row.pk = None
        row.save(force_insert=True)
    response = page(client)
    assert len(response.context["rows"]) == register_views.MOST_ROWS
    assert f"The first {register_views.MOST_ROWS} of 83" in response.content.decode()
    assert send(client).status_code == 302
    assert Commitment.objects.count() == register_views.MOST_ROWS
    assert len(page(client).context["rows"]) == 3


# References -------------------------------------------------------------------------------------


def test_references_go_on_where_those_of_the_meeting_end():
    meeting = make_meeting(series="S", number=14, slug="scs-14")
    for number in ("07", "09"):
        make_commitment(make_report(meeting, version=int(number)), reference=f"SCS14-{number}")
    assert suggested_references(meeting, 2) == ["SCS14-10", "SCS14-11"]


def test_references_of_the_next_meeting_look_like_those_of_the_one_before():
    before = make_meeting(series="S", number=14, slug="scs-14")
    make_commitment(make_report(before), reference="SCS14-32")
    assert suggested_references(make_meeting(series="S", number=15), 1) == ["SCS15-01"]


def test_the_first_references_of_all_come_from_the_address_of_the_meeting():
    assert suggested_references(make_meeting(slug="scs-14"), 1) == ["SCS14-01"]


@pytest.mark.parametrize("accepted", [3, 30])
def test_the_page_asks_the_same_few_questions_however_many_were_accepted(
    client, report, accepted, django_assert_max_num_queries
):
    row = candidate("Dredging")
    for _ in range(accepted - 3):
        row.pk = None
        row.save(force_insert=True)
    page(client)
    with django_assert_max_num_queries(20):
        assert len(page(client).context["rows"]) == accepted
