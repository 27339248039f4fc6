"""What a page calls finds room in one piece of memory, however many calls came before it."""

import resource
from collections.abc import Callable

import pytest
from django.conf import settings
from django.http import HttpResponse

from sco_tracker.middleware import room_for_frames

DEPTHS = range(0, 240, 6)  # together more than a chunk of 16 KB
TIMES = 400


def at_depth(calls: int, ask: Callable[[], None]) -> None:
    if calls:
        at_depth(calls - 1, ask)
    else:
        ask()


def page(request) -> HttpResponse:
    for _ in range(TIMES):
        at_depth(8, lambda: None)
    return HttpResponse()


def most_faults(ask) -> int:
    """Pieces of memory taken from the system: at the depth where it is most."""
    found = []
    for depth in DEPTHS:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        at_depth(depth, lambda: ask(None))
        found.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    return max(found)


def test_a_page_takes_no_memory_for_each_of_its_calls():
    if most_faults(page) < TIMES:
        pytest.skip("this Python keeps memory for frames at hand")
    assert most_faults(room_for_frames(page)) < TIMES / 10


def test_everything_behind_it_finds_that_room():
    assert settings.MIDDLEWARE[0] == "sco_tracker.middleware.room_for_frames"
