"""Pages that see every app: the home pages and the health of the site."""

from django.http import HttpRequest, HttpResponse

from accounts.access import Access, access


@access(Access.SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse("home")


@access(Access.PUBLIC)
def live(request: HttpRequest) -> HttpResponse:
    """This web process answers."""
    return HttpResponse("ok", content_type="text/plain")


@access(Access.PUBLIC)
def ready(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")
