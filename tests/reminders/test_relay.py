"""Handing over one mail: what is certain, and what is not."""

import pytest

from reminders.choices import Stage
from reminders.durations import Duration
from reminders.relay import FolderRelay, NoRelayError, SmtpRelay, Verdict
from tests.reminders.scripted import CUT, scripted
from tests.smtp import mail_server

CONTENT = b"Subject: Hello\r\n\r\nFirst line.\r\n.hidden\r\n..twice\r\nlast"


def hand_over(server, times=1):
    way_out = SmtpRelay(server.options, sender="tracker@example.org")
    try:
        for _ in range(times):
            way_out.open()
            answer = way_out.send(name="1", to="who@example.org", content=CONTENT)
    finally:
        way_out.close()
    return answer


@pytest.mark.parametrize(
    ("script", "verdict", "stage", "code"),
    [
        ({}, Verdict.SENT, Stage.DONE, 250),
        # Before the recipient is named it does not mean this mail.
        ({"MAIL": "451 later"}, Verdict.TROUBLE, Stage.SENDER, 451),
        ({"MAIL": "550 not you"}, Verdict.TROUBLE, Stage.SENDER, 550),
        ({"MAIL": CUT}, Verdict.TROUBLE, Stage.SENDER, None),
        # 421 at any time: the server goes away.
        ({"RCPT": "421 closing"}, Verdict.TROUBLE, Stage.RECIPIENT, 421),
        ({"DOT": "421 closing"}, Verdict.TROUBLE, Stage.DOT, 421),
        ({"RCPT": "450 busy"}, Verdict.LATER, Stage.RECIPIENT, 450),
        ({"RCPT": "550 unknown"}, Verdict.NEVER, Stage.RECIPIENT, 550),
        ({"RCPT": CUT}, Verdict.LATER, Stage.RECIPIENT, None),
        ({"DATA": "451 later"}, Verdict.LATER, Stage.BODY, 451),
        ({"DATA": "554 no"}, Verdict.NEVER, Stage.BODY, 554),
        ({"DATA": CUT}, Verdict.LATER, Stage.BODY, None),
        ({"DOT": "452 full"}, Verdict.LATER, Stage.DOT, 452),
        ({"DOT": "554 spam"}, Verdict.NEVER, Stage.DOT, 554),
        # Nobody knows whether it was taken.
        ({"DOT": CUT}, Verdict.UNKNOWN, Stage.DOT, None),
        ({"DOT": "nonsense"}, Verdict.UNKNOWN, Stage.DOT, None),
    ],
)
def test_each_way_to_end(script, verdict, stage, code):
    with scripted(**script) as server:
        answer = hand_over(server)
    assert (answer.verdict, answer.stage, answer.code) == (verdict, stage, code)


@pytest.mark.parametrize("script", [{"CONNECT": "421 busy"}, {"CONNECT": CUT}, {"EHLO": CUT}])
def test_a_server_that_does_not_let_us_in_means_that_nothing_was_sent(script):
    with scripted(**script) as server, pytest.raises(NoRelayError) as raised:
        hand_over(server)
    assert raised.value.answer.verdict is Verdict.TROUBLE


def test_a_server_that_is_not_there_means_that_nothing_was_sent():
    with scripted() as server:
        pass
    with pytest.raises(NoRelayError):
        hand_over(server)


def test_a_wrong_password_means_that_nothing_was_sent():
    with scripted(EHLO="250-hello\r\n250 AUTH PLAIN", AUTH="535 no") as server:
        way_out = SmtpRelay(
            {**server.options, "username": "me", "password": "wrong"}, sender="t@example.org"
        )
        with pytest.raises(NoRelayError) as raised:
            way_out.open()
    assert raised.value.answer.code == 535
    assert server.heard[-1] == "QUIT"


def test_a_server_that_does_not_answer_is_not_waited_for_without_end(monkeypatch):
    monkeypatch.setattr("reminders.durations.DOT", Duration(seconds=0.2))
    with scripted(DOT="250-and then nothing more") as server:
        assert hand_over(server).verdict is Verdict.UNKNOWN


def test_one_connection_serves_many_mails():
    with scripted() as server:
        hand_over(server, times=3)
    assert server.heard.count("CONNECT") == 1
    assert server.heard.count("DOT") == 3


def test_a_connection_that_was_closed_meanwhile_is_opened_anew():
    with scripted(RSET=CUT) as server:
        assert hand_over(server, times=3).verdict is Verdict.SENT
    assert server.heard.count("CONNECT") == 3


def test_the_text_arrives_as_it_is():
    with mail_server() as server:
        way_out = SmtpRelay(server.relay, sender="tracker@example.org")
        way_out.open()
        way_out.send(name="1", to="who@example.org", content=CONTENT)
        way_out.close()
    assert server.mails[0].raw == CONTENT + b"\r\n"
    assert server.mails[0].sender == "tracker@example.org"


def test_without_a_server_mails_are_files_that_nobody_else_can_read(tmp_path):
    way_out = FolderRelay(tmp_path / "mail")
    for _ in range(2):
        way_out.open()
        answer = way_out.send(name="7.2026-03-10", to="who@example.org", content=CONTENT)
    (file,) = (tmp_path / "mail").iterdir()
    assert answer.verdict is Verdict.SENT
    assert (file.name, file.read_bytes()) == ("7.2026-03-10.eml", CONTENT)
    assert file.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_trouble(tmp_path):
    (tmp_path / "mail").write_text("in the way")
    with pytest.raises(NoRelayError):
        FolderRelay(tmp_path / "mail").open()
