"""Case 10 of PRODUCT §4: another state's restricted line is nowhere for a focal point.

Not on a page that can be reached by links, in a count, a search, an export, a calendar or a mail. The
site is walked as it stands, so a page that comes later is looked at as well.
"""

import re
from collections import Counter, deque
from datetime import date
from html import unescape
from urllib.parse import parse_qs, urljoin

import pytest
from django.test import Client

from meetings.choices import Sensitivity
from reminders.models import Reminder
from tests import planted
from tests.answers import text_of
from tests.architecture.addresses import all_addresses
from tests.factories import (
    days,
    make_accepted,
    make_commitment,
    make_deadline,
    make_draft,
    make_evidence,
    make_extension,
    make_focal_point,
    make_meeting,
    make_obligation,
    make_officer,
    make_party,
    make_report,
    make_submitted,
    make_theme,
    make_user,
)
from tests.scenarios.conftest import MONDAY

pytestmark = pytest.mark.django_db

# Letters for a phone, made anew whenever somebody looks; and what the person did, which is the walk
# itself, as it exports lists. Words are looked for there too.
CHANGING = {"/accounts/second-factor/set/", "/accounts/data/"}
SECRET = "Zzyzx"  # in every word that must not be read
KNOWN_SINCE = MONDAY - days(200)
ALIKE = 2  # addresses that differ in nothing but the values of their filters


@pytest.fixture
def people():
    """A focal point of each of two states, a reader and an officer."""
    return {
        "AA": make_focal_point(make_party("AA", name="Aland")).user,
        "BB": make_focal_point(make_party("BB", name="Bland")).user,
        "reader": make_user(name="Reader"),
        "officer": make_officer(name="Officer"),
    }


@pytest.fixture
def meeting(people):
    """A meeting with a few commitments that everybody may read, two of them of both states."""
    report = make_report(make_meeting(slug="open-meeting"))
    both = [make_party("AA"), make_party("BB")]
    theme = make_theme("Drugs")
    for number in range(3):
        due = MONDAY.date() + days(7 + number)
        make_commitment(
            report,
            both if number < 2 else [make_party("BB")],
            due,
            now=KNOWN_SINCE,
            theme=theme,
            reference=f"OPEN-{number}",
            title=f"Hold joint operation {number}",
        )
    return report.meeting


def secret_commitment(meeting, clock):
    """A commitment for one state's eyes, with all that can hang on it."""
    tell_all(secret_line(meeting, MONDAY.date() - days(3)), clock)


def secret_line(meeting, due):
    return make_obligation(
        make_party("AA"),
        report=meeting.reports.get(),
        due=due,
        now=KNOWN_SINCE,
        theme=make_theme("Drugs"),
        reference=f"{SECRET}-1",
        title=f"{SECRET} title",
        sensitivity=Sensitivity.PARTY,
        restricted_to=make_party("AA"),
        coder_note=f"{SECRET} note",
    )


def tell_all(line, clock):
    """Reports, evidence, an extension and a moved deadline of a line, all with secret words."""
    author = line.party.focal_points.get().user
    soon = MONDAY.date() + days(5)
    make_deadline(line, soon, actor=make_officer(name=f"{SECRET} officer"), now=clock.now)
    make_accepted(line, author, text=f"{SECRET} accepted", now=clock.now)
    draft = make_draft(line, author, text=f"{SECRET} waiting", now=clock.now)
    make_evidence(draft, name=f"{SECRET} evidence", now=clock.now)
    make_submitted(line, author, text=f"{SECRET} sent", now=clock.now)
    make_extension(line, date(2027, 12, 31), author, now=clock.now)


# The site as somebody sees it ----------------------------------------------------------------


class Walk:
    """Every page that a person reaches by links from the home page and from every address, with its words."""

    def __init__(self, user, more=()):
        self.client = Client()
        self.client.force_login(user)
        self.pages = {}
        self.shapes = Counter()
        waiting = deque([*more, "/", *self._addresses()])
        while waiting:
            path = waiting.popleft()
            if path in self.pages or not (path in more or self._is_new(path)):
                continue
            answer = self.client.get(path)
            self.pages[path] = text_of(answer)
            if answer.status_code == 302:
                waiting.append(urljoin(path, answer["Location"]))
            waiting.extend(links(path, self.pages[path]))

    def _is_new(self, path):
        """Whether it is a page of ours, and not like many that were looked at."""
        where, _, query = path.partition("?")
        shape = (where, *sorted(parse_qs(query)))
        self.shapes[shape] += 1
        is_ours = not where.startswith(("/admin/", "/accounts/logout", "/static/"))
        return is_ours and self.shapes[shape] <= ALIKE

    def _addresses(self):
        """The addresses without arguments, linked or not."""
        return [a.path() for a in all_addresses() if "<" not in a.route and "(" not in a.route]

    def __contains__(self, words):
        return any(words.casefold() in page.casefold() for page in self.pages.values())

    def where(self, words):
        return [path for path, page in self.pages.items() if words.casefold() in page.casefold()]


def links(path, page):
    for found in re.findall(r'href="([^"]+)"', page):
        target = urljoin(path, unescape(found)).partition("#")[0]
        # Orders, pages and columns of a list show the same rows once more; so do exports of a part.
        again = re.search(r"[?&](sort|page|cols)=|\?.+&export=|\?export=.+&", target)
        if target.startswith("/") and not again:
            yield target


