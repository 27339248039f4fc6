"""Pages of the ledger, the outbox and the health of reminders."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from accounts.access import Access, access
from accounts.asking import today_of
from accounts.requests import Request
from ui.lists import ListPage, View
from ui.words import start_of_day

from . import forecast
from . import metrics as numbers
from .choices import State
from .filters import EmailFilter, OwnReminderFilter, ReminderFilter
from .health import beats, is_silent, is_well
from .models import Email, Pulse, Reminder, Switch
from .outcomes import MAX_TRIES
from .querysets import ReminderQuerySet, unanswered
from .reading import BODY_POLICY, letter
from .reconciliation import FAULTS
from .tables import EmailTable, LedgerTable, ReminderTable
from .words import time_of_mail, why_stopped

WEEK = timedelta(days=7)
COMING_DAYS = 30
COMING_SHOWN = 10
FAILED_SHOWN = 5


class _Promises(ListPage):
    """A list of the ledger, with its views."""

    filterset_class = ReminderFilter

    def get_views(self) -> Sequence[View]:
        counts = self.promises().counts()
        return [
            View(_("All"), "", counts["all"]),
            View(_("In a mail"), "outcome=included", counts["told"]),
            View(_("Held back"), "outcome=suppressed", counts["held_back"]),
            View(_("Mail failed"), "mail=failed", counts["failed"]),
        ]

    def get_queryset(self) -> Any:
        return self.promises().for_list(self.request.user, self.request.now).newest_first()

    def promises(self) -> ReminderQuerySet:
        """Whose promises the list is about."""
        return Reminder.objects.all()


class Mine(_Promises):
    """What the person was told or not told and why, and what comes next."""

    filterset_class = OwnReminderFilter
    table_class = ReminderTable
    template_name = "reminders/mine.html"

    heading = _("Your reminders")
    export_name = "my-reminders"
    counted = ngettext_lazy("%(n)s reminder", "%(n)s reminders", "n")
    none_yet = _("No reminders yet")
    none_yet_hint = _("They appear here as deadlines of the lines that you answer for come near.")
    none_match = _("No reminder matches these filters")

    def promises(self) -> ReminderQuerySet:
        return Reminder.objects.of(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        request = self.request
        coming = forecast.run(now=request.now, days=COMING_DAYS, person=request.user)
        return {
            **super().get_context_data(**kwargs),
            "when": time_of_mail(request.user, request.now),
            "coming": coming[:COMING_SHOWN],
            "coming_more": max(0, len(coming) - COMING_SHOWN),
            "days": COMING_DAYS,
        }


class Ledger(_Promises):
    """Every promise to every person, and what became of it."""

    table_class = LedgerTable
    template_name = "reminders/list.html"

    heading = _("Ledger of reminders")
    export_name = "reminders"
    lead = _("Everything that was sent or held back, and why. What may have arrived twice says so.")
    counted = ngettext_lazy("%(n)s reminder", "%(n)s reminders", "n")
    none_yet = _("No reminders yet")
    none_yet_hint = _("They appear here as deadlines come near.")
    none_match = _("No reminder matches these filters")


class Outbox(ListPage):
    """Every mail, and where it stands."""

    filterset_class = EmailFilter
    table_class = EmailTable
    template_name = "reminders/list.html"

    heading = _("Outbox")
    export_name = "outbox"
    lead = _("Every mail of this site. What mail about accounts says is shown to nobody.")
    counted = ngettext_lazy("%(n)s mail", "%(n)s mails", "n")
    none_yet = _("No mail yet")
    none_yet_hint = _("Mail is written when a reminder is due or somebody asks for a new password.")
    none_match = _("No mail matches these filters")

    def get_queryset(self) -> Any:
        return Email.objects.for_list().newest_first()


@require_GET
@access(Access.ADMINISTRATOR)
def mail(request: Request, pk: int) -> HttpResponse:
    """One mail as it looks, what it carries, and each attempt to send it."""
    email = get_object_or_404(Email.objects.select_related("recipient"), pk=pk)
    context = {
        "email": email,
        "letter": letter(email),
        "attempts": email.attempts.in_order(),
        "most_tries": MAX_TRIES,
        "reminders": email.reminders.for_list(request.user, request.now).order_by("pk"),
    }
    return render(request, "reminders/mail.html", context)


@require_GET
@never_cache
@xframe_options_sameorigin
@access(Access.ADMINISTRATOR)
def mail_body(request: Request, pk: int) -> HttpResponse:
    """The HTML of a mail, for the frame on its page, with a policy that lets it do nothing."""
    found = letter(get_object_or_404(Email, pk=pk))
    response = HttpResponse(found.html if found else "", status=200 if found else 404)
    response.headers["Content-Security-Policy"] = BODY_POLICY
    return response


@require_GET
@access(Access.OFFICER)
def health_page(request: Request) -> HttpResponse:
    """Whether reminders run, what the last days brought, and what needs a person."""
    tasks = beats(request.now)
    since = _today(request) - WEEK
    failed = Email.objects.filter(state=State.FAILED, created_at__gte=start_of_day(since))
    context = {
        "tasks": tasks,
        "is_well": not any(task.is_late for task in tasks),
        "totals": Email.objects.totals(request.now, start_of_day(since)),
        "since_iso": since.isoformat(),
        "days": Email.objects.by_day(since),
        "held_back": Reminder.objects.held_back(start_of_day(since)),
        "failed": failed.for_list().newest_first()[:FAILED_SHOWN],
        "unanswered": _unanswered(_today(request)),
        "relay": settings.EMAIL_RELAY.get("host", ""),
        **_engine(request.now),
    }
    return render(request, "reminders/health.html", context)


@require_safe
@never_cache
@access(Access.PUBLIC)
def health(request: HttpRequest) -> HttpResponse:
    """For machines: 200 while planning and sending come to their end, 503 otherwise. No details."""
    well = is_well(timezone.now())
    said = "Reminders are running." if well else "Reminders are not running."
    return HttpResponse(f"{said}\n", content_type="text/plain", status=200 if well else 503)


@require_safe
@never_cache
@access(Access.PUBLIC)
def metrics(request: Request) -> HttpResponse:
    """For Prometheus, which shows METRICS_TOKEN, and for administrators. There is nothing for others."""
    shown = request.headers.get("Authorization", "")
    token = settings.METRICS_TOKEN
    may = bool(token) and constant_time_compare(shown, f"Bearer {token}")
    if not (may or (request.user.is_authenticated and request.user.is_administrator)):
        return HttpResponse(status=404)
    return HttpResponse(numbers.text(request.now), content_type=CONTENT_TYPE_LATEST)


def _today(request: Request) -> date:
    return today_of(request.user, request.now)


def _engine(now: datetime) -> dict[str, Any]:
    """What the engine says of itself: its clocks, its breaker, its last proof."""
    pulses = Pulse.objects.by_name()
    proof, switch = pulses.get("reconcile"), Switch.objects.now()
    return {
        "switch": switch,
        "clocks": [_clock(pulses[name], now) for name in ("beat", "loop") if name in pulses],
        "proof": proof,
        "proof_faults": _faults(proof.counts) if proof else [],
        "log": pulses.get("verify"),
        "held": why_stopped(switch, pulses.get("plan")),
        "dead_man": bool(settings.DEAD_MAN_URL),
    }


def _clock(pulse: Pulse, now: datetime) -> tuple[Pulse, bool]:
    """A clock, and whether it stands still. One of two is enough; both shall go."""
    return pulse, pulse.finished is None or is_silent(pulse.finished, now)


def _faults(counts: dict[str, int]) -> list[str]:
    """What the proof found that should be 0, in words."""
    said = {
        "unplanned": ngettext_lazy(
            "%(n)s reminder was not planned in time",
            "%(n)s reminders were not planned in time",
            "n",
        ),
        "unkept": ngettext_lazy(
            "%(n)s reminder stands in a mail that will never go",
            "%(n)s reminders stand in mails that will never go",
            "n",
        ),
        "stuck": ngettext_lazy(
            "%(n)s mail is in the hands of a worker that is gone",
            "%(n)s mails are in the hands of workers that are gone",
            "n",
        ),
        "late": ngettext_lazy(
            "%(n)s mail should have gone out a while ago",
            "%(n)s mails should have gone out a while ago",
            "n",
        ),
    }
    return [said[name] % {"n": counts[name]} for name in FAULTS if counts.get(name)]


def _unanswered(today: date) -> list[tuple[str, int]]:
    """Parties with dated lines that nobody is told about, and how many those are."""
    names = unanswered(today).values_list("party__name", flat=True).order_by("party__name", "pk")
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return list(counts.items())
