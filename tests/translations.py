"""Whether the translations tell of the program as it is: `python -m tests.translations`

    manage.py makemessages -l ru -l zh_Hans --no-obsolete --ignore tests --ignore .venv --ignore var
    manage.py compilemessages --ignore .venv

bring them up to date. The strings are collected anew in a copy of the sources: a language is stale when a string has no
translation, or when its .mo file is not what its .po file and the program make of it.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [
    "sco_tracker",
    "reminders",
    "commitments",
    "meetings",
    "accounts",
    "ui",
    "templates",
    "static",
    "locale",
]


def stale(root: Path) -> Iterator[str]:
    """One line for each language file that is not up to date."""
    catalogues = sorted((root / "locale").glob("*/LC_MESSAGES/*.po"))
    if not catalogues:
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for source in SOURCES:
            if (root / source).is_dir():
                shutil.copytree(root / source, copy / source)
        for domain in {catalogue.stem for catalogue in catalogues}:
            _collect(copy, domain, {file.parts[-3] for file in catalogues if file.stem == domain})
        for catalogue in catalogues:
            if problem := _problem(catalogue, copy / catalogue.relative_to(root)):
                yield f"{catalogue.relative_to(root)}: {problem}"


def _collect(copy: Path, domain: str, languages: set[str]) -> None:
    options = [word for language in sorted(languages) for word in ("--locale", language)]
    command = [sys.executable, "-m", "django", "makemessages", "--domain", domain, "--no-obsolete"]
    subprocess.run([*command, *options], cwd=copy, check=True, stdout=subprocess.DEVNULL)


def _problem(committed: Path, renewed: Path) -> str:
    compiled = renewed.with_suffix(".new")
    command = ["msgfmt", "--check-format", "--statistics", "-o", str(compiled), str(renewed)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr.strip()
    if not compiled.exists():
        return said
    if "fuzzy" in said or "untranslated" in said:
        return f"makemessages, then translate ({said})"
    finished = committed.with_suffix(".mo")
    if not finished.exists():
        return "compilemessages (there is no .mo file)"
    if _strings(finished) != _strings(compiled):
        return "makemessages and compilemessages (the .mo file differs)"
    return ""


def _strings(compiled: Path) -> str:
    """All but the header, which says when and by whom the file was made."""
    command = ["msgunfmt", "--sort-output", str(compiled)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return said.partition("\n\n")[2]


def main() -> int:
    if not shutil.which("msgfmt"):
        sys.stdout.write("Not checked: GNU gettext is not installed (apt-get install gettext).\n")
        return 0
    problems = list(stale(ROOT))
    if problems:
        problems.append("The commands stand at the top of tests/translations.py.")
    sys.stdout.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
