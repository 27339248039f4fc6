"""A message of the broker may be lost or come twice: so it carries nothing, and nothing depends on it."""

import re
import subprocess
import sys

import pytest
from django.conf import settings

from reminders import failpoints
from tests.architecture.test_writers import ROOT, SOURCES

TEXTS = {file.relative_to(ROOT).as_posix(): file.read_text() for file in SOURCES}
REMINDERS = "\n".join(text for name, text in TEXTS.items() if name.startswith("reminders/"))


@pytest.mark.parametrize(
    "word",
    [r"\beta=", r"\bcountdown=", r"\.retry\(", r"autoretry_for", r"apply_async", r"delay_on_"],
)
def test_no_task_waits_in_the_broker(word):
    assert [name for name, text in TEXTS.items() if re.search(word, text)] == []


def test_no_mail_hangs_on_a_commit():
    both = re.compile(r"on_commit\([^)]*(mail|send)", re.DOTALL)
    assert [name for name, text in TEXTS.items() if both.search(text)] == []


def test_reminders_wait_for_no_commit_and_run_by_no_wall_clock_schedule():
    assert "on_commit" not in REMINDERS
    assert "crontab" not in "".join(TEXTS.values())
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert isinstance(entry["schedule"], float | int)
        assert entry["options"]["expires"] < entry["schedule"]


def test_every_fail_point_stands_in_the_code_once():
    named = re.findall(r'\bhere\("([^"]+)"\)', REMINDERS.replace('here("claimed")\n\n`FAIL', ""))
    assert sorted(named) == sorted(failpoints.POINTS)


def test_nothing_but_tests_can_make_a_process_fail_or_hurry():
    program = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'sco_tracker.settings'\n"
        "from django.conf import settings\n"
        "print(settings.FAIL_POINT == '' and settings.REMINDER_SCALE == 1)"
    )
    environment = {
        "SECRET_KEY": "x" * 50,
        "DATA_DIR": str(settings.DATA_DIR),
        "FAIL_POINT": "claimed",
        "TEST_FAIL_POINT": "claimed",
        "REMINDER_SCALE": "0.1",
        "TEST_REMINDER_SCALE": "0.1",
    }
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "True", done.stderr


def test_a_fail_point_fails_where_it_is_told_to(settings):
    settings.FAIL_POINT = "claimed:raise:2"
    failpoints._passed.clear()
    failpoints.here("claimed")
    failpoints.here("marked")
    with pytest.raises(failpoints.FailPointError):
        failpoints.here("claimed")
    failpoints.here("claimed")


def test_durations_shrink_together(settings):
    from reminders import durations

    settings.REMINDER_SCALE = 1 / 60
    assert durations.LEASE.seconds() == pytest.approx(10)
    assert durations.DOT() + durations.INSIST() <= durations.TRANSMISSION()
    assert durations.MARGIN() < durations.LEASE()