SEARCHED = (
    "/commitments/",
    "/commitments/lines/",
    "/commitments/reports/",
    "/instruments/",
    "/meetings/",
    "/history/",
    "/grid/",
)
SEARCHES = [f"{path}?q={SECRET}" for path in SEARCHED]
KINDS = ("csv", "excel", "xlsx", "json", "print")


@pytest.fixture
def world(clock, settings):
    """Things of every kind that are kept back within what all may read (tests/planted.py)."""
    settings.PUBLIC_VIEW = True
    return planted.plant_within(planted.ground(KNOWN_SINCE), KNOWN_SINCE)


def asked_for(role):
    """Searches for each word, exports of them, and the pages that would be there."""
    words = planted.hidden_from(role)
    searches = [f"{path}?q={word}" for word in words for path in (*SEARCHED, "/public/")]
    exports = [f"{path}?export={kind}" for path in ("/commitments/", "/public/") for kind in KINDS]
    pages = ["/commitments/ZZYZXPARTY-1/", "/commitments/ZZYZXSTAFF-1/BB/", "/public/ZZYZXTEXT-1/"]
    report = "/meetings/meeting/report/?language=ru"
    return [*searches, *exports, *pages, report, "/commitments/TST-2/AA/", "/commitments/TST-1/AA/"]


# PostgreSQL is asked for the one of whom it asks more: somebody who answers for a party.
@pytest.mark.parametrize("role", ["stranger", pytest.param("reader", marks=pytest.mark.once)])
def test_nothing_that_is_kept_back_is_on_any_page_nor_in_any_number(clock, world, role):
    person = world.people[role]
    before = Walk(person).pages
    planted.plant_apart(world, KNOWN_SINCE)
    after = Walk(person, more=asked_for(role))

    found = {
        word: where
        for word in planted.hidden_from(role)
        if (where := [path for path in after.where(word) if not asks_for(word, path)])
    }
    assert found == {}
    # No number gives it away either: what was there before is there unchanged.
    shared = before.keys() & after.pages.keys()
    assert {path for path in shared if after.pages[path] != before[path]} <= CHANGING
    assert len(before) > 40


@pytest.mark.once
def test_the_walk_sees_what_is_planted_where_it_may_be_read(clock, world):
    planted.plant_apart(world, KNOWN_SINCE)
    seen = Walk(world.people["officer"])
    assert [word for word in planted.WORDS if not seen.where(word)] == ["Zzyzxdraft"]


def asks_for(word, path):
    """A page may repeat what was typed into its own address."""
    return word.casefold() in path.casefold()


@pytest.mark.parametrize("who", ["BB", "reader"])
def test_a_search_for_it_finds_nothing(clock, people, meeting, who):
    secret_commitment(meeting, clock)
    client = Client()
    client.force_login(people[who])
    for path in SEARCHES:
        answer = client.get(path)
        assert f"{SECRET} title" not in text_of(answer)
        if table := answer.context and answer.context.get("table"):
            assert table.paginator.count == 0, path
    assert client.get(f"/commitments/{SECRET}-1/").status_code == 404
    assert client.get(f"/commitments/{SECRET}-1/AA/").status_code == 404


@pytest.mark.once
def test_no_mail_tells_it_to_another_state(clock, people, meeting, mails):
    line = secret_line(meeting, MONDAY.date() + days(7))
    clock.ticks(hours=72)
    # Its own state is told that there is something, and reads it on the page: mail is not a safe place.
    assert [mail.to for mail in mails.accepted if SECRET in words_of_mail(mail.message)] == []
    told = Reminder.objects.filter(obligation=line)
    assert {promise.recipient for promise in told} == {people["AA"]}
    assert {mail.to for mail in mails.accepted} == {people["AA"].email, people["BB"].email}
    assert [mail.message["Subject"] for mail in mails.accepted if mail.to == people["AA"].email][
        0
    ] == "Aland: 3 reports are due soon"


@pytest.mark.once
def test_no_mail_names_what_is_kept_back_whoever_gets_it(clock, world, mails):
    """Mail is no safe place: it says that there is something, and links to it."""
    planted.plant_apart(world, clock.now)
    soon = MONDAY.date() + days(7)
    for line in (world.party_line, world.kept_line):
        make_deadline(line, soon, actor=world.people["officer"], now=clock.now)
    clock.ticks(hours=30)  # past the next morning
    told = {
        (mail.to, word)
        for mail in mails.accepted
        for word in planted.WORDS
        if word.casefold() in words_of_mail(mail.message).casefold()
    }
    assert told == set()
    # Whoever may read it was told of it, by mail.
    kept = {world.party_line.pk, world.kept_line.pk}
    about = Reminder.objects.filter(obligation__in=kept, email__state="sent")
    assert {promise.obligation_id for promise in about} == kept
    assert world.people["stranger"].pk not in {promise.recipient_id for promise in about}


def words_of_mail(message):
    """Subject, heads and every part of a mail, decoded."""
    parts = (part.get_content() for part in message.walk() if part.get_content_maintype() == "text")
    return "\n".join([*map(str, message.values()), *parts])
