"""Entering and editing commitments by hand: their words, their lines, their life and their links."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Access, access
from accounts.choices import Via
from accounts.requests import Request
from ui.saving import attempt, see_anew, status_of

from . import deadlines, editing, services
from .choices import Basis, Purpose
from .deadlines import Period
from .forms import (
    CommitmentForm,
    DeadlineForm,
    LifeForm,
    LinkedForm,
    NewCommitmentForm,
    NewLineForm,
)
from .history import since
from .models import Commitment
from .services import Promise

Save = Callable[[dict[str, Any]], str]


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
def new(request: Request) -> HttpResponse:
    """Enter a commitment by hand, with a line for each party that owes it."""
    form = NewCommitmentForm(request.POST or None)

    def save(values: dict[str, Any]) -> str:
        promise = _promise(values, request)
        made = services.register(
            meeting=values["meeting"], report=None, promise=promise, **_by(request)
        )
        return made.reference

    if request.method == "POST" and (reference := attempt(form, save)):
        messages.success(request, _("%(ref)s is in the register.") % {"ref": reference})
        return redirect("commitments:detail", reference)
    return render(request, "commitments/new.html", {"form": form})


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
def edit(request: Request, reference: str) -> HttpResponse:
    """Everything about one commitment that is not on its lines, each form saved by itself."""
    commitment = _commitment(request, reference)

    def save(values: dict[str, Any]) -> str:
        seen, instruments = values.pop("version"), values.pop("instruments")
        editing.edit(
            commitment=commitment,
            seen=seen,
            values=values,
            instruments=instruments,
            **_by(request),
        )
        return _("Saved.")

    if request.method == "GET":
        return _page(request, commitment)
    form = CommitmentForm.of(commitment, request.POST)
    return _write(request, commitment, "form", form, save)


@require_POST
@access(Access.OFFICER)
def change_life(request: Request, reference: str) -> HttpResponse:
    """Withdraw, replace or revive: the button says which."""
    commitment = _commitment(request, reference)

    def save(values: dict[str, Any]) -> str:
        common = {"commitment": commitment, "seen": values["version"], "reason": values["reason"]}
        action = request.POST.get("action")
        if action == "replace":
            later = _named(request, values["by"], "by")
            editing.replace(**common, by=later, **_by(request))
        elif action == "revive":
            editing.revive(**common, **_by(request))
        else:
            editing.withdraw(**common, **_by(request))
        return _("Saved. Everything that was reported stays on the page.")

    return _write(request, commitment, "life_form", LifeForm(request.POST), save)


@require_POST
@access(Access.OFFICER)
def link(request: Request, reference: str) -> HttpResponse:
    """Say what this commitment does to an earlier one."""
    commitment = _commitment(request, reference)

    def save(values: dict[str, Any]) -> str:
        earlier = _named(request, values["earlier"], "earlier")
        editing.link(earlier=earlier, later=commitment, kind=values["kind"], **_by(request))
        return _("Linked.")

    return _write(request, commitment, "link_form", LinkedForm(request.POST), save)


@require_POST
@access(Access.OFFICER)
def add_line(request: Request, reference: str) -> HttpResponse:
    """Add the line of one more party."""
    commitment = _commitment(request, reference)

    def save(values: dict[str, Any]) -> str:
        editing.add_line(commitment=commitment, **values, **_by(request))
        return _("The line of %(party)s is added.") % {"party": values["party"]}

    return _write(request, commitment, "new_line_form", NewLineForm(request.POST), save)


@require_POST
@access(Access.OFFICER)
def move_deadline(request: Request, reference: str) -> HttpResponse:
    """Set or move the deadline of all lines without one of their own: the button says which."""
    commitment = _commitment(request, reference)

    def save(values: dict[str, Any]) -> str:
        purpose = request.POST.get("purpose", "")
        deadlines.move_all(
            commitment=commitment,
            seen=values["version"],
            purpose=purpose if purpose in Purpose.values else Purpose.FINAL,
            due=values["due"],
            reason=values["reason"],
            **_by(request),
        )
        return _("Deadline saved. The earlier one stays on the page.")

    return _write(request, commitment, "deadline_form", DeadlineForm(request.POST), save)


def _by(request: Request) -> dict[str, Any]:
    return {"actor": request.user, "now": request.now, "via": Via.PAGE}


def _commitment(request: Request, reference: str) -> Commitment:
    visible = Commitment.objects.visible_to(request.user, request.now)
    return get_object_or_404(visible.for_detail(), reference=reference)


def _named(request: Request, reference: str, field: str) -> Commitment:
    """Another commitment by its reference."""
    if not reference.strip():
        raise ValidationError({field: _("Enter the reference of the later commitment.")})
    visible = Commitment.objects.visible_to(request.user, request.now)
    found = visible.filter(reference__iexact=reference.strip()).first()
    if found is None:
        raise ValidationError({field: _("There is no commitment with this reference.")})
    return found


def _write(
    request: Request, commitment: Commitment, name: str, form: Form, save: Save
) -> HttpResponse:
    seen = form.data.get("version", "")
    if said := attempt(form, save):
        messages.success(request, said)
        return redirect("commitments:edit", commitment.reference)
    context: dict[str, Any] = {name: form}
    if form.is_stale:  # type: ignore[attr-defined]
        commitment.refresh_from_db()
        context["changed_since"] = since(commitment, int(seen))
        see_anew(form, commitment.version)
    return _page(request, commitment, context, status_of(form))


def _page(
    request: Request,
    commitment: Commitment,
    forms: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    # A form that could not be saved has changed the object in hand: the page shows what is stored.
    commitment = _commitment(request, commitment.reference)
    version = {"version": commitment.version}
    context = {
        "commitment": commitment,
        "form": CommitmentForm.of(commitment),
        "life_form": LifeForm(initial=version),
        "link_form": LinkedForm(),
        "new_line_form": NewLineForm(),
        "deadline_form": DeadlineForm(initial=version),
        "purposes": Purpose.choices,
        **(forms or {}),
    }
    return render(request, "commitments/edit.html", context, status=status)


def _promise(values: dict[str, Any], request: Request) -> Promise:
    return Promise(
        reference=values["reference"],
        title=values["title"],
        strength=values["strength"],
        spans=[],
        lead=list(values["lead"]),
        contributing=list(values["contributing"]),
        theme=values["theme"],
        instruments=list(values["instruments"]),
        is_certain=values["is_certain"],
        coder_note=values["coder_note"],
        sensitivity=values["sensitivity"],
        restricted_to=values["restricted_to"],
        officer=values["officer"],
        review_days=values["review_days"],
        final=_final(values, request),
        review=_review(values, request),
    )


def _final(values: dict[str, Any], request: Request) -> Period | None:
    reason = _("Entered by hand by %(name)s.") % {"name": request.user.name}
    if values["by_meeting"]:
        period = deadlines.by_meeting(
            values["by_meeting"], wording=values["wording"], reason=reason
        )
    elif values["due"]:
        period = Period(
            due=values["due"], wording=values["wording"], basis=Basis.SET, reason=reason
        )
    else:
        return None
    if period.due:
        field = "by_meeting" if period.meeting else "due"
        deadlines.check_due(values["meeting"], period.due, field=field)
    return period


def _review(values: dict[str, Any], request: Request) -> Period | None:
    if not values["review_days"]:
        return None
    reason = _("Review rhythm set by %(name)s.") % {"name": request.user.name}
    return services.review_from(request.now, values["review_days"], reason=reason)
