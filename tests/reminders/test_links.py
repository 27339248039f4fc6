"""Links in mails that act without signing in: for one person, one line, one purpose, some days."""

import re
from datetime import timedelta

import pytest
from django.core.signing import Signer
from django.test import Client
from django.urls import get_resolver
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Event
from commitments.choices import ReportState
from commitments.models import Obligation, ProgressReport
from meetings.choices import Sensitivity
from reminders import links
from reminders.choices import Ground
from reminders.links import BadLinkError, Purpose
from reminders.models import Mute, Policy, Suppression
from tests.architecture.addresses import all_addresses
from tests.factories import days, make_accepted, make_draft, make_user, restrict
from tests.reminders.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def line(case):
    return case.line(7, title="Told title")


@pytest.fixture
def link(case, line, monkeypatch):
    """Makes the address of a link as the mail of NOW carries it."""
    monkeypatch.setattr("accounts.middleware.read_clock", lambda: NOW + timedelta(hours=1))

    def make(purpose, user=None, key=None, now=NOW):
        return links.path(purpose, user or case.person, line.pk if key is None else key, now)

    return make


@pytest.fixture
def strict():
    """A browser without anything, of a site that checks forms."""
    return Client(enforce_csrf_checks=True)


def state():
    """Everything that a link could change."""
    rows = [Mute, Suppression, ProgressReport, Event]
    return [model.objects.count() for model in rows], list(Obligation.objects.values())


# Tokens ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_says_who_which_line_and_until_when(case, line, purpose):
    path = links.path(purpose, case.person, line.pk, NOW)
    assert path.startswith(f"/r/{purpose.letter}")
    claim = links.read(purpose, path[4:], NOW)
    assert (claim.user, claim.line, claim.ends) == (case.person.pk, line.pk, NOW + purpose.lasts)
    assert links.person(claim) == case.person


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("other", Purpose)
def test_a_link_is_of_no_use_for_another_purpose(case, purpose, other):
    token = links.path(purpose, case.person, 1, NOW)[4:]
    if purpose is not other:
        with pytest.raises(BadLinkError):
            links.read(other, token, NOW)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_ends(case, purpose):
    token = links.path(purpose, case.person, 1, NOW)[4:]
    links.read(purpose, token, NOW + purpose.lasts - timedelta(seconds=1))
    with pytest.raises(BadLinkError):
        links.read(purpose, token, NOW + purpose.lasts)


@pytest.mark.parametrize("purpose", Purpose)
def test_no_character_of_a_link_can_be_changed(case, purpose):
    token = links.path(purpose, case.person, 1, NOW)[4:]
    for place in range(len(token)):
        other = "1" if token[place] != "1" else "2"
        with pytest.raises(BadLinkError):
            links.read(purpose, token[:place] + other + token[place + 1 :], NOW)


@given(st.text(max_size=200))
def test_nothing_that_is_made_up_is_a_link(token):
    for purpose in Purpose:
        with pytest.raises(BadLinkError):
            links.read(purpose, token, NOW)


@given(st.lists(st.sampled_from(["1", "0", "-1", "9" * 40, "", "x", "\x00", "1e9"]), max_size=6))
def test_even_what_is_signed_well_has_to_make_sense(parts):
    signer = Signer(salt="reminders.link.answer", sep=".")
    try:
        claim = links.read(Purpose.ANSWER, signer.sign(".".join(parts)), NOW)
    except BadLinkError:
        return
    with pytest.raises(BadLinkError):
        links.person(claim)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_new_address_makes_old_links_worthless(case, purpose):
    claim = links.read(purpose, links.path(purpose, case.person, 1, NOW)[4:], NOW)
    type(case.person).objects.update(email="new@example.org")
    with pytest.raises(BadLinkError):
        links.person(claim)


@pytest.mark.parametrize("purpose", [Purpose.OPEN, Purpose.SNOOZE, Purpose.ANSWER])
def test_a_new_password_makes_old_links_worthless(case, purpose):
    claim = links.read(purpose, links.path(purpose, case.person, 1, NOW)[4:], NOW)
    case.person.set_password("another long password")
    case.person.save()
    with pytest.raises(BadLinkError):
        links.person(claim)


def test_unsubscribing_goes_on_after_a_new_password(case):
    path = links.path(Purpose.UNSUBSCRIBE, case.person, 0, NOW)
    case.person.set_password("another long password")
    case.person.save()
    assert links.person(links.read(Purpose.UNSUBSCRIBE, path[4:], NOW)) == case.person


@pytest.mark.parametrize("purpose", Purpose)
def test_somebody_who_is_not_active_has_no_links(case, purpose):
    claim = links.read(purpose, links.path(purpose, case.person, 1, NOW)[4:], NOW)
    type(case.person).objects.update(is_active=False)
    with pytest.raises(BadLinkError):
        links.person(claim)


