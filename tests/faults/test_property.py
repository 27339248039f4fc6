"""P: random interleavings of everything, for thousands of steps."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.machine import Machine
from tests.faults.report import report
from tests.faults.size import EXAMPLES, LONGEST, RANDOM_STEPS

HOW = settings(
    max_examples=EXAMPLES,
    stateful_step_count=LONGEST,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # shrinking would take minutes; the steps of a failure are printed
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db
def test_whatever_happens_nothing_is_lost_and_nothing_comes_twice_unflagged(
    settings_of_the_engine,
):
    # Hypothesis ends an example when it likes, so only the steps that were made count.
    while Machine.steps < RANDOM_STEPS:
        run_state_machine_as_test(Machine, settings=HOW)
    report(case="P", steps=Machine.steps)


@pytest.fixture
def settings_of_the_engine(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.EMAIL_BACKEND = "reminders.backend.OutboxBackend"
