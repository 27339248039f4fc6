"""The register: a commitment, the words it quotes, a line per party, deadlines, progress reports."""

from .bulk import BulkEdit, BulkItem
from .commitment import Commitment, CommitmentLink, Quotation, Theme
from .obligation import Deadline, Extension, Obligation
from .progress import Evidence, ProgressReport, StoredFile
from .recheck import Recheck
from .sheet import SheetImport
from .turn import NEVER, Turn
from .workbench import CandidateDecision, WorkbenchAction

__all__ = [
    "NEVER",
    "BulkEdit",
    "BulkItem",
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
    "SheetImport",
    "StoredFile",
    "Theme",
    "Turn",
    "WorkbenchAction",
]
