"""What the tests of accounts share."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_throttle_from_before():
    """Sign-in is throttled by counts in the cache, which outlive a test."""
    cache.clear()
