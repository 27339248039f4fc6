"""A Django page that does nothing: what the machine, the server and the framework cost by themselves."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ROOT_URLCONF=__name__,
    SECRET_KEY="measures-nothing-secret" * 3,
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=[],
)


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<!doctype html><title>Empty</title>")


urlpatterns = [path("", page)]
application = get_wsgi_application()
