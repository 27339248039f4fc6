"""What stands behind the links in mails. Nobody signs in here; looking never acts, only a button does.

Mail scanners open every link. So a GET shows a page and a POST acts; a link that does not hold says so
and nothing else.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.asking import today_of
from accounts.choices import Via
from accounts.limits import limited
from accounts.models import User
from commitments import progress
from commitments.choices import Life
from commitments.may import answers_for, may_write_on
from commitments.models import Obligation, ProgressReport
from ui.saving import attempt

from . import addresses, facts, links, wishes
from .choices import Ground
from .forms import AnswerLinkForm, SnoozeForm
from .items import is_restricted
from .links import BadLinkError, Purpose
from .models import Suppression


@require_safe
@never_cache
@limited("link")
@access(Access.PUBLIC)
def open_line(request: HttpRequest, token: str) -> HttpResponse:
    """On to the page of a line, for lines that a mail must not even name: after signing in."""
    try:
        _person, line = _holder(Purpose.OPEN, token, _now(request))
    except BadLinkError:
        return _over(request)
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), resolve_url("account_login"))
    return redirect(line)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@limited("link")
@access(Access.PUBLIC)
def snooze(request: HttpRequest, token: str) -> HttpResponse:
    """Keep a line quiet for some days, or for good."""
    now = _now(request)
    try:
        person, line = _holder(Purpose.SNOOZE, token, now)
    except BadLinkError:
        return _over(request)
    with translation.override(person.language), timezone.override(person.zone):
        form = SnoozeForm(
            request.POST if request.method == "POST" else None,
            today=today_of(person, now),
        )

        def save(values: dict[str, Any]) -> str:
            wishes.mute(user=person, line=line, until=values["until"], now=now, via=Via.PAGE)
            return _("Done: nothing is sent to you about it in this time.")

        said = attempt(form, save) if request.method == "POST" else None
        context = {
            "form": form,
            "is_mandatory": wishes.is_mandatory(line, now),
            "said": said,
            **_about(line),
        }
        return render(request, "reminders/links/snooze.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@limited("link")
@access(Access.PUBLIC)
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Say in two fields what was done. It is kept as the person's draft, which they send when signed in.

    A draft that is there already is neither shown nor changed: the link must not read.
    """
    now = _now(request)
    try:
        person, line = _holder(Purpose.ANSWER, token, now)
    except BadLinkError:
        return _over(request)
    if not answers_for(person, line, now):
        return _over(request)
    with translation.override(person.language), timezone.override(person.zone):
        form = AnswerLinkForm(request.POST if request.method == "POST" else None)
        hindrance = _no_answer(person, line)
        said = None
        if request.method == "POST" and not hindrance:
            said = attempt(form, lambda values: _keep(person, line, values, now))
        context = {"form": form, "hindrance": hindrance, "said": said, **_about(line)}
        return render(request, "reminders/links/answer.html", context)


@csrf_exempt  # Mail programs post here (RFC 8058); the token names the one address that it can stop.
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@limited("link")
@access(Access.PUBLIC)
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the reminders to an address: a page with a button, and the one click of mail programs.

    No cookie, no redirect, and the same answer every time.
    """
    now = _now(request)
    try:
        person = links.person(links.read(Purpose.UNSUBSCRIBE, token, now))
    except BadLinkError:
        return _over(request)
    if request.method == "POST":
        addresses.suppress(
            person.email, ground=Ground.ONE_CLICK, now=now, via=Via.PAGE, actor=person
        )
    with translation.override(person.language):
        context = {
            "address": person.email,
            "is_stopped": Suppression.objects.of(person.email).in_force(now).exists(),
            "duties": facts.duties(),
        }
        return render(request, "reminders/links/unsubscribe.html", context)


def _holder(purpose: Purpose, token: str, now: datetime) -> tuple[User, Obligation]:
    """Whose link it is and about which line, which they may still read. Raises `BadLinkError`."""
    claim = links.read(purpose, token, now)
    person = links.person(claim)
    lines = Obligation.objects.visible_to(person, now).select_related("commitment", "party")
    line = lines.filter(pk=claim.line).prefetch_related("commitment__quotations__report").first()
    if line is None:
        raise BadLinkError
    return person, line


def _about(line: Obligation) -> dict[str, Any]:
    """What the page may name: no more than the mail did, for whoever has the mail has the link."""
    return {"line": line, "is_restricted": is_restricted(line)}


def _no_answer(person: User, line: Obligation) -> str:
    """Why nothing can be answered now; empty when it can."""
    if line.commitment.life != Life.ACTIVE or not may_write_on(line):
        return _("Nothing is open on this line any more, so there is nothing to report.")
    if ProgressReport.objects.draft_of(person, line):
        return _("You have a draft on this line already. Sign in to go on with it, and to send it.")
    return ""


def _keep(person: User, line: Obligation, values: dict[str, Any], now: datetime) -> str:
    progress.save_draft(
        obligation=line, author=person, claimed=values["claim"], text=values["text"], now=now
    )
    return _("Your answer is kept as a draft. Sign in to look at it once more and send it.")


def _over(request: HttpRequest) -> HttpResponse:
    """The same for every link that does not hold, whatever the reason."""
    return render(request, "reminders/links/over.html", status=404)


def _now(request: HttpRequest) -> datetime:
    return request.now  # type: ignore[attr-defined, no-any-return]
