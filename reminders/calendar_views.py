"""The calendar of a person's deadlines, and the page on which they get its address."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Access, access
from accounts.choices import Via
from accounts.limits import limited
from accounts.requests import Request

from . import calendar
from .items import absolute
from .models import Feed

# The address is shown once, on the page after it was made: only its hash is kept.
_FRESH = "calendar-token"


@require_safe
@never_cache
@limited("link")
@access(Access.PUBLIC)
def file(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program fetches. An address that is over says nothing of its person."""
    person = calendar.reader(token)
    if person is None:
        raise Http404
    content = calendar.written(person, timezone.now())
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


@require_safe
@never_cache
@access(Access.SIGNED_IN)
def page(request: Request) -> HttpResponse:
    """Where a person gets the address of their calendar, and takes it back."""
    token = request.session.pop(_FRESH, "")
    context = {
        "feed": Feed.objects.filter(user=request.user).first(),
        "address": absolute(calendar.path(token)) if token else "",
    }
    return render(request, "reminders/calendar.html", context)


@require_POST
@access(Access.SIGNED_IN)
def make(request: Request) -> HttpResponse:
    """A new address; the one before ends."""
    request.session[_FRESH] = calendar.make(user=request.user, now=request.now, via=Via.PAGE)
    return redirect("reminders:calendar")


@require_POST
@access(Access.SIGNED_IN)
def end(request: Request) -> HttpResponse:
    """Take the address back."""
    if calendar.end(user=request.user, now=request.now, via=Via.PAGE):
        messages.success(request, _("The address of your calendar has ended."))
    return redirect("reminders:calendar")
