"""The pages of parties and instruments: who answers, who answered, which days are off."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.choices import Via
from accounts.models import Event
from meetings.choices import PartyKind
from meetings.models import FocalPoint, Instrument, Party, PartyDay
from meetings.services import appoint
from tests.factories import (
    NOW,
    make_commitment,
    make_day,
    make_focal_point,
    make_instrument,
    make_mailbox,
    make_obligation,
    make_officer,
    make_party,
    make_user,
    restrict,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TODAY = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture
def officer(client):
    person = make_officer()
    client.force_login(person)
    return person


def page(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def queries(client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# Who answers --------------------------------------------------------------------------------------


def test_the_page_tells_present_coming_and_past_terms_apart(client, officer):
    party = make_party("AA")
    today = timezone.now().date()
    for name, starts, ends in (
        ("Present", today - 9 * DAY, None),
        ("Coming", today + 9 * DAY, None),
        ("Past", today - 99 * DAY, today - 10 * DAY),
    ):
        make_focal_point(party, make_user(name=name), starts_on=starts, ends_on=ends)
    make_focal_point(party, make_user(name="Deputy"), is_deputy=True, starts_on=today - 50 * DAY)
    context = client.get("/parties/AA/").context
    names = {
        group: [term.user.name for term in context[group]]
        for group in ("present", "coming", "past")
    }
    assert names == {"present": ["Present", "Deputy"], "coming": ["Coming"], "past": ["Past"]}
    assert "Nobody answers today" not in page(client, "/parties/AA/")


def test_the_page_says_when_nobody_answers_and_where_mail_goes(client, officer):
    party = make_party("AA")
    make_focal_point(party, make_user(is_active=False))
    assert "Mail about this party reaches nobody" in page(client, "/parties/AA/")
    Party.objects.update(mailbox=make_mailbox())
    assert "Mail about this party goes to its mailbox" in page(client, "/parties/AA/")


def test_the_address_of_a_mailbox_is_for_the_secretariat(client, officer):
    make_party("AA", mailbox=make_mailbox(email="ministry@example.org"))
    assert "ministry@example.org" in page(client, "/parties/AA/")
    client.force_login(make_user())
    assert "ministry@example.org" not in page(client, "/parties/AA/")


def test_an_officer_names_a_deputy(client, officer):
    party, person = make_party("AA"), make_user()
    data = {"user": person.pk, "is_deputy": "on", "starts_on": "2026-03-01", "ends_on": ""}
    assert client.post("/parties/AA/terms/", data).headers["Location"] == "/parties/AA/"
    term = FocalPoint.objects.get()
    assert (term.party, term.user, term.is_deputy) == (party, person, True)
    assert Event.objects.get(action="focal_point.appointed").actor == officer


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"starts_on": "2026-13-01"}, "starts_on", "a day that exists"),
        ({"ends_on": "2026-02-28"}, "ends_on", "on or after the day it starts"),
        ({"user": "0"}, "user", "Choose one of those shown"),
    ],
)
def test_a_term_that_cannot_stand_is_refused_beside_its_field(
    client, officer, change, field, words
):
    make_party("AA")
    data = {"user": make_user().pk, "starts_on": "2026-03-01", "ends_on": "", **change}
    response = client.post("/parties/AA/terms/", data)
    assert words in " ".join(response.context["term_form"].errors[field])
    assert response.context["term_form"]["starts_on"].value() == data["starts_on"]
    assert not FocalPoint.objects.exists()


@pytest.mark.parametrize("values", [{"is_mailbox": True}, {"is_active": False}])
def test_whoever_cannot_sign_in_does_not_answer(client, officer, values):
    make_party("AA")
    data = {"user": make_user(**values).pk, "starts_on": "2026-03-01"}
    response = client.post("/parties/AA/terms/", data)
    assert "Choose one of those shown" in " ".join(response.context["term_form"].errors["user"])


def test_a_mailbox_does_not_answer_whatever_door_it_comes_through():
    with pytest.raises(ValidationError, match="A mailbox cannot answer"):
        appoint(
            party=make_party("AA"), user=make_mailbox(), starts_on=TODAY, now=NOW, via=Via.ADMIN
        )


def test_an_officer_ends_a_term_even_of_somebody_whose_account_is_closed(client, officer):
    term = make_focal_point(make_party("AA"), make_user(is_active=False))
    address = f"/parties/AA/terms/{term.pk}/"
    assert term.user.name in page(client, address)
    early = client.post(address, {"ends_on": "2019-01-01"})
    assert "on or after the day it starts" in early.content.decode()
    assert client.post(address, {"ends_on": "2026-01-31"}).status_code == 302
    term.refresh_from_db()
    assert term.ends_on == date(2026, 1, 31)


def test_a_term_is_reached_under_its_own_party_alone(client, officer):
    term = make_focal_point(make_party("AA"))
    make_party("BB")
    assert client.get(f"/parties/BB/terms/{term.pk}/").status_code == 404


# Days ---------------------------------------------------------------------------------------------


def test_an_officer_adds_a_local_holiday_and_removes_it(client, officer):
    make_party("AA")
    data = {"day": "2026-06-05", "name": "Day of the city"}
    assert client.post("/parties/AA/days/", data).headers["Location"] == "/parties/AA/#days"
    entry = PartyDay.objects.get()
    assert (entry.day, entry.is_working) == (date(2026, 6, 5), False)
    assert "Day of the city" in page(client, "/parties/AA/")

    twice = client.post("/parties/AA/days/", data)
    assert "This day is entered already" in twice.content.decode()

    assert client.post(f"/parties/AA/days/{entry.pk}/remove/").status_code == 302
    assert not PartyDay.objects.exists()
    added, removed = Event.objects.filter(action__startswith="party.day").order_by("pk")
    assert (
        added.after
        == removed.before
        == {
            "day": "2026-06-05",
            "name": "Day of the city",
            "works": False,
        }
    )


def test_a_working_saturday_is_told_as_one(client, officer):
    make_party("AA")
    data = {"day": "2026-06-06", "name": "For the Friday", "is_working": "on"}
    client.post("/parties/AA/days/", data)
    assert PartyDay.objects.get().is_working
    assert "people work" in page(client, "/parties/AA/")


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/parties/AA/terms/", {"user": "1", "starts_on": "2026-03-01"}),
        ("/parties/AA/days/", {"day": "2026-06-05", "name": "Mine"}),
        ("/parties/AA/days/{day}/remove/", {}),
        ("/parties/AA/terms/{term}/", {"ends_on": "2026-01-01"}),
    ],
)
def test_not_even_its_focal_point_writes_on_the_page_of_a_party(client, address, data):
    party = make_party("AA")
    term, day = make_focal_point(party), make_day(party, TODAY)
    client.force_login(term.user)
    assert client.post(address.format(day=day.pk, term=term.pk), data).status_code == 403
    assert (PartyDay.objects.count(), FocalPoint.objects.count()) == (1, 1)
    page_ = page(client, "/parties/AA/")
    assert "<form" not in page_.partition("<main")[2].partition("</main")[0]


# Nobody -------------------------------------------------------------------------------------------


def test_parties_without_anybody_active_are_found():
    make_focal_point(make_party("HAS"))
    make_focal_point(make_party("DEPUTY"), is_deputy=True)
    make_party("NONE")
    make_focal_point(make_party("CLOSED"), make_user(is_active=False))
    make_focal_point(make_party("OVER"), ends_on=TODAY - DAY)
    make_focal_point(make_party("EARLY"), starts_on=TODAY + DAY)
    make_focal_point(make_party("LASTDAY"), ends_on=TODAY)
    make_party("GONE", left=TODAY)
    make_party("LOOKS", kind=PartyKind.OBSERVER)
    make_obligation(make_party("OWES", kind=PartyKind.OBSERVER))
    found = Party.objects.without_focal_point(TODAY)
    assert {party.code for party in found} == {"NONE", "CLOSED", "OVER", "EARLY", "OWES"}


def test_it_is_known_whether_mail_finds_a_mailbox():
    make_party("BOX", mailbox=make_mailbox())
    make_party("SHUT", mailbox=make_mailbox(is_active=False))
    make_party("NONE")
    found = {party.code: party.has_mailbox for party in Party.objects.without_focal_point(TODAY)}
    assert found == {"BOX": True, "SHUT": False, "NONE": False}


def test_the_warning_links_each_party_and_says_where_mail_goes():
    make_party("BOX", mailbox=make_mailbox())
    make_party("NONE")
    nobody = Party.objects.without_focal_point(TODAY).in_order()
    html = render_to_string("meetings/_nobody.html", {"nobody": nobody})
    assert "Nobody answers for 2 parties today" in html
    assert 'href="/parties/BOX/"' in html
    assert "mail goes to its mailbox" in html
    assert "its mail reaches nobody" in html
    assert render_to_string("meetings/_nobody.html", {"nobody": []}).strip() == ""


# Lists and instruments ----------------------------------------------------------------------------


def test_the_list_names_who_answers_today(client, officer):
    make_focal_point(make_party("AA"), make_user(name="Here"))
    make_focal_point(make_party("BB"), make_user(name="Gone"), ends_on=date(2021, 1, 1))
    html = page(client, "/parties/?kind=member")
    assert "Here" in html
    assert "Gone" not in html
    assert "Nobody" in html


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/parties/?q=freedo", "Freedonia"),
        ("/parties/?q=SYL", "Sylvania"),
        ("/instruments/?q=ОДКБ", "Стратегия одкб"),
        ("/instruments/?kind=convention", "Convention"),
    ],
)
def test_lists_are_searched_and_filtered(client, officer, address, found):
    make_party("FRE", name="Freedonia")
    make_party("SYL", name="Sylvania")
    make_instrument(name="Стратегия одкб", kind="strategy")
    make_instrument(name="Convention", kind="convention")
    rows = client.get(address).context["table"].rows
    assert [row.record.name for row in rows] == [found]


def test_an_instrument_lists_what_carries_it_out_as_far_as_one_may_read(client):
    instrument = make_instrument(slug="here")
    seen = make_commitment(instruments=[instrument], parties=[make_party("AA"), make_party("BB")])
    hidden = restrict(make_commitment(instruments=[instrument]))
    other = make_commitment()
    client.force_login(make_user())
    html = page(client, "/instruments/here/")
    assert seen.reference in html
    assert "0 of 2 done" in html
    assert hidden.reference not in html
    assert other.reference not in html


def one_more(number: int) -> None:
    """One more of everything that the pages show."""
    aa = make_party("AA", holidays="KG")
    make_focal_point(aa)
    make_focal_point(make_party(f"Q{number}"))
    make_day(aa, date(2026, 6, 1) + number * DAY)
    make_commitment(instruments=[make_instrument(slug=f"i-{number}")])
    make_commitment(instruments=[Instrument.objects.get(slug="i-0")])


@pytest.mark.parametrize(
    "address", ["/parties/", "/parties/AA/", "/instruments/", "/instruments/i-0/"]
)
@pytest.mark.parametrize("person", [make_user, make_officer])
def test_a_page_costs_the_same_for_one_row_and_for_many(client, address, person):
    client.force_login(person())
    one_more(0)
    queries(client, address)  # what is read once a process
    for_one = queries(client, address)
    for number in range(1, 8):
        one_more(number)
    assert queries(client, address) == for_one
