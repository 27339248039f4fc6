"""What a site that others can reach must not have (ASVS 5.0, 13.3 and 13.4). Settings ask at start-up.

A site is in production as soon as its address is not that of this machine.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SHORTEST_KEY = 50  # as Django's own check asks (security.W009)
FEWEST_CHARACTERS = 16
# Words of keys and passwords that stand in examples, tutorials and this repository.
_EXAMPLES = ("django-insecure", "for-tests-only", "for-trying-only", "change-me", "changeme",
             "change_me", "example", "secret-key", "secret_key", "your-key", "0123456789")  # fmt: skip
_GUESSED_FIRST = {"", "password", "postgres", "tracker", "secret", "admin", "changeme", "sco"}


def is_loopback(site: str) -> bool:
    """Whether an address is one that only this machine opens, without encryption."""
    parts = urlsplit(site)
    return parts.scheme == "http" and parts.hostname in _LOOPBACK


def refuse(
    *,
    site: str,
    debug: bool,
    hosts: Sequence[str],
    secrets: Mapping[str, str],
    database: Mapping[str, Any],
    brokers: Mapping[str, str],
) -> None:
    """Raise `ImproperlyConfigured` with one sentence that names the variable and says what to do."""
    if urlsplit(site).scheme != "https":
        raise ImproperlyConfigured(f"SITE_URL is {site!r}; a site that others reach needs https.")
    if debug:
        raise ImproperlyConfigured("DEBUG is on; it shows settings and traces to everybody.")
    if wide := [host for host in hosts if host.startswith((".", "*"))]:
        raise ImproperlyConfigured(
            f"ALLOWED_HOSTS holds {wide[0]!r}; name each host under which the site answers."
        )
    for name, value in secrets.items():
        if value:
            _refuse_secret(name, value)
    _refuse_key_length(secrets["SECRET_KEY"])
    _refuse_password(database)
    for name, address in brokers.items():
        _refuse_open_broker(name, address)


def _refuse_secret(name: str, value: str) -> None:
    if any(word in value.lower() for word in _EXAMPLES):
        raise ImproperlyConfigured(f"{name} is that of an example; make one of your own.")
    if len(set(value)) < min(FEWEST_CHARACTERS, len(value) // 2):
        raise ImproperlyConfigured(f"{name} repeats itself; make a random one.")


def _refuse_key_length(key: str) -> None:
    if len(key) < SHORTEST_KEY:
        raise ImproperlyConfigured(
            f"SECRET_KEY is shorter than {SHORTEST_KEY} characters, which a site that others reach needs."
        )


def _refuse_password(database: Mapping[str, Any]) -> None:
    """On a socket the server knows who asks; over a network a password has to tell."""
    host = str(database.get("HOST", ""))
    password = str(database.get("PASSWORD", ""))
    if host and not host.startswith("/") and password.lower() in _GUESSED_FIRST:
        raise ImproperlyConfigured(
            "DATABASE_URL has no password, or one that is guessed first; give its role another."
        )


def _refuse_open_broker(name: str, address: str) -> None:
    parts = urlsplit(address)
    is_near = "socket" in parts.scheme or parts.scheme == "unix" or parts.hostname in _LOOPBACK
    if address and not (is_near or parts.password):
        raise ImproperlyConfigured(
            f"{name} names a server on the network without a password: whoever reaches it gives orders."
        )
