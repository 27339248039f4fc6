"""What a case hands to the measurement that asked for it: a line of counts in a file."""

import json
import os


def report(**counts: object) -> None:
    if path := os.environ.get("TEST_FAULTS_REPORT"):
        with open(path, "a") as lines:
            lines.write(json.dumps(counts) + "\n")
