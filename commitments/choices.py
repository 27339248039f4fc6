"""Words of the register. A leaf: anyone may import it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """Where one line stands. Overdue, due soon and silent are computed, never chosen."""

    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    PARTLY_DONE = "partly_done", _("Partly done")
    DONE = "done", _("Done")
    STALLED = "stalled", _("Stalled")
    NOT_ASSESSABLE = "not_assessable", _("Not assessable")
    NOT_OWED = "not_owed", _("Not owed")

    @classmethod
    def open(cls) -> set[str]:
        """Something is still to be done."""
        return {cls.NOT_STARTED, cls.IN_PROGRESS, cls.PARTLY_DONE, cls.STALLED}

    @classmethod
    def counted(cls) -> list[str]:
        """The others, in their order."""
        return [status for status in cls.values if status not in cls.not_counted()]

    @classmethod
    def not_counted(cls) -> set[str]:
        """Lines that a roll-up leaves out: nobody can say, or nothing is owed."""
        return {cls.NOT_ASSESSABLE, cls.NOT_OWED}

    @property
    def symbol(self) -> str:
        """The letter of its shape in the pages' sprite."""
        return _SYMBOLS[self.value]


_SYMBOLS = {
    "not_started": "n",
    "in_progress": "p",
    "partly_done": "q",
    "done": "d",
    "stalled": "s",
    "not_assessable": "a",
    "not_owed": "x",
}


class Claim(TextChoices):
    """Where a party says that it stands. What is not assessable or not owed, the secretariat finds."""

    NOT_STARTED = Status.NOT_STARTED.value, Status.NOT_STARTED.label
    IN_PROGRESS = Status.IN_PROGRESS.value, Status.IN_PROGRESS.label
    PARTLY_DONE = Status.PARTLY_DONE.value, Status.PARTLY_DONE.label
    DONE = Status.DONE.value, Status.DONE.label
    STALLED = Status.STALLED.value, Status.STALLED.label


class ReportState(TextChoices):
    """A progress report on its way. Accepted and returned ones stay as they are."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Awaiting validation")
    ACCEPTED = "accepted", _("Accepted")
    RETURNED = "returned", _("Returned")


class ExtensionState(TextChoices):
    ASKED = "asked", _("Asked for")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")


class EvidenceKind(TextChoices):
    FILE = "file", _("File")
    LINK = "link", _("Link")


class LinkKind(TextChoices):
    """What a later commitment does to an earlier one (coding manual §3)."""

    REAFFIRMS = "reaffirms", _("Reaffirms")
    WIDENS = "widens", _("Widens")
    NARROWS = "narrows", _("Narrows")
    REPLACES = "replaces", _("Replaces")


class Origin(TextChoices):
    """Where a candidate comes from."""

    READER = "reader", _("Found by the reader")
    PERSON = "person", _("Marked by a person")
    SPLIT = "split", _("Split from another")
    MERGE = "merge", _("Merged from others")


class CandidateState(TextChoices):
    """How far a candidate is. Registered ones are commitments, replaced ones are shown no more."""

    OPEN = "open", _("To decide")
    ACCEPTED = "accepted", _("Accepted")
    DISMISSED = "dismissed", _("Dismissed")
    REPLACED = "replaced", _("Replaced")
    REGISTERED = "registered", _("Registered")

    @classmethod
    def shown(cls) -> set[str]:
        return {cls.OPEN, cls.ACCEPTED, cls.DISMISSED, cls.REGISTERED}


class ActionKind(TextChoices):
    """What somebody did on the workbench, and may take back while nobody has built on it."""

    ACCEPT = "accept", _("accepted a candidate")
    DISMISS = "dismiss", _("dismissed a candidate")
    REOPEN = "reopen", _("opened a candidate again")
    EDIT = "edit", _("edited a candidate")
    SPLIT = "split", _("split a candidate")
    MERGE = "merge", _("merged candidates")
    MARK = "mark", _("marked other words")
    CONFIRM = "confirm", _("confirmed a passage")
    CONFIRM_ALL = "confirm_all", _("confirmed passages")
    REGISTER = "register", _("registered commitments")


class RecheckState(TextChoices):
    """What became of a commitment whose words a corrected report changed."""

    OPEN = "open", _("To re-check")
    ANCHORED = "re-anchored", _("The new words still say it")
    KEPT = "kept", _("It stays with the words of the earlier version")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REPLACED = "replaced", _("Replaced by another")
    OVERTAKEN = "overtaken", _("Overtaken by a later version")


class BulkState(TextChoices):
    """How far a change of many rows is."""

    PREVIEW = "preview", _("Not saved yet")
    APPLYING = "applying", _("Being saved")
    DONE = "done", _("Saved")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")

    @classmethod
    def moving(cls) -> set[str]:
        """The sweep has rows to do."""
        return {cls.APPLYING, cls.UNDOING}


class ItemState(TextChoices):
    """What became of one row of such a change."""

    REFUSED = "refused", _("Stays as it is")
    WAITING = "waiting", _("To change")
    DONE = "done", _("Changed")
    SKIPPED = "skipped", _("Skipped")
    UNDOING = "undoing", _("To put back")
    UNDONE = "undone", _("Put back")
    LEFT = "left", _("Not put back")


class SheetKind(TextChoices):
    """What the rows of a sheet are that comes back."""

    LINES = "lines", _("Lines of the parties")
    COMMITMENTS = "commitments", _("Commitments")


class SheetState(TextChoices):
    """How far a sheet is that came back. What was applied or refused is not looked at again."""

    PREVIEWED = "previewed", _("Not applied yet")
    CONFIRMED = "confirmed", _("Confirmed, waiting to be applied")
    APPLIED = "applied", _("Applied")
    REFUSED = "refused", _("Could not be applied")


class Strength(TextChoices):
    """From the operative words, kept as they stand (coding manual §4)."""

    AGREED = "agreed", _("agreed")
    INTENDS = "intends", _("intends")
    SUPPORTS = "supports", _("supports")
    STRESSES = "stresses", _("stresses")
    CALLS = "calls", _("calls")


class Life(TextChoices):
    ACTIVE = "active", _("Active")
    REPLACED = "replaced", _("Replaced")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Role(TextChoices):
    LEAD = "lead", _("Lead")
    CONTRIBUTING = "contributing", _("Contributing")


class Purpose(TextChoices):
    """What falls due: the thing itself, or the next report about it."""

    FINAL = "final", _("Final deadline")
    REVIEW = "review", _("Next review")


class Basis(TextChoices):
    """Where a deadline comes from. The three never look alike."""

    STATED = "stated", _("Stated")
    DERIVED = "derived", _("Derived")
    SET = "set", _("Set")


class Timing(TextChoices):
    """How a line stands to its deadline: computed."""

    OVERDUE = "overdue", _("Overdue")
    SOON = "soon", _("Due soon")
    LATER = "later", _("On track")
    NONE = "none", _("No date set")
    CLOSED = "closed", _("Nothing open")


class Reporting(TextChoices):
    """How a line stands to its reports: computed."""

    AWAITING = "awaiting", _("Awaiting validation")
    SILENT = "silent", _("Silent")


class Urgency(TextChoices):
    """What a line asks of whoever answers for it, the most pressing first: computed."""

    RETURNED = "returned", _("Returned")
    OVERDUE = "overdue", _("Overdue")
    SOON = "soon", _("Due soon")
    LATER = "later", _("Later")
    NONE = "none", _("Without a date")
    AWAITING = "awaiting", _("Sent, awaiting the secretariat")
    CLOSED = "closed", _("Nothing to do")


NOTE_LENGTH = 4000
