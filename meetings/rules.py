"""Rules on plain values: what a day is for a party."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant after `day` in `zone`: a deadline of that day is over from then on.

    Reckoned from the next day's local midnight; where the clocks skip midnight, from the first
    instant that exists.
    """
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(
        ZoneInfo("UTC")
    )
