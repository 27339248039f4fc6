#!/usr/bin/env python
"""Django's command-line entrance. Settings that make no sense end it with one sentence."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sco_tracker.settings")
    try:
        if sys.argv[1:2] == ["start"]:
            # Before the settings: they cannot be read without a secret key.
            from sco_tracker.bootstrap import prepare

            prepare(sys.argv[2:])
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
