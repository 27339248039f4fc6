"""A page as a Django tutorial would make it: lines and their commitments joined, 50 rows, one template.

What the database and the framework cost by themselves on the same tables, with the middleware that
a new Django project has.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from commitments.models import Obligation

ROWS = 50
MIDDLEWARE = [
    "tests.bench.plain.own_addresses",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATE = """<!doctype html>
<html lang="en">
<head><title>Lines</title></head>
<body>
<p>{{ user.name }}</p>
<table>
{% for line in lines %}
<tr>
<td><a href="/commitments/{{ line.commitment.reference }}/">{{ line.commitment.reference }}</a></td>
<td>{{ line.commitment.title }}</td>
<td>{{ line.commitment.get_strength_display }}</td>
<td>{{ line.get_role_display }}</td>
<td>{{ line.get_status_display }}</td>
<td>{{ line.due_at|date:"j M Y" }}</td>
</tr>
{% endfor %}
</table>
</body>
</html>"""


def own_addresses(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Its one address, so that the product's pages can be asked in turns with it."""

    def answer(request: HttpRequest) -> Any:
        request.urlconf = __name__  # type: ignore[attr-defined]
        return get_response(request)

    return answer


@cache
def _template() -> Any:
    """Read once, as the template loader of a site in use does."""
    return engines["django"].from_string(TEMPLATE)


@login_required
def page(request: HttpRequest) -> HttpResponse:
    lines = Obligation.objects.select_related("commitment").order_by("pk")[:ROWS]
    return HttpResponse(_template().render({"lines": lines}, request))


urlpatterns = [path("", page)]
