"""Parties and their focal points; meetings, what they published, and the instruments named there."""

# Migrations name the validators and the default by this module.
from .checks import validate_free
from .instrument import Instrument
from .meeting import Meeting, check_days
from .party import (
    FocalPoint,
    Party,
    PartyDay,
    saturday_and_sunday,
    validate_country,
    validate_weekend,
)
from .report import Passage, Report

__all__ = [
    "FocalPoint",
    "Instrument",
    "Meeting",
    "Party",
    "PartyDay",
    "Passage",
    "Report",
    "check_days",
    "saturday_and_sunday",
    "validate_country",
    "validate_free",
    "validate_weekend",
]
