"""Where the kernel does not end the children of a killed run, the next start does."""

import shutil
import subprocess
import sys

import pytest

from sco_tracker.claim import end_left_over

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not shutil.which("ps"), reason="there is no ps on this machine"),
]


def sleeping(*words: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", "import time; time.sleep(60)", *words]
    return subprocess.Popen(command, start_new_session=True)


def test_what_a_killed_run_left_is_ended():
    with sleeping("gunicorn") as process:
        end_left_over(process.pid)
        assert process.wait(10) != 0


def test_a_number_that_went_to_another_program_is_left_alone():
    with sleeping() as process:
        end_left_over(process.pid)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.kill()


def test_a_number_that_nobody_has_is_no_trouble():
    with sleeping() as process:
        process.kill()
        process.wait()
        end_left_over(process.pid)
