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


class Capacity(TextChoices):
    """Why this person is the one to tell."""

    OWNER = "owner", _("Named for the line")
    FOCAL_POINT = "focal point", _("Focal point")
    DEPUTY = "deputy", _("Deputy focal point")
    MAILBOX = "mailbox", _("Mailbox")


class Kind(TextChoices):
    DIGEST = "digest", _("Reminders")
    ACCOUNT = "account", _("Account")


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
