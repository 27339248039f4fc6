"""The register: a commitment, the words it quotes, a line per party, deadlines, progress reports."""

from .commitment import Commitment, CommitmentLink, Quotation, Theme
from .obligation import Deadline, Extension, Obligation
from .progress import Evidence, ProgressReport, StoredFile
from .recheck import Recheck
from .workbench import CandidateDecision, WorkbenchAction

__all__ = [
    "CandidateDecision",
    "Commitment",
    "CommitmentLink",
    "Deadline",
    "Evidence",
    "Extension",
    "Obligation",
    "ProgressReport",
    "Quotation",
    "Recheck",
    "StoredFile",
    "Theme",
    "WorkbenchAction",
]
