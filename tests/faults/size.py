"""How much of the fault list runs: the short set in script/test, all of it in script/bench faults."""

import os

WHOLE = os.environ.get("TEST_FAULTS") == "whole"

# Of the state machine. Examples may end early: 400 of them are meant to make 10,000 steps.
EXAMPLES, STEPS = (400, 40) if WHOLE else (4, 25)
