"""Writing deadlines: the only place that adds a Deadline row or an Obligation's `due_at`.

Moving a deadline never edits it: a new row replaces the one that held, which stays for ever.
"""

from .moving import enter, move, move_all, open_next_review
from .periods import Move, Period, by_meeting, check_due
from .reckoning import effective, hold_for_new_lines, holding, refresh, refresh_party
from .taking_back import take_back, take_back_of_all
from .tied import move_meeting

__all__ = [
    "Move",
    "Period",
    "by_meeting",
    "check_due",
    "effective",
    "enter",
    "hold_for_new_lines",
    "holding",
    "move",
    "move_all",
    "move_meeting",
    "open_next_review",
    "refresh",
    "refresh_party",
    "take_back",
    "take_back_of_all",
]
