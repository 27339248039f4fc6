"""What a browser calls itself, as people would say it."""

from django.utils.translation import gettext as _

# In this order: many browsers name others besides themselves.
_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser", "Yandex Browser"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def words(user_agent: str) -> str:
    """“Firefox, Windows” of a `User-Agent` header; what is not known is said to be so."""
    program = _first(_PROGRAMS, user_agent) or _("Another program")
    system = _first(_SYSTEMS, user_agent)
    return f"{program}, {system}" if system else str(program)


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((word for mark, word in known if mark in user_agent), "")