def test_a_link_can_stand_in_an_address_as_it_is(case):
    for purpose in Purpose:
        assert re.fullmatch(r"/r/[a-z][\w.-]+", links.path(purpose, case.person, 1, NOW))


# Pages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_at_a_link_changes_nothing(strict, link, purpose, method):
    before = state()
    assert getattr(strict, method)(link(purpose)).status_code < 500
    assert state() == before


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_does_not_hold_changes_nothing_and_tells_nothing(client, link, purpose, method):
    before = state()
    for path in (link(purpose)[:-1] + "x", f"/r/{purpose.letter}x", link(purpose, key=10**6)):
        if purpose is Purpose.UNSUBSCRIBE and path.startswith(link(purpose, key=10**6)[:10]):
            continue
        response = getattr(client, method)(path)
        assert response.status_code in {404, 405}
        assert b"Told title" not in response.content
    assert state() == before


def test_a_link_of_too_long_ago_says_so(client, link):
    response = client.get(link(Purpose.SNOOZE, now=NOW - days(20)))
    assert response.status_code == 404
    assert b"does not work any more" in response.content


def test_links_are_not_kept_in_the_log(client, link, capsys, caplog):
    path = link(Purpose.SNOOZE)[:-1] + "x"
    from sco_tracker.logs import HideLinks

    with caplog.at_level("INFO"):
        client.get(path)
    from logging import getLogger

    for record in [*caplog.records, getLogger().makeRecord("a", 30, "f", 1, "%s", (path,), None)]:
        HideLinks().filter(record)
        assert path not in record.getMessage()
        assert path[4:] not in record.getMessage()


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_is_told_to_no_other_site_and_kept_nowhere(client, link, purpose):
    response = client.get(link(purpose))
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in response.headers["Cache-Control"]


def test_only_two_addresses_are_exempt_from_the_check_of_forms():
    exempt = {
        address.name
        for address in all_addresses(get_resolver())
        if getattr(address.match().func, "csrf_exempt", False)
    }
    # The one that mail programs post to, and the one that a mail server does, with its own token.
    assert exempt == {"link-unsubscribe", "reminders:bounce"}


# Unsubscribing --------------------------------------------------------------------------------------


def test_one_click_unsubscribes_without_cookie_or_redirect(strict, case, link):
    response = strict.post(link(Purpose.UNSUBSCRIBE, key=0), ONE_CLICK)
    assert response.status_code == 200
    assert not response.cookies
    assert not strict.cookies
    assert Suppression.objects.of(case.person.email).get().reason == Ground.ONE_CLICK


def test_unsubscribing_twice_is_as_good_as_once(strict, link):
    path = link(Purpose.UNSUBSCRIBE, key=0)
    first, second = strict.post(path, ONE_CLICK), strict.post(path, ONE_CLICK)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert Suppression.objects.count() == 1
    assert Event.objects.filter(action="address.stopped").count() == 1


def test_the_page_before_unsubscribing_has_a_button_and_sets_no_cookie(strict, link):
    response = strict.get(link(Purpose.UNSUBSCRIBE, key=0))
    assert b"<form" in response.content
    assert not response.cookies
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("duty", ["overdue", "escalated"])
def test_what_is_mandatory_is_said_where_one_unsubscribes(strict, link, duty):
    Policy.objects.create(site=True, mandatory=[duty])
    for response in (
        strict.get(link(Purpose.UNSUBSCRIBE, key=0)),
        strict.post(link(Purpose.UNSUBSCRIBE, key=0), ONE_CLICK),
    ):
        assert b"mandatory" in response.content


def test_the_link_of_one_person_does_not_unsubscribe_another(strict, case, link):
    other = make_user()
    strict.post(link(Purpose.UNSUBSCRIBE, user=other, key=0), ONE_CLICK)
    assert not Suppression.objects.of(case.person.email).exists()


# Opening --------------------------------------------------------------------------------------------


def test_opening_asks_for_signing_in_first_and_names_nothing(client, case, line, link):
    path = link(Purpose.OPEN)
    response = client.get(path)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/?next=/r/o")
    client.force_login(case.person)
    assert client.get(path).headers["Location"] == line.get_absolute_url()


# Snoozing --------------------------------------------------------------------------------------------


def until(in_days):
    return {"until": (NOW.date() + days(in_days)).isoformat()}


def test_a_line_is_kept_quiet_until_a_day(client, case, line, link):
    response = client.post(link(Purpose.SNOOZE), until(7))
    assert "nothing is sent to you" in response.content.decode()
    assert Mute.objects.get(user=case.person, obligation=line).until == NOW.date() + days(7)


