"""The page of a person's own sessions."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from . import devices, sessions
from .access import Access, access
from .choices import Via
from .requests import Request

OTHERS = "others"


@require_http_methods(["GET", "POST"])
@never_cache
@access(Access.SIGNED_IN)
def page(request: Request) -> HttpResponse:
    """Where the person is signed in; a post ends one of the sessions, or all but this one."""
    own = sessions.of(request.user)
    others = [session for session in own if not session.is_current()]
    if request.method == "POST":
        return _end(request, others)
    rows = [(session, devices.words(session.user_agent)) for session in own]
    return render(request, "accounts/sessions.html", {"rows": rows, "others": len(others)})


def _end(request: Request, others: list[sessions.UserSession]) -> HttpResponse:
    asked = request.POST.get("end", "")
    chosen = others if asked == OTHERS else [one for one in others if str(one.pk) == asked]
    if not chosen and asked != OTHERS:
        raise Http404
    count = sessions.end(
        chosen=chosen, user=request.user, actor=request.user, now=request.now, via=Via.PAGE
    )
    words = ngettext("%(n)d session is ended.", "%(n)d sessions are ended.", count)
    messages.success(request, words % {"n": count})
    return redirect("accounts:sessions")
