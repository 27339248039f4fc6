"""A person's data: to take along, and to be made unrecognisable when somebody has left."""

from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from ui.saving import say_what_to_do

from . import forgetting, personal
from .access import Access, access
from .choices import Via
from .limits import limited
from .models import User
from .requests import Request


class ConfirmForm(forms.Form):
    """The second step: who it is, typed once more, so that nobody hits the wrong person."""

    email = forms.CharField(
        label=gettext_lazy("E-mail address of this person"),
        help_text=gettext_lazy("Type it to confirm."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any, user: User) -> None:
        super().__init__(data)
        self.user = user

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"]
        if User.normalize_username(typed) != self.user.email:
            raise ValidationError(_("This is not the address of this person. Nothing was changed."))
        return typed


@require_GET
@access(Access.SIGNED_IN)
@limited("export")
def own_data(request: Request) -> HttpResponse:
    """Download everything that is stored about oneself."""
    return _download(request, request.user)


@require_GET
@access(Access.ADMINISTRATOR)
@limited("export")
def data_of(request: Request, pk: int) -> HttpResponse:
    """Download everything that is stored about somebody."""
    return _download(request, get_object_or_404(User, pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@access(Access.ADMINISTRATOR)
def person(request: Request, pk: int) -> HttpResponse:
    """What somebody answers for, their data, and making them unrecognisable: shown first, then done."""
    user = get_object_or_404(User, pk=pk)
    form = ConfirmForm(request.POST or None, user)
    say_what_to_do(form)
    if request.method == "POST" and form.is_valid():
        raise_if_reauthentication_required(request, app="allauth.account")  # it cannot be undone
        try:
            forgetting.anonymise(user=user, actor=request.user, now=request.now, via=Via.PAGE)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Done. What this person did stays in the history."))
            return redirect("accounts:person", pk=pk)
    context = {
        "person": user,
        "form": form,
        "held": forgetting.held(user, request.now),
        "why_not": forgetting.why_not(user, request.user, request.now),
    }
    return render(request, "accounts/person.html", context)


def _download(request: Request, user: User) -> HttpResponse:
    told = personal.export(user=user, actor=request.user, now=request.now, via=Via.PAGE)
    headers = {
        "Content-Disposition": f'attachment; filename="person-{user.pk}.json"',
        "Cache-Control": "private, no-store",
    }
    return JsonResponse(
        told, headers=headers, json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
