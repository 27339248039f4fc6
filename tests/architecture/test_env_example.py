"""`.env.example` tells of every variable, and of no other."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sco_tracker import settings

ROOT = Path(settings.BASE_DIR)
EXAMPLE = dict(
    line.split("=", 1)
    for line in (ROOT / ".env.example").read_text().splitlines()
    if re.match(r"[A-Z_]+=", line)
)


def asked_for(source: str) -> set[str]:
    """The names in `env.text("NAME", …)`, `env.flag("NAME", …)` and the like."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_variable_that_settings_read_is_in_the_example_and_no_other():
    assert asked_for((ROOT / "sco_tracker" / "settings.py").read_text()) == set(EXAMPLE)


@pytest.mark.parametrize(
    "folder", ["sco_tracker", "reminders", "commitments", "meetings", "accounts", "ui"]
)
def test_only_settings_ask_for_variables(folder):
    """And bootstrap.py, which prepares what the settings read."""
    for file in (ROOT / folder).rglob("*.py"):
        if file.name not in {"settings.py", "bootstrap.py"}:
            assert not asked_for(file.read_text()), file


def test_the_example_is_harmless(tmp_path):
    clean = {name: word for name, word in os.environ.items() if name not in EXAMPLE}
    own = {"DATA_DIR": str(tmp_path), "SECRET_KEY": "for-tests-only-" * 4}
    answer = subprocess.run(
        [sys.executable, "-c", "import sco_tracker.settings"],
        env=clean | EXAMPLE | own,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (answer.returncode, answer.stderr) == (0, "")
