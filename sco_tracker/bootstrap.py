"""What has to be so before the settings can be read: the data folder, the secret key, the address.

`manage.py` calls `prepare` for its command `start`, and only there is anything made. Whatever stands
in the way raises `ImproperlyConfigured` with one sentence, which `manage.py` prints before it exits
with 2.
"""

import argparse
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from . import env
from .production import is_loopback

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parent.parent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `start`, read here first and by the command again."""
    parser.add_argument("--port", type=_port, default=8000, metavar="N", help="8000 unless given")
    parser.add_argument("--data", metavar="DIR", help="the data folder; else DATA_DIR, else var/")
    parser.add_argument("--no-sample", action="store_true", help="leave an empty register empty")


def prepare(arguments: list[str]) -> None:
    """Make the data folder and its secret key where they are missing, and tell the settings of them."""
    parser = argparse.ArgumentParser(
        "manage.py start", description="Runs all of SCO Tracker on this machine; Ctrl-C ends it."
    )
    add_arguments(parser)
    options, _ = parser.parse_known_args(arguments)
    os.umask(0o077)  # whatever the run makes is for its owner alone
    folder = Path(options.data or os.environ.get("DATA_DIR", "").strip() or ROOT / "var").resolve()
    make_folder(folder)
    os.environ["DATA_DIR"] = str(folder)
    site = env.address("SITE_URL") or os.environ.setdefault("SITE_URL", address(options.port))
    if not options.no_sample and is_loopback(site):
        # The sample's passwords are public, and nobody but this machine reaches it.
        os.environ.setdefault("REQUIRE_SECOND_FACTOR", "off")
    if not (os.environ.get("SECRET_KEY") or os.environ.get("SECRET_KEY_FILE")):
        make_secret_key(folder / "secret_key")


def address(port: int) -> str:
    return f"http://{HOST}:{port}"


def make_folder(folder: Path) -> None:
    """Make a folder for the owner alone; one that exists is left as it is."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR needs the folder {folder}, which cannot be made: {error.strerror}."
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(
            f"DATA_DIR needs the folder {folder}, which cannot be written to."
        )


def make_secret_key(file: Path) -> None:
    """Write a key that only the owner reads. Of two that start at once, one key is kept, whole."""
    if file.exists():
        return
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="ascii") as writer:
        writer.write(secrets.token_urlsafe(48))
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _port(word: str) -> int:
    if not (word.isascii() and word.isdigit() and 1 <= int(word) <= 65535):
        raise argparse.ArgumentTypeError(f"{word!r} is not a port; write a number from 1 to 65535.")
    return int(word)
