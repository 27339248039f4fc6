"""docs/security.md names a test for each goal, and each name is that of a test that is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEXT = (ROOT / "docs" / "security.md").read_text()
ROWS = dict(re.findall(r"^\| (S\d+) \|(.+)$", TEXT, re.MULTILINE))
GOALS = [f"S{number}" for number in range(1, 21)]


def test_the_table_has_each_goal_once():
    assert re.findall(r"^\| (S\d+) \|", TEXT, re.MULTILINE) == GOALS


@pytest.mark.parametrize("goal", GOALS)
def test_every_goal_names_tests_that_are_there(goal):
    named = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", ROWS[goal])
    assert named
    for file, function in named:
        source = (ROOT / "tests" / file).read_text()
        assert f"def {function or 'test_'}" in source, (file, function)
