"""How much of the fault list runs: the short set in script/test, all of it in script/bench faults."""

import os

WHOLE = os.environ.get("TEST_FAULTS") == "whole"

# Of the state machine.
EXAMPLES_OF_THE_WHOLE, STEPS_OF_THE_WHOLE = 250, 40
EXAMPLES, STEPS = (EXAMPLES_OF_THE_WHOLE, STEPS_OF_THE_WHOLE) if WHOLE else (4, 25)
