"""When a report is corrected: nothing of the register drifts, and what is touched waits for a person."""
