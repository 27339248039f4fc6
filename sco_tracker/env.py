"""Reading the environment: every variable is checked, none is guessed.

A value that makes no sense raises `ImproperlyConfigured` with one sentence that names the variable;
`manage.py start` prints it and exits with 2.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# Rows lie on solid disks or in memory, where the next page costs as much as any other; and pages read
# few rows, for which compiling a statement, or starting workers for it, takes longer than running it.
POSTGRESQL_PLANS = "-c random_page_cost=1.1 -c parallel_setup_cost=10000 -c jit=off"
# A statement that comes a third time on a connection is kept by the server with its plan: planning the
# small statements of a page takes longer than running them.
PREPARE_FROM = 3


def text(name: str, default: str = "") -> str:
    """The variable's words, or the content of the file that `NAME_FILE` points to (for secrets)."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(
                f"{name}_FILE names {file!r}, which cannot be read: {error}."
            ) from None
    return os.environ.get(name, "").strip() or default


def kept(file: Path) -> str:
    """What stands in a file of the data folder; empty where there is none."""
    try:
        return file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"DATA_DIR holds {file}, which cannot be read: {error}."
        ) from None


def flag(name: str, *, default: bool) -> bool:
    """on or off; anything else is refused."""
    word = text(name, "on" if default else "off").lower()
    if word not in {"on", "off"}:
        raise ImproperlyConfigured(f"{name} is {word!r}; write on or off.")
    return word == "on"


def whole(name: str, *, default: int, least: int, most: int) -> int:
    """A whole number between `least` and `most`, both included."""
    word = text(name, str(default))
    if not (word.isascii() and word.isdigit() and least <= int(word) <= most):
        raise ImproperlyConfigured(
            f"{name} is {word!r}; write a whole number from {least} to {most}."
        )
    return int(word)


def number(name: str, *, default: float, least: float, most: float) -> float:
    """A number between `least` and `most`, both included."""
    word = text(name, str(default))
    try:
        value = float(word)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name} is {word!r}; write a number from {least} to {most}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def address(name: str, default: str = "") -> str:
    """An http or https address without a slash at its end; empty where none is given."""
    value = text(name, default).rstrip("/")
    parts = _split(name, value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ImproperlyConfigured(
            f"{name} is {value!r}; write an address such as https://tracker.example.org."
        )
    return value


def server(name: str, default: str = "", *, schemes: Sequence[str]) -> str:
    """The address of a Redis or Valkey; empty where none is given."""
    value = text(name, default)
    parts = _split(name, value)
    _port(name, parts)
    where = parts.path if "unix" in parts.scheme or "socket" in parts.scheme else parts.hostname
    if value and not (parts.scheme in schemes and where):
        raise ImproperlyConfigured(
            f"{name} must begin with {'://, '.join(schemes)}:// and name a server."
        )
    return value


def database(name: str, *, sqlite: Path) -> dict[str, Any]:
    """Django's database settings from `postgres://user:password@host:port/name`, else SQLite in a file.

    What follows a `?` goes to libpq as it is, but `prepared=off`: behind a pool that gives each
    transaction another connection, no statement may be kept.
    """
    value = text(name)
    if not value:
        return _sqlite(sqlite)
    parts = _split(name, value)
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"} or len(parts.path) < 2:
        raise ImproperlyConfigured(
            f"{name} must look like postgres://user:password@host:5432/name; its scheme is {parts.scheme!r}."
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    query.setdefault("options", POSTGRESQL_PLANS)
    keeps = query.pop("prepared", "on") != "off"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", unquote(parts.hostname or "")),
        "PORT": str(_port(name, parts) or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **query,
            "server_side_binding": keeps,
            "prepare_threshold": PREPARE_FROM if keeps else None,
        },
    }


def _sqlite(path: Path) -> dict[str, Any]:
    """SQLite as several processes need it: the write lock is taken first and waited for."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def mail(name: str) -> Mapping[str, Any]:
    """SMTP settings from `smtp://`, `smtps://` or `smtp+tls://user:password@host:port`; empty: none.

    Keys are those of `django.core.mail.backends.smtp.EmailBackend`.
    """
    value = text(name)
    if not value:
        return {}
    parts = _split(name, value)
    ports = {"smtp": 25, "smtps": 465, "smtp+tls": 587}
    if parts.scheme not in ports or not parts.hostname:
        raise ImproperlyConfigured(
            f"{name} must look like smtp://host:25, smtps://user:password@host:465 or "
            f"smtp+tls://user:password@host:587; its scheme is {parts.scheme!r}."
        )
    return {
        "host": parts.hostname,
        "port": _port(name, parts) or ports[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": parts.scheme == "smtps",
        "use_tls": parts.scheme == "smtp+tls",
    }


def _split(name: str, value: str) -> Any:
    try:
        return urlsplit(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is not an address: {value!r}.") from None


def _port(name: str, parts: Any) -> int | None:
    try:
        port: int | None = parts.port
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} has a port that is not a number from 1 to 65535."
        ) from None
    return port
