"""What every answer carries, whichever part of the site gave it."""

from django.http import HttpRequest
from django.middleware.security import SecurityMiddleware


class HeadersMiddleware(SecurityMiddleware):
    """Django's security headers (ASVS 3.4) on every answer, as the outermost middleware.

    Django's own stands further in and sends plain http to https. To do so it asks for the name of the
    host, and where that is a wrong one its refusal leaves without the headers.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Redirect nobody."""
