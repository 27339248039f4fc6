"""What the tests of deadlines share: moving that of a line, that of all lines, and a meeting."""

from datetime import date

from accounts.choices import Via
from commitments import deadlines
from commitments.choices import Purpose
from tests.factories import NOW, make_officer

FIRST, SECOND = date(2026, 6, 30), date(2026, 12, 31)
ZONES = ["UTC", "Asia/Bishkek", "America/New_York", "Pacific/Kiritimati", "Africa/Cairo"]


def move(line, due=SECOND, reason="Agreed by letter.", **values):
    given = {"seen": line.version, "actor": make_officer(), "now": NOW, "via": Via.PAGE, **values}
    return deadlines.move(obligation=line, due=due, reason=reason, **given)


def move_all(commitment, due=SECOND, reason="Agreed by all.", **values):
    commitment.refresh_from_db()
    given = {
        "seen": commitment.version,
        "purpose": Purpose.FINAL,
        "actor": make_officer(),
        "now": NOW,
        "via": Via.PAGE,
        **values,
    }
    return deadlines.move_all(commitment=commitment, due=due, reason=reason, **given)


def due_days(commitment) -> dict:
    lines = commitment.obligations.select_related("next_deadline", "party")
    return {row.party.code: row.next_deadline and row.next_deadline.due for row in lines}


def move_meeting(meeting, starts_on, **values):
    given = {"reason": "The host asked.", "actor": make_officer(), "now": NOW, "via": Via.PAGE}
    return deadlines.move_meeting(
        meeting=meeting, starts_on=starts_on, ends_on=starts_on, **{**given, **values}
    )
