"""What people write reaches mail as words, however long and whatever is in them (S8, ASVS 5.0, 1.3.11)."""

import pytest
from django.utils.html import escape

from accounts.models import User
from commitments.models import Commitment
from meetings.models import Party
from reminders import deliver, plan
from tests.factories import make_returned
from tests.reminders.conftest import NOW

pytestmark = pytest.mark.django_db

HOSTILE = (
    "Plan\r\nBcc: evil@example.org\r\n\r\nBody",
    "Plan\nSubject: another",
    "Plan\x0bContent-Type: text/html\x85\u2028x",
    "<script>alert(1)</script><img src=x onerror=y>",
    "{{ 7|add:7 }}{% debug %}",
    "\u202eexe.nalp\u2066\u200f",
    '"><a href="https://evil.example/">sign in</a>',
    "=?utf-8?b?QmNjOiBldmlsQGV4YW1wbGUub3Jn?=",
    "a" * 199,
)


def sent(relay):
    plan.run(now=NOW)
    deliver.run(clock=lambda: NOW)
    return relay.mails


def check(mail, person) -> None:
    """One mail to one person: each head once, nothing of what was written among them."""
    assert mail.recipients == [person.email]
    assert len(mail.message.get_all("Subject")) == 1
    assert {name.lower() for name in mail.message} & {"bcc", "cc"} == set()
    assert len(mail.message.get_all("To")) == 1
    assert mail.message.get_content_type() == "multipart/alternative"
    assert max(len(line) for line in mail.raw.split(b"\r\n")) <= 998  # RFC 5322, 2.1.1
    html = next(p for p in mail.message.walk() if p.get_content_type() == "text/html").get_content()
    for tag in ("<script", "<img src=x", 'href="https://evil.example'):
        assert tag not in html
    assert "14" not in html.partition("{{ 7|add:7")[2][:10]
    text = f"{mail.message['Subject']}{html}"
    assert not set(text) & set("\u202e\u2066\u200f\u2028\x0b\x85")


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("where", ["title", "party", "name"])
def test_words_of_people_stay_words_in_mail(case, relay, where, words):
    case.line(7)
    match where:
        case "title":
            Commitment.objects.update(title=words)
        case "party":
            Party.objects.update(name=words[:100])
        case "name":
            User.objects.update(name=words[:100])
    (mail,) = sent(relay)
    check(mail, case.person)


def test_ten_kilobytes_of_a_comment_do_not_break_a_mail(case, relay):
    line = case.line(7)
    make_returned(line, case.person, now=NOW)
    long = "<b>long</b>\r\nBcc: evil@example.org " * 300
    type(line.progress_reports.get()).objects.update(comment=long, text=long)
    mails = [mail for mail in sent(relay) if mail.recipients == [case.person.email]]
    assert mails
    for mail in mails:
        check(mail, case.person)
        assert escape("<b>") not in mail.message["Subject"]
