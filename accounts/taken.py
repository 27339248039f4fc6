"""What happens when two people enter the same at once: the second is told what a form would have said."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, models, transaction


@contextmanager
def unless_taken(row: models.Model) -> Iterator[None]:
    """A transaction in which a row that was checked is stored.

    Between the check and the storing somebody else may have stored what excludes it. Then the check is
    made again, and raises its `ValidationError` by field in place of the `IntegrityError`.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        row.full_clean()
        raise
