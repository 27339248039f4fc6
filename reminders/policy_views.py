"""Pages of policies: of the whole site for administrators, of a meeting or a commitment for officers."""

from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Access, access
from accounts.choices import Via
from accounts.requests import Request
from commitments.models import Commitment
from meetings.models import Meeting
from ui.saving import attempt, see_anew, status_of

from . import forecast, policies
from .models import Policy
from .policy import Policies
from .policy_forms import PolicyForm, SitePolicyForm
from .policy_words import described

DAYS = 30


@require_http_methods(["GET", "POST"])
@access(Access.ADMINISTRATOR)
def site(request: Request) -> HttpResponse:
    """When people are told, as long as nothing else is said of a meeting or a commitment."""
    policy = Policy.objects.filter(site=True).first() or Policy(site=True)
    form = SitePolicyForm(request.POST or None, policy=policy)
    lead = _("It holds for every commitment without a policy of its own or of its meeting.")
    return _page(request, policy, form, back=reverse("reminders:health"), lead=lead)


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
def of_meeting(request: Request, slug: str) -> HttpResponse:
    """The policy for all commitments of one meeting."""
    row = get_object_or_404(Meeting, slug=slug)
    policy = Policy.objects.filter(meeting=row).first() or _copy(
        Policies.stored().site, meeting=row
    )
    form = PolicyForm(request.POST or None, policy=policy)
    return _page(request, policy, form, back=row.get_absolute_url(), lead=row.title)


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
def of_commitment(request: Request, reference: str) -> HttpResponse:
    """The policy for one commitment."""
    row = get_object_or_404(Commitment, reference=reference)
    stored = Policies.stored()
    above = stored.of_meetings.get(row.meeting_id) or stored.site
    own = stored.of_commitments.get(row.pk)
    policy = own or _copy(above, commitment=row)
    form = PolicyForm(request.POST or None, policy=policy)
    return _page(request, policy, form, back=row.get_absolute_url(), lead=str(row))


@require_POST
@access(Access.OFFICER)
def remove(request: Request, pk: int) -> HttpResponse:
    """Let what holds for all others hold there again."""
    policy = get_object_or_404(Policy.objects.exclude(site=True), pk=pk)
    owner = policy.commitment or policy.meeting
    assert owner
    seen = int(request.POST.get("version", "0") or 0)
    try:
        policies.remove(policy=policy, seen=seen, actor=request.user, now=request.now, via=Via.PAGE)
        messages.success(request, _("Its own policy is removed."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(owner.get_absolute_url())


def _page(request: Request, policy: Policy, form: Any, *, back: str, lead: str) -> HttpResponse:
    """First what would change, which stores nothing; then the same values once more save them."""
    tried, fingerprint = None, ""

    def save(_values: dict[str, Any]) -> str:
        nonlocal tried, fingerprint
        values, seen = form.values(), form.cleaned_data["version"]
        fingerprint = _fingerprint(values)
        if request.POST.get("tried") == fingerprint:
            by: dict[str, Any] = {"actor": request.user, "now": request.now, "via": Via.PAGE}
            policies.save(policy=policy, seen=seen, values=values, **by)
            return back
        policies.check(values)
        wanted = _with(policy, values)
        held = Policies.stored().with_one(wanted)
        tried = forecast.dry_run(policies=held, now=request.now, days=DAYS)
        return ""

    if form.is_bound and (address := attempt(form, save)):
        messages.success(request, _("The policy is saved."))
        return redirect(address)
    if status_of(form) == 409:
        policy.refresh_from_db()
        see_anew(form, policy.version)
    context = {"policy": policy, "form": form, "back": back, "lead": lead, "tried": tried,
               "fingerprint": fingerprint, "days": DAYS, "stored": described(policy) if policy.pk else ""}  # fmt: skip
    return render(request, "reminders/policy.html", context, status=status_of(form))


def _fingerprint(values: dict[str, Any]) -> str:
    """By which it is known whether what is saved is what was shown."""
    return sha256(repr(sorted(values.items())).encode()).hexdigest()[:16]


def _with(policy: Policy, values: dict[str, Any]) -> Policy:
    """The policy as it would be."""
    wanted = Policy(
        pk=policy.pk, site=policy.site, meeting=policy.meeting, commitment=policy.commitment
    )
    for name, value in values.items():
        setattr(wanted, name, value)
    return wanted


def _copy(policy: Policy, **of: Any) -> Policy:
    """A policy of its own begins as what holds now."""
    return Policy(
        before=policy.before, after=policy.after, monthly=policy.monthly, ladder=policy.ladder, **of
    )
