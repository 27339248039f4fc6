"""Runs measurements by name: `python -m tests.bench [NAME ...] [--json]`; all of them without a name.

A measurement is a module beside this one with a function `run() -> Iterator[Figure]`, and one
`held_out()` where it keeps examples apart that nobody looks at while building.
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


def figures(chosen: list[str], *, held_out: bool) -> Iterator[Figure]:
    for name in chosen:
        module = importlib.import_module(f"tests.bench.{name}")
        yield from module.held_out() if held_out else module.run()


def main() -> int:
    parser = argparse.ArgumentParser("script/bench", description="Measures the product.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names()))
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--held-out", action="store_true", help="with reader: the other half")
    options = parser.parse_args()
    if unknown := set(options.names) - set(names()):
        parser.error(f"no measurement is called {', '.join(sorted(unknown))}")
    if options.held_out and options.names != ["reader"]:
        parser.error("--held-out goes with the name reader")
    for figure in figures(options.names or names(), held_out=options.held_out):
        print(figure.as_json() if options.json else figure.as_text(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
