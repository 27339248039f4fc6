"""Runs measurements by name: `python -m tests.bench [NAME ...] [--json]`; all of them without a name.

A measurement is a module beside this one with a function `run() -> Iterator[Figure]`.
"""

import argparse
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

from .figures import Figure


def names() -> list[str]:
    """The modules that measure something."""
    files = Path(__file__).parent.glob("*.py")
    return sorted(
        file.stem for file in files if "\ndef run(" in file.read_text() and file != Path(__file__)
    )


def figures(chosen: list[str]) -> Iterator[Figure]:
    for name in chosen:
        yield from importlib.import_module(f"tests.bench.{name}").run()


def main() -> int:
    parser = argparse.ArgumentParser("script/bench", description="Measures the product.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names()))
    parser.add_argument("--json", action="store_true", help="one object a line")
    options = parser.parse_args()
    if unknown := set(options.names) - set(names()):
        parser.error(f"no measurement is called {', '.join(sorted(unknown))}")
    for figure in figures(options.names or names()):
        print(figure.as_json() if options.json else figure.as_text(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
