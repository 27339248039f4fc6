"""What reminders show on the pages of the register."""

from datetime import timedelta

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.asking import today_of
from accounts.models import User
from accounts.requests import Request
from commitments.models import Commitment, Obligation
from commitments.remembering import remembered
from meetings.models import Meeting
from ui.words import start_of_day

from . import ahead, forecast, head, news
from .health import beats
from .models import Email
from .words import time_of_mail

WEEK = timedelta(days=7)
COMING_DAYS = 30


def aside(request: Request, *, commitment: Commitment, lines: list[Obligation]) -> str:
    """The panel beside a commitment: `lines` are those of it that the person may see."""
    context = {
        "ahead": ahead.of(lines, request.user, request.now),
        "commitment": commitment,
        "user": request.user,
    }
    return render_to_string("reminders/_next.html", context)


def meeting_acts(request: Request, *, meeting: Meeting) -> str:
    """Beside the heading of a meeting: the way to its policy."""
    if not request.user.is_secretariat:
        return ""
    url = reverse("reminders:policy-of-meeting", args=[meeting.slug])
    return format_html('<a class="btn" href="{}">{}</a>', url, _("When reminders come"))


def own(request: Request) -> str:
    """On the home page of a focal point: what comes next, and when mail comes."""
    coming = remembered(request, f"next-reminder-{request.user.pk}", lambda: _next(request))
    context = {
        "next": coming[0] if coming else None,
        "when": time_of_mail(request.user, request.now),
    }
    return render_to_string("reminders/_own.html", context)


def _next(request: Request) -> list[forecast.Coming]:
    """The next step ahead of a person, if there is one."""
    return forecast.run(now=request.now, days=COMING_DAYS, person=request.user)[:1]


def health(request: Request) -> str:
    """On the home page of the secretariat: whether reminders run."""
    tasks = beats(request.now)
    since = today_of(request.user, request.now) - WEEK
    ended = [task.finished for task in tasks if task.finished]
    context = {
        "is_well": not any(task.is_late for task in tasks),
        "last": max(ended, default=None),
        "since": since,
        "totals": Email.objects.totals(request.now, start_of_day(since)),
    }
    return render_to_string("reminders/_health.html", context)


def unread(request: Request) -> str:
    """In the head of every page: how many news there are since the person last looked."""
    if not isinstance(request.user, User):
        return ""
    context = {"n": _head(request).unread, "most": news.MOST}
    return render_to_string("reminders/_unread.html", context)


def banner(request: Request) -> str:
    """On every page of the secretariat: what is wrong with reminders, as long as it is."""
    if not isinstance(request.user, User):
        return ""
    said = _head(request).alarms
    return render_to_string("reminders/_banner.html", {"said": said}) if said else ""


def _head(request: Request) -> head.Head:
    """Asked for once a page, by whichever place comes first."""
    page = vars(request)
    if "reminders_head" not in page:
        page["reminders_head"] = head.of(request.user, request.now)
    found: head.Head = page["reminders_head"]
    return found


def send_now(request: Request, *, line: Obligation) -> str:
    """Among what an officer can do with a line."""
    return render_to_string("reminders/_send_now.html", {"line": line})
