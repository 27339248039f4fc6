"""Questions about the register. Each page has one method that says what its rows read; orders end in the key."""

from .commitments import CommitmentQuerySet
from .conditions import silent_after, soon
from .lines import ObligationQuerySet
from .told import (
    DeadlineQuerySet,
    EvidenceQuerySet,
    ExtensionQuerySet,
    LinkQuerySet,
    ProgressReportQuerySet,
    QuotationQuerySet,
)

__all__ = [
    "CommitmentQuerySet",
    "DeadlineQuerySet",
    "EvidenceQuerySet",
    "ExtensionQuerySet",
    "LinkQuerySet",
    "ObligationQuerySet",
    "ProgressReportQuerySet",
    "QuotationQuerySet",
    "silent_after",
    "soon",
]
