"""What the log must not keep, and what it must not be made to say."""

import logging
import re
import unicodedata

# Whoever reads the log could use these links: of mails, calendars, a new password, the first administrator.
_LINK = re.compile(r"(/(?:r|setup|calendar|accounts/password/reset/key)/)[^\s\"'?<>]+")
# Control characters, invisible ones that turn the direction of writing, and other ends of lines.
_UNSAFE = frozenset({"Cc", "Cf", "Zl", "Zp"})


class HideLinks(logging.Filter):
    """Takes what lets people in out of every line of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "/" in said:
            record.msg, record.args = _LINK.sub(r"\1…", said), ()
        return True


class OneLine(logging.Formatter):
    """One record is one line, whatever names and addresses in it contain (ASVS 5.0, 16.4.1).

    A trace has more lines; each is indented, so that none can be taken for a record.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:
        return "".join(map(_harmless, super().formatMessage(record)))

    def format(self, record: logging.LogRecord) -> str:
        first, *more = super().format(record).splitlines()
        return "\n".join([first, *(f"    {line}" for line in more)])


def _harmless(char: str) -> str:
    if unicodedata.category(char) in _UNSAFE:
        return char.encode("unicode_escape").decode("ascii")
    return char
