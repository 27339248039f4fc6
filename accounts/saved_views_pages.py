"""Saved views on the pages of lists: links among the views, and the forms that save and delete."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import BigIntegerField, CharField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from ui.filterbar import same_view
from ui.prepared import Given, Prepared
from ui.saving import say_what_to_do

from . import saved_views
from .access import Access, access
from .models import SavedView, User
from .requests import Request

_VIEWS = Prepared(
    lambda: SavedView.objects.of_list(Given("user", BigIntegerField()), Given("list", CharField()))
)


class ViewForm(forms.Form):
    """A name for what a list shows."""

    name = forms.CharField(label=gettext_lazy("Name of the view"), max_length=60)
    list = forms.CharField(max_length=60)
    query = forms.CharField(max_length=2000, required=False)
    is_shared = forms.BooleanField(label=gettext_lazy("Show it to everybody"), required=False)
    pk = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


def links(request: HttpRequest) -> str:
    """The links among the views of a list."""
    return _rendered(request, "accounts/_saved_views.html")


def forms_of(request: HttpRequest) -> str:
    """The menu that saves what the list shows, or changes the saved view that it is."""
    return _rendered(request, "accounts/_save_view.html")


def _rendered(request: HttpRequest, template: str) -> str:
    match = request.resolver_match
    if not match or not isinstance(request.user, User) or match.kwargs:
        return ""
    about = _about(request, request.user, match.view_name) | {"user": request.user}
    return render_to_string(template, about)


def _about(request: HttpRequest, user: User, name: str) -> dict[str, Any]:
    """What both show, read once a page."""
    if not hasattr(request, "saved_views"):
        found = _VIEWS(user=user.pk, list=name)
        views = [(view, same_view(request.GET, view.query)) for view in found]
        own = next((view for view, is_it in views if is_it and view.owner_id == user.pk), None)
        query = saved_views.kept(request.GET.urlencode())
        about = {"views": views, "own": own, "list": name, "query": query}
        request.saved_views = about  # type: ignore[attr-defined]
    about = request.saved_views  # type: ignore[attr-defined]
    return about


@require_POST
@access(Access.SIGNED_IN)
def save(request: Request) -> HttpResponse:
    """Save what a list shows under a name, and go on with it."""
    form = ViewForm(request.POST)
    say_what_to_do(form)
    if not form.is_valid():
        return _back(request, form.errors)
    values = dict(form.cleaned_data)
    try:
        view = saved_views.keep(owner=request.user, of_list=values.pop("list"), **values)
    except SavedView.DoesNotExist:
        return _back(request, {"name": [_("This view was deleted. Save it anew.")]})
    except ValidationError as error:
        return _back(request, error.message_dict)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return redirect(view.get_absolute_url())


@require_POST
@access(Access.OBJECT)
def delete(request: Request, pk: int) -> HttpResponse:
    """Forget a view of one's own; the list goes on without it."""
    view = get_object_or_404(SavedView, pk=pk, owner=request.user)
    saved_views.forget(owner=request.user, pk=view.pk)
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return redirect(view.get_absolute_url())


def _back(request: Request, errors: Any) -> HttpResponse:
    """To the list as it was, with what is wrong."""
    said = next(iter(errors.values()))[0]
    messages.error(request, said)
    try:
        address = reverse(request.POST.get("list", ""))
    except NoReverseMatch:
        return redirect("home")
    return redirect(f"{address}?{saved_views.kept(request.POST.get('query', ''))}")
