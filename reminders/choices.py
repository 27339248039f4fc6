"""Words of the ledger and the outbox. A leaf: anyone may import it.

States are only ever added, never renamed: during a deploy old and new code run side by side.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Outcome(TextChoices):
    """What became of one promise to tell one person. A void line counts as never written."""

    INCLUDED = "included", _("In a mail")
    SUPERSEDED = "superseded", _("Overtaken")
    SUPPRESSED = "suppressed", _("Held back")
    VOID = "void", _("Void")


class Reason(TextChoices):
    """Why a promise was not told, or a mail not sent."""

    OVERTAKEN = "overtaken", _("a later step was reached")
    BEFORE_REGISTRATION = (
        "before registration",
        _("the step was over before the line was registered"),
    )
    NOT_VISIBLE = "not visible", _("the recipient may not read it")
    INACTIVE = "inactive", _("the recipient is not active")
    NO_ADDRESS = "no address", _("the recipient has no e-mail address")
    CLOSED = "closed", _("nothing is open any more")
    AWAITING = "awaiting", _("a report on it awaits validation")
    DEADLINE_MOVED = "deadline moved", _("the deadline was moved")
    REASSIGNED = "reassigned", _("somebody else answers for it now")
    NOTHING_LEFT = "nothing left", _("nothing in it was true any more")
    CHANGED_IN_DOUBT = (
        "changed in doubt",
        _("it may have gone out before, and what it says changed"),
    )
    TOO_LATE = "too late", _("the day's delivery time ended")
    REFUSED = "refused", _("the mail was refused")
    GIVEN_UP = "given up", _("given up after several tries")
    UNKNOWN = "unknown", _("nobody knows whether it arrived")
    MUTED = "muted", _("the recipient muted it")
    UNSUBSCRIBED = "unsubscribed", _("the recipient unsubscribed")
    BOUNCED = "bounced", _("mail to the address came back")
    CAP = "cap", _("too many mails of a day")
    DROPPED = "dropped", _("an administrator dropped it")
    BAD_CLOCK = "bad clock", _("it was planned by a clock that ran ahead")
    RESTORED = "restored", _("it may have gone out after the backup that was restored")
    STOOD_IN = "stood in", _("the recipient is away and somebody stands in")


class Capacity(TextChoices):
    """Why this person is the one to tell."""

    OWNER = "owner", _("Named for the line")
    FOCAL_POINT = "focal point", _("Focal point")
    DEPUTY = "deputy", _("Deputy focal point")
    MAILBOX = "mailbox", _("Mailbox")
    OFFICER = "officer", _("Desk officer")
    HEAD = "head", _("Head of secretariat")
    STAND_IN = "stand-in", _("Stand-in")


class Rung(TextChoices):
    """Whom a line is brought to when its party does not answer."""

    DEPUTY = "deputy", _("Deputy or mailbox")
    OFFICER = "officer", _("Desk officer")
    HEAD = "head", _("Head of secretariat")


class Duty(TextChoices):
    """What an administrator may make mandatory: nobody mutes it or unsubscribes from it."""

    OVERDUE = "overdue", _("Overdue")
    ESCALATED = "escalated", _("Escalated")


class Ground(TextChoices):
    """Why nothing is sent to an address."""

    ONE_CLICK = "one-click", _("unsubscribed from a mail")
    HARD_BOUNCE = "hard bounce", _("mail came back for good")
    COMPLAINT = "complaint", _("a complaint about a mail")
    ADMIN = "admin", _("an administrator's decision")


class Kind(TextChoices):
    DIGEST = "digest", _("Reminders")
    ACCOUNT = "account", _("Account")
    PROMPT = "prompt", _("Sent by hand")
    NOTICE = "notice", _("Notice")


class State(TextChoices):
    """Where a mail stands. HELD is for the flood brake: nothing takes it up by itself."""

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")
    HELD = "held", _("Stopped")

    @classmethod
    def unsettled(cls) -> set[str]:
        """Something may still happen to it without a person's doing."""
        return {cls.WAITING, cls.SENDING}


class Stage(TextChoices):
    """How far one attempt came. What happens before THE_DOT is certain; after it, only a reply is."""

    CLAIM = "claim", _("taken up")
    WRITE = "write", _("being written")
    CONNECT = "connect", _("connecting")
    SENDER = "sender", _("naming the sender")
    RECIPIENT = "recipient", _("naming the recipient")
    BODY = "body", _("handing over the text")
    DOT = "dot", _("waiting for the answer")
    DONE = "done", _("answered")
