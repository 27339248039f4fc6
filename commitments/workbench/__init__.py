"""From a report to the register: deciding on every passage and candidate of a report."""
