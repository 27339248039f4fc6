"""What reminders keep: promises, mails and attempts, the wishes of people, policies, and the engine's state."""

from .engine import Pulse, Switch
from .mail import Attempt, Email, Reminder
from .people import Absence, Feed, Mute, Seen, Suppression
from .policy import Policy

__all__ = [
    "Absence",
    "Attempt",
    "Email",
    "Feed",
    "Mute",
    "Policy",
    "Pulse",
    "Reminder",
    "Seen",
    "Suppression",
    "Switch",
]
