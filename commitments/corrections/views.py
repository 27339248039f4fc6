"""The page on which an officer looks at the two versions of a commitment's words, and decides."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.choices import Via
from accounts.requests import Request
from commitments.choices import RecheckState
from commitments.history import since
from commitments.models import Commitment, Recheck
from meetings.comparing import pieces
from ui.saving import attempt, see_anew, status_of

from . import services
from .forms import Answer, RecheckForm


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
def recheck(request: Request, reference: str, pk: int) -> HttpResponse:
    """Compare the words, and say what becomes of the commitment."""
    rows = Recheck.objects.select_related("commitment", "report__meeting", "resolved_by")
    found = get_object_or_404(rows.defer("report__raw"), pk=pk, commitment__reference=reference)
    if request.method == "GET":
        return _page(request, found, _form(found))
    form = RecheckForm(request.POST)
    seen = request.POST.get("seen", "")
    if said := attempt(form, lambda values: _save(request, found, values)):
        messages.success(request, said)
        return redirect(found.commitment)
    context: dict[str, Any] = {}
    if form.is_stale:  # type: ignore[attr-defined]
        found.refresh_from_db()
        context["changed_since"] = since(found.commitment, int(seen) if seen.isdigit() else 0)
        see_anew(form, found.version)
        form.data["seen"] = found.commitment.version  # type: ignore[index]
    return _page(request, found, form, **context)


def _save(request: Request, found: Recheck, values: dict[str, Any]) -> str:
    given = {
        "recheck": found,
        "seen": values["version"],
        "note": values["note"],
        "actor": request.user,
        "now": request.now,
        "via": Via.PAGE,
    }
    if values["answer"] == Answer.ANCHOR:
        services.anchor(words=values["words"], **given)
        return _("It quotes the corrected report now. The earlier quotation stays on record.")
    if values["answer"] == Answer.STAY:
        services.stay(**given)
        return _("It stands in the words of the earlier version.")
    given["commitment_seen"] = values["seen"]
    if values["answer"] == Answer.WITHDRAW:
        services.withdraw(**given)
        return _("Withdrawn. Everything that was reported stays on the page.")
    services.replace(by=_later(request, values["by"]), **given)
    return _("Replaced. Everything that was reported stays on the page.")


def _later(request: Request, reference: str) -> Commitment:
    visible = Commitment.objects.visible_to(request.user, request.now)
    found = visible.filter(reference__iexact=reference.strip()).first()
    if found is None:
        words = _("Enter the reference of the commitment that takes its place.")
        raise ValidationError({"by": words})
    return found


def _form(found: Recheck) -> RecheckForm:
    initial = {
        "version": found.version,
        "seen": found.commitment.version,
        "words": services.suggested_words(found),
    }
    return RecheckForm(initial=initial)


def _page(request: Request, found: Recheck, form: RecheckForm, **context: Any) -> HttpResponse:
    context |= {
        "recheck": found,
        "commitment": Commitment.objects.get(pk=found.commitment_id),
        "is_open": found.state == RecheckState.OPEN,
        "pieces": pieces(found.before, found.after),
        "form": form,
    }
    return render(request, "commitments/recheck.html", context, status=status_of(form))
