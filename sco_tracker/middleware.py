"""What every answer carries, and where every page finds room, whichever part of the site gives it."""

from collections.abc import Callable
from types import FunctionType
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware

Handler = Callable[[HttpRequest], HttpResponse]

# Of 8 bytes each: 72 KB, for which CPython takes a chunk of 128 KB and leaves 56 to what a page calls.
WORDS = 9_000


def room_for_frames(get_response: Handler) -> Handler:
    """Everything that a page calls in one piece of memory.

    CPython (3.11 to 3.14) keeps the frames of calls in chunks of 16 KB, and gives a chunk back to the system
    as soon as the call that began it ends. A page whose busiest calls stand just behind a border takes and
    gives memory thousands of times: 28 ms in place of 16, by nothing but how many calls were before it. A
    function that claims a large frame makes CPython take one large chunk instead, and touches none of it.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    own = cast(FunctionType, answer)
    own.__code__ = own.__code__.replace(co_stacksize=WORDS)
    return answer


class HeadersMiddleware(SecurityMiddleware):
    """Django's security headers (ASVS 3.4) on every answer, as the outermost middleware.

    Django's own stands further in and sends plain http to https. To do so it asks for the name of the
    host, and where that is a wrong one its refusal leaves without the headers.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Redirect nobody."""
