"""How often somebody may try to get in, counted in the shared cache before any password is hashed.

Wrong tries count for the account together with the client's address: whoever guesses shuts out
themselves, not the owner, who comes from elsewhere. Guessing from many addresses at once meets a limit
of the account that leaves out addresses from which it was opened lately. The rates are
`settings.ACCOUNT_RATE_LIMITS` (ASVS 5.0, 6.3.1; docs/sign-in.md). A success gives its try back.
"""

from datetime import timedelta
from hashlib import sha256

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

APP, FAILED, CLIENT, ELSEWHERE = (
    "allauth.account", "login_failed", "login_client", "login_elsewhere",
)  # fmt: skip
KNOWN_FOR = timedelta(days=30)
WINDOW = timedelta(hours=1)


def admit(request: HttpRequest, account: str) -> ratelimit.RateLimitUsage:
    """Count a try to open an account. Raises `ImmediateHttpResponse` (429) when there were too many."""
    counted = [(FAILED, _here(request, account)), (CLIENT, None), (ELSEWHERE, _name(account))]
    if cache.get(_known(request, account)):
        counted.pop()
    usage: list[ratelimit.SingleRateLimitUsage] = []
    # In this order: what the account's limit sends away is not counted against the client's.
    for action, key in counted:
        used = ratelimit.consume(request, app=APP, action=action, key=key)
        if not used:
            raise ImmediateHttpResponse(ratelimit.respond_429(request))
        usage += used.usage
    return ratelimit.RateLimitUsage(usage=usage)


def remember(request: HttpRequest, account: str) -> None:
    """An account was opened from this address: guesses elsewhere do not close it here."""
    cache.set(_known(request, account), True, KNOWN_FOR.total_seconds())


def forget(request: HttpRequest, account: str) -> None:
    """Whoever chose a new password by mail may sign in at once, whatever they tried before."""
    ratelimit.clear(request, app=APP, action=FAILED, key=_here(request, account))


def refused_here(request: HttpRequest, page: str) -> int:
    """Count one more refusal of this client on a page: how many there were within the hour."""
    key = f"refused:{page}:{ratelimit.get_ip(request)}"
    if cache.add(key, 1, WINDOW.total_seconds()):
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:  # the hour ended between the two
        return 1


def _name(account: str) -> str:
    return account.strip().lower()


def _here(request: HttpRequest, account: str) -> str:
    return f"{_name(account)} {ratelimit.get_ip(request)}"


def _known(request: HttpRequest, account: str) -> str:
    return f"known:{sha256(_here(request, account).encode()).hexdigest()}"
