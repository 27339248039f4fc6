"""Questions about parties, terms, meetings and reports, each at its edges."""

from datetime import date, timedelta

import pytest

from meetings.choices import PartyKind, Sensitivity
from meetings.models import FocalPoint, Meeting, Party, Report
from meetings.querysets import hidden, parties_of, readable
from tests.factories import (
    NOW,
    make_focal_point,
    make_mailbox,
    make_meeting,
    make_obligation,
    make_officer,
    make_party,
    make_report,
    make_user,
)

pytestmark = pytest.mark.django_db
TODAY, DAY = NOW.date(), timedelta(days=1)


def test_members_on_a_day():
    make_party("AA", joined=TODAY)
    make_party("BB", joined=TODAY + DAY)
    make_party("CC", joined=date(2001, 6, 15), left=TODAY + DAY)
    make_party("DD", joined=date(2001, 6, 15), left=TODAY)
    make_party("EE", kind=PartyKind.ORGAN)
    assert {party.code for party in Party.objects.members(TODAY)} == {"AA", "CC"}


def test_a_term_holds_from_its_first_day_to_its_last():
    party = make_party("AA")
    for starts_on, ends_on in (
        (TODAY, None), (TODAY, TODAY), (TODAY - DAY, TODAY + DAY),
        (TODAY + DAY, None), (TODAY - 2 * DAY, TODAY - DAY),
    ):  # fmt: skip
        make_focal_point(party, starts_on=starts_on, ends_on=ends_on)
    running = FocalPoint.objects.running(TODAY)
    assert {(term.starts_on, term.ends_on) for term in running} == {
        (TODAY, None),
        (TODAY, TODAY),
        (TODAY - DAY, TODAY + DAY),
    }


def test_whoever_is_disabled_answers_for_nothing():
    term = make_focal_point(make_party("AA"))
    assert list(parties_of(term.user, TODAY)) == [term.party]
    term.user.is_active = False
    term.user.save()
    assert not parties_of(term.user, TODAY).exists()
    assert FocalPoint.objects.running(TODAY).count() == 1
    assert not FocalPoint.objects.active(TODAY).exists()


def test_ones_own_parties_are_noted():
    own, other = make_party("AA"), make_party("BB")
    person = make_focal_point(own).user
    make_focal_point(other)
    noted = {party.code: party.is_own for party in Party.objects.noting_own(person, TODAY)}
    assert noted == {"AA": True, "BB": False}


def test_parties_that_nobody_answers_for():
    for code, values in {
        "AA": {},
        "BB": {"left": TODAY},
        "CC": {"left": TODAY + DAY},
        "DD": {"kind": PartyKind.OBSERVER},
        "EE": {"kind": PartyKind.OBSERVER},
        "FF": {},
        "GG": {},
    }.items():
        make_party(code, **values)
    make_obligation(make_party("EE"))
    make_focal_point(make_party("FF"), is_deputy=True)
    make_focal_point(make_party("GG"), ends_on=TODAY - DAY)
    Party.objects.filter(code="AA").update(mailbox=make_mailbox())
    Party.objects.filter(code="GG").update(mailbox=make_mailbox(is_active=False))
    found = {p.code: bool(p.has_mailbox) for p in Party.objects.without_focal_point(TODAY)}
    assert found == {"AA": True, "CC": False, "EE": False, "GG": False}


def test_reports_that_may_be_read():
    party, meeting = make_party("AA"), make_meeting()
    for version, level in enumerate(Sensitivity, 1):
        restricted_to = party if level == Sensitivity.PARTY else None
        make_report(meeting, version=version, sensitivity=level, restricted_to=restricted_to)
    open_to_members = {Sensitivity.PUBLIC, Sensitivity.MEMBERS}
    for person, levels in (
        (make_officer(), set(Sensitivity)),
        (make_user(), open_to_members),
        (make_focal_point(make_party("BB")).user, open_to_members),
        (make_focal_point(party).user, {*open_to_members, Sensitivity.PARTY}),
    ):
        shown = Report.objects.visible_to(person, TODAY)
        assert {report.sensitivity for report in shown} == levels


def test_what_is_hidden_is_what_may_not_be_read():
    party = make_party("AA")
    for version, level in enumerate(Sensitivity, 1):
        own = {"restricted_to": party} if level == Sensitivity.PARTY else {}
        make_report(make_meeting(), version=version, sensitivity=level, **own)
    found = set()
    for user in (make_officer(), make_user(), make_focal_point(party).user):
        shown = set(Report.objects.filter(readable(user, TODAY)))
        kept = set(Report.objects.filter(hidden(user, TODAY)))
        assert shown | kept == set(Report.objects.all())
        assert not shown & kept
        found.add(len(kept))
    assert found == {0, 1, 2}


def test_the_highest_version_of_each_meeting_and_language_is_current():
    meeting, other = make_meeting(), make_meeting()
    first = make_report(meeting)
    second = make_report(meeting, version=2)
    russian = make_report(meeting, language="ru")
    elsewhere = make_report(other)
    assert set(Report.objects.current()) == {second, russian, elsewhere}
    assert set(Report.objects.versions_of(first)) == {first, second}


def test_reports_of_which_only_the_text_is_stored():
    make_report(read_at=NOW)
    waiting = make_report(read_at=None)
    assert list(Report.objects.unread()) == [waiting]


def test_earlier_meetings_of_a_series():
    one, two, three = (make_meeting(series="A", number=number) for number in (1, 2, 3))
    make_meeting(series="B", number=1)
    assert list(Meeting.objects.earlier_in_series(three)) == [two, one]


def test_meetings_that_are_to_come():
    def follows(number: int, ends_on: date | None) -> Meeting:
        before = make_meeting(series="A", number=100 + number)
        values = {"starts_on": ends_on, "ends_on": ends_on}
        after = make_meeting(series="A", number=number, **values)
        Meeting.objects.filter(pk=before.pk).update(next_meeting=after)
        return after

    today, later, open_ = follows(1, TODAY), follows(2, TODAY + DAY), follows(3, None)
    follows(4, TODAY - DAY)
    make_meeting(series="A", number=5, starts_on=TODAY + DAY, ends_on=TODAY + DAY)
    assert list(Meeting.objects.coming(TODAY)) == [today, later, open_]


def test_meetings_that_can_come_next():
    first, second, third = (make_meeting(series="A", number=number) for number in (1, 2, 3))
    Meeting.objects.filter(pk=first.pk).update(next_meeting=second)
    free = Meeting.objects.without_predecessor
    assert set(free()) == {first, third}
    assert set(free(but=third)) == {first}
    assert set(free(but=first)) == {second, third}


def test_the_last_meeting_comes_first_whatever_its_series():
    held = make_meeting(series="B", starts_on=TODAY - DAY, ends_on=TODAY - DAY)
    last = make_meeting(series="A", starts_on=TODAY, ends_on=TODAY)
    planned = make_meeting(series="A", starts_on=None, ends_on=None)
    assert list(Meeting.objects.latest_first()) == [last, held, planned]
