"""Saved views: what a list shows under a name. They change nothing in the register, so the log is silent.

What they show is decided when they are opened, by the rights of whoever opens them.
"""

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from ui.filterbar import NO_VIEW

from .models import SavedView, User
from .taken import unless_taken

MOST = 50


def keep(
    *, owner: User, of_list: str, name: str, query: str, is_shared: bool, pk: int | None = None
) -> SavedView:
    """Keep a view, or change one of one's own (`pk`). Only the secretariat shares views.

    Raises `ValidationError` by field for a name that is missing or taken.
    """
    view = SavedView(owner=owner, list=of_list)
    if pk is not None:
        view = SavedView.objects.get(pk=pk, owner=owner, list=of_list)
    elif SavedView.objects.filter(owner=owner, list=of_list).count() >= MOST:
        said = _("You have %(most)d views of this list. Delete one first.") % {"most": MOST}
        raise ValidationError({"name": said})
    view.name, view.query = " ".join(name.split()), kept(query)
    view.is_shared = is_shared and owner.is_secretariat
    _check_list(of_list)
    view.full_clean()
    with unless_taken(view):
        view.save()
    return view


def forget(*, owner: User, pk: int) -> None:
    """Forget a view of one's own."""
    SavedView.objects.filter(pk=pk, owner=owner).delete()


def kept(query: str) -> str:
    """What a view keeps of an address: filters, order and columns, not the page."""
    params = QueryDict(query, mutable=True)
    for name in NO_VIEW:
        params.pop(name, None)
    for name, values in list(params.lists()):
        if not any(values):
            del params[name]
    return params.urlencode()


def _check_list(name: str) -> None:
    try:
        reverse(name)
    except NoReverseMatch:
        raise ValidationError({"name": _("Open the list again, then save the view.")}) from None
