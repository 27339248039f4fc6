"""What the log must not keep."""

import logging
import re

# Whoever reads the log could use these links: of mails, calendars, a new password, the first administrator.
_LINK = re.compile(r"(/(?:r|setup|calendar|accounts/password/reset/key)/)[^\s\"'?<>]+")


class HideLinks(logging.Filter):
    """Takes what lets people in out of every line of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "/" in said:
            record.msg, record.args = _LINK.sub(r"\1…", said), ()
        return True
