"""Rules on plain values: what a day is for a party, what canonical text is."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


def canonical_text(raw: str) -> str:
    """The text that offsets count in (coding manual §1). Doing it twice changes nothing.

    NFC; every kind of space becomes U+0020 and every kind of line end U+000A; invisible format
    characters (soft hyphen, zero width) are dropped; nothing else changes.
    """
    text = _LINE_ENDS.sub("\n", raw)
    # Format characters go before NFC: one that stood between a letter and its accent would hide a pair.
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = unicodedata.normalize("NFC", text)
    return "".join(" " if c == "\t" or unicodedata.category(c) == "Zs" else c for c in text)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant after `day` in `zone`: a deadline of that day is over from then on.

    Reckoned from the next day's local midnight; where the clocks skip midnight, from the first
    instant that exists.
    """
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(
        ZoneInfo("UTC")
    )