def test_a_line_is_kept_quiet_for_good(client, link):
    client.post(link(Purpose.SNOOZE), {"until": ""})
    assert Mute.objects.get().until is None


@pytest.mark.parametrize("data", [{}, {"until": "2030-01-01"}, {"until": "x"}, until(-1)])
def test_a_day_that_was_not_offered_is_refused(client, link, data):
    client.post(link(Purpose.SNOOZE), data)
    assert not Mute.objects.exists()


def test_snoozing_again_changes_the_day(client, link):
    for in_days in (7, 14):
        client.post(link(Purpose.SNOOZE), until(in_days))
    assert Mute.objects.get().until == NOW.date() + days(14)


def test_what_is_mandatory_cannot_be_kept_quiet(client, case, link):
    Policy.objects.create(site=True, mandatory=["overdue"])
    late = case.line(-5)
    path = link(Purpose.SNOOZE, key=late.pk)
    assert "mandatory" in client.get(path).content.decode()
    assert "mandatory" in client.post(path, until(7)).content.decode()
    assert not Mute.objects.exists()
    client.post(link(Purpose.SNOOZE), until(7))  # what is not overdue can
    assert Mute.objects.exists()


def test_a_form_behind_a_link_is_checked(strict, link):
    assert strict.post(link(Purpose.SNOOZE), until(7)).status_code == 403
    assert not Mute.objects.exists()


# Answering -------------------------------------------------------------------------------------------

ANSWER = {"claim": "in_progress", "text": "A plan was adopted."}


def test_an_answer_is_kept_as_the_persons_draft(client, case, line, link):
    response = client.post(link(Purpose.ANSWER), ANSWER)
    assert "kept as a draft" in response.content.decode()
    report = ProgressReport.objects.get()
    assert (report.state, report.author, report.obligation) == (
        ReportState.DRAFT,
        case.person,
        line,
    )
    assert (report.claim, report.text) == ("in_progress", "A plan was adopted.")
    line.refresh_from_db()
    assert line.status == "not_started"


@pytest.mark.parametrize(
    "data", [{}, {"claim": "in_progress"}, {"text": "Done."}, {**ANSWER, "claim": "not_owed"}]
)
def test_both_fields_are_needed(client, link, data):
    response = client.post(link(Purpose.ANSWER), data)
    assert "field--error" in response.content.decode()
    assert not ProgressReport.objects.exists()


def test_a_draft_that_is_there_is_neither_shown_nor_changed(client, case, line, link):
    make_draft(line, case.person, text="Secret so far.")
    for response in (client.get(link(Purpose.ANSWER)), client.post(link(Purpose.ANSWER), ANSWER)):
        assert "Secret so far." not in response.content.decode()
        assert "You have a draft" in response.content.decode()
    assert ProgressReport.objects.get().text == "Secret so far."


def test_an_answer_cannot_be_given_twice(client, link):
    client.post(link(Purpose.ANSWER), ANSWER)
    client.post(link(Purpose.ANSWER), {**ANSWER, "text": "Something else."})
    assert ProgressReport.objects.get().text == "A plan was adopted."


def test_nothing_is_answered_on_a_line_that_is_done(client, case, line, link):
    make_accepted(line, case.person, claimed="done")
    assert "Nothing is open" in client.post(link(Purpose.ANSWER), ANSWER).content.decode()


@pytest.mark.parametrize("purpose", [Purpose.ANSWER, Purpose.SNOOZE, Purpose.OPEN])
def test_who_may_not_read_the_line_any_more_has_no_link_to_it(client, line, link, purpose):
    path = link(purpose)
    restrict(line.commitment)
    assert client.get(path).status_code == 404
    assert client.post(path, ANSWER).status_code in {404, 405}


def test_who_does_not_answer_for_the_line_cannot_answer(client, case, link):
    path = link(Purpose.ANSWER)
    case.person.terms.update(ends_on=NOW.date() - days(1))
    assert client.get(path).status_code == 404
    assert client.post(path, ANSWER).status_code == 404
    assert not ProgressReport.objects.exists()


@pytest.mark.parametrize("purpose", [Purpose.ANSWER, Purpose.SNOOZE])
def test_a_page_behind_a_link_names_no_more_than_the_mail(client, line, link, purpose):
    assert "Told title" in client.get(link(purpose)).content.decode()
    Obligation.objects.filter(pk=line.pk).update(sensitivity=Sensitivity.PARTY)
    page = client.get(link(purpose)).content.decode()
    assert "Told title" not in page
    assert line.commitment.reference not in page


def test_the_pages_speak_the_language_of_the_person(client, case, link):
    case.person.language = "zh-hans"
    case.person.save()
    assert 'lang="zh-hans"' in client.get(link(Purpose.ANSWER)).content.decode()
