"""How much of the fault list runs: the short set in script/test, all of it in script/bench faults."""

import os

WHOLE = os.environ.get("TEST_FAULTS") == "whole"

# Of the state machine: 10,000 steps in all.
EXAMPLES, STEPS = (250, 40) if WHOLE else (4, 25)
