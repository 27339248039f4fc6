"""A large register for trials and measurements: the same seed gives the same rows, keys and all."""

from datetime import UTC, date, datetime, time
from random import Random

from django.db import transaction
from django.db.models import Model

from accounts.models import User
from commitments.models import Commitment, Theme
from meetings.models import Instrument, Meeting, Party

from .ground import prepare
from .promises import Maker
from .rows import Rows

# The day on which the made-up register stands, unless another is named.
DAY = date(2026, 12, 1)
LINES = 2


def taken() -> type[Model] | None:
    """The first kind of row that is there already; None when the register is empty."""
    models: tuple[type[Model], ...] = (User, Party, Meeting, Instrument, Theme, Commitment)
    return next((model for model in models if model._default_manager.exists()), None)


@transaction.atomic
def fill(
    *,
    commitments: int,
    lines: int = LINES,
    parties: int = 10,
    people: int = 200,
    seed: int = 1,
    day: date = DAY,
) -> None:
    """Write so many commitments with so many lines each into an empty register."""
    now = datetime.combine(day, time(6), tzinfo=UTC)
    rows = Rows()
    ground = prepare(
        rows, day=day, now=now, parties=parties, people=people, commitments=commitments
    )
    maker = Maker(rows, ground, Random(seed), day, lines)
    held = len(ground.meetings)
    for index, meeting in enumerate(ground.meetings):
        upto = commitments * (index + 1) // held
        maker.meeting(meeting, upto - maker.made)
    rows.finish()
