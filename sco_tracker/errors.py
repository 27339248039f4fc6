"""What is said when something that a page needs is broken (ASVS 5.0, 16.5): words, and never a trace.

Django comes here with every error that no page handles. What is away for a while is told as such, with
503; everything else is a defect of ours, 500. Neither asks a database, a session or a cache.
"""

import errno
import sys
from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.views.defaults import server_error as broken
from redis.exceptions import RedisError

RETRY_AFTER = 60  # seconds
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
# SQLSTATE of PostgreSQL: read_only_sql_transaction, disk_full.
_READ_ONLY_STATE, _FULL_STATE = "25006", "53100"


def server_error(request: HttpRequest) -> HttpResponse:
    """The answer to an error that no page handled."""
    error = sys.exc_info()[1]
    if said := error and what_is_away(error):
        page = loader.get_template("503.html").render({"said": said})
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return broken(request)


def what_is_away(error: BaseException) -> str:
    """In a sentence, what does not work for a while; empty for a defect of ours."""
    for one in _chain(error):
        if _is_full(one):
            return _("The disk of this site is full: nothing can be stored at the moment.")
        if _is_read_only(one):
            return _("The register can be read but not written to at the moment.")
        if _is_ours(one):
            return ""
        if isinstance(one, OperationalError) and "is locked" in str(one):
            return _("The database is busy at the moment.")
        if isinstance(one, OperationalError | InterfaceError):
            return _("The database does not answer at the moment.")
        if isinstance(one, RedisError):
            return _(
                "What counts tries does not answer at the moment, and without it nobody is let in."
            )
    return ""


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it was raised from."""
    at: BaseException | None = error
    while at is not None:
        yield at
        at = at.__cause__


def _is_ours(error: BaseException) -> bool:
    """SQLite says of a table or column that is not there what it says of a database that is not."""
    return isinstance(error, OperationalError) and str(error).startswith("no such ")


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    return isinstance(error, DatabaseError) and (
        _state(error) == _FULL_STATE or "disk is full" in str(error)
    )


def _is_read_only(error: BaseException) -> bool:
    return isinstance(error, DatabaseError) and (
        _state(error) == _READ_ONLY_STATE or "readonly database" in str(error)
    )


def _state(error: BaseException) -> str:
    """PostgreSQL's code of an error, which Django hands on as its cause."""
    return str(getattr(error.__cause__, "sqlstate", ""))
