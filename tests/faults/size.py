"""How much of the fault list runs: the short set in script/test, all of it in script/bench faults."""

import os

WHOLE = os.environ.get("TEST_FAULTS") == "whole"

# Of the state machine: steps in all, in how many examples at a time, and at most so many in each.
RANDOM_STEPS, EXAMPLES, LONGEST = (10_000, 10, 100) if WHOLE else (60, 4, 25)
