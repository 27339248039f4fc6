"""How long things take or may take: one place, so that tests of faults can run all of it faster.

Each is called: `LEASE()`. `settings.REMINDER_SCALE` is 1; a test that sets it to a sixtieth waits
seconds instead of minutes. Days and hours of people's calendars are not among these.
"""

from datetime import timedelta

from django.conf import settings


class Duration:
    """A length of time, times the scale."""

    def __init__(self, **of: float) -> None:
        self.nominal = timedelta(**of)

    def __call__(self) -> timedelta:
        return self.nominal * settings.REMINDER_SCALE

    def seconds(self) -> float:
        return self().total_seconds()


# A round of sending takes up no mail after this.
BUDGET = Duration(seconds=45)
# A worker that says nothing for so long is taken for dead.
LEASE = Duration(minutes=10)
# From `mark` on: the server's five minutes for the dot, and ten for `record` while the database is away.
TRANSMISSION = Duration(minutes=15)
# Transmission does not begin with less than this left.
MARGIN = Duration(minutes=2)
# How long a look at a mail that was picked along with others holds.
LOOK = Duration(seconds=2)
INSIST = Duration(minutes=10)
INSIST_PAUSE = Duration(seconds=1)

CONNECT = Duration(seconds=10)
COMMAND = Duration(seconds=30)
DOT = Duration(minutes=5)

# Until the next try, by how many tries counted already. The last one repeats, scattered.
LATER = tuple(Duration(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
SCATTER = 0.2
# After an unknown outcome: two more, then it has failed.
UNKNOWN = tuple(Duration(minutes=minutes) for minutes in (15, 60))
# The mail server is away: until one mail probes it again.
BREAKER = tuple(Duration(minutes=minutes) for minutes in (1, 2, 5))
BANNER = Duration(minutes=10)

# The clock guard, and after how long a silence somebody has to look before mail goes out.
CLOCK_DRIFT = Duration(minutes=2)
FUTURE = Duration(hours=1)
LONGEST_GAP = Duration(days=7)
# How long a flood that somebody let through may go on.
FLOOD_ALLOWED = Duration(hours=24)

# How often `reconcile`, `purge` and `verify` come up, and how long the text of a settled mail is kept.
RECONCILE = Duration(hours=1)
PURGE = Duration(days=1)
VERIFY = Duration(days=1)
KEEP_TEXT = Duration(days=90)
SILENT = Duration(minutes=3)
OVERDUE_MAIL = Duration(minutes=15)
