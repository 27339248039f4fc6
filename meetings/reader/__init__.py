"""Reading a report: its passages, what each does, and what in it may be a commitment.

Plain Python, no database, nothing fetched: the same text gives the same reading everywhere. The coding
manual is the law; the words and patterns of each language stand in `lexicon/`.
"""

from meetings.reader.types import ALL, FUNCTIONS, STRENGTHS, Candidate, Passage, Reading, Timing

__all__ = ["ALL", "FUNCTIONS", "STRENGTHS", "Candidate", "Passage", "Reading", "Timing"]
