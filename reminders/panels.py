"""What reminders show on the pages of the register."""

from datetime import datetime, timedelta

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.requests import Request
from commitments.models import Commitment, Obligation
from meetings.models import Meeting
from ui import words

from . import forecast, news, policy_words
from .health import alarms, beats
from .ladder import Ladders
from .models import Email
from .policy import Policies
from .words import start_of_day, step_words, time_of_mail

WEEK = timedelta(days=7)
COMING_DAYS = 30


def next_reminders(commitment: Commitment, user: User, now: datetime) -> str:
    """ "Next: 24 Dec, 7 days before, to focal points", for the lines that a person may see.

    Empty when nothing is open or no step is ahead.
    """
    today = now.astimezone(user.zone).date()
    visible = Obligation.objects.visible_to(user, now).filter(commitment=commitment)
    lines = visible.open().not_awaiting().filter(next_deadline__isnull=False)
    ladders = Ladders.of(Policies.stored())
    ahead = forecast.next_steps(
        lines.select_related("next_deadline", "party", "commitment"), today, ladders
    )
    if not ahead:
        return ""
    steps = sorted({step.offset: step for step, _line in ahead}.items())
    return _("Next: %(day)s, %(step)s, to %(who)s") % {
        "day": words.day_words(ahead[0][0].day, without_year_of=today),
        "step": _(", ").join(_lowered(step_words(step.occasion)) for _offset, step in steps),
        "who": _who([line for _step, line in ahead]),
    }


def aside(request: Request, *, commitment: Commitment) -> str:
    """The panel beside a commitment."""
    context = {
        "said": next_reminders(commitment, request.user, request.now),
        "escalation": policy_words.escalation(commitment, request.user, request.now),
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
    coming = forecast.run(now=request.now, days=COMING_DAYS, person=request.user)
    context = {
        "next": coming[0] if coming else None,
        "when": time_of_mail(request.user, request.now),
    }
    return render_to_string("reminders/_own.html", context)


def health(request: Request) -> str:
    """On the home page of the secretariat: whether reminders run."""
    tasks = beats(request.now)
    since = request.now.astimezone(request.user.zone).date() - WEEK
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
    context = {"n": news.unread(request.user), "most": news.MOST}
    return render_to_string("reminders/_unread.html", context)


def banner(request: Request) -> str:
    """On every page of the secretariat: what is wrong with reminders, as long as it is."""
    if not (isinstance(request.user, User) and request.user.is_secretariat):
        return ""
    said = alarms(request.now)
    return render_to_string("reminders/_banner.html", {"said": said}) if said else ""


def send_now(request: Request, *, line: Obligation) -> str:
    """Among what an officer can do with a line."""
    return render_to_string("reminders/_send_now.html", {"line": line})


def _who(lines: list[Obligation]) -> str:
    if len(lines) > 1:
        return _("focal points")
    line = lines[0]
    if line.owner_id:
        return _("whom the line of %(party)s names") % {"party": line.party.name}
    return _("the focal point of %(party)s") % {"party": line.party.name}


def _lowered(words: str) -> str:
    return words[:1].lower() + words[1:]
