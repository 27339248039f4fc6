"""Changing many rows: choose what, look at what would change, save, watch, undo."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Access, access
from accounts.choices import Via
from accounts.requests import Request
from commitments.choices import BulkState
from commitments.models import BulkEdit
from ui.lists import ListPage
from ui.saving import attempt
from ui.selection import Chosen

from . import kinds, looks, services, sweep
from .choosing import rows_of
from .filters import BulkFilter
from .kinds import Kind
from .tables import BulkTable

PER_PAGE = 50


class BulkList(ListPage):
    """Changes of many rows that were saved, and one's own previews; the newest first."""

    filterset_class = BulkFilter
    table_class = BulkTable

    heading = gettext_lazy("Changes of many rows")
    export_name = "changes"
    counted = ngettext_lazy("%(n)s change", "%(n)s changes", "n")
    none_yet = gettext_lazy("No rows were changed together yet")
    none_yet_hint = gettext_lazy("Choose rows in the list of commitments or of lines to begin.")
    none_match = gettext_lazy("No change matches these filters")

    def get_queryset(self) -> Any:
        return BulkEdit.objects.visible_to(self.request.user).for_list().newest_first()


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
def choose(request: Request, of: str) -> HttpResponse:
    """What is to be changed on the chosen rows, and why. It leads to the preview."""
    data = request.POST if request.method == "POST" else request.GET
    chosen = Chosen.of(data)
    kind = _kind(of, data.get("kind", ""))
    try:
        rows = rows_of(kind, chosen, request)
        number = rows.count()
    except ValidationError as error:
        return _refuse(request, kind, chosen, " ".join(error.messages))
    if not number:
        said = _("Choose at least one row, then say what to change.")
        return _refuse(request, kind, chosen, said)
    form = kinds.form_of(kind.key)(request.POST if request.method == "POST" else None)

    def save(values: dict[str, Any]) -> str:
        note = values.pop("note")
        edit = services.preview(
            kind=kind,
            rows=rows,
            values=kind.stored(values),
            note=note,
            actor=request.user,
            now=request.now,
        )
        return edit.get_absolute_url()

    if form.is_bound and (address := attempt(form, save)):
        return redirect(address)
    context = {
        "form": form,
        "kind": kind,
        "chosen": chosen,
        "counted": kind.of.counted % {"n": number},
        "tabs": _tabs(kind, chosen),
        "back": _list_address(kind, chosen),
    }
    return render(request, "commitments/bulk/choose.html", context)


@require_GET
@access(Access.OFFICER)
def page(request: Request, pk: int) -> HttpResponse:
    """The preview; then how far it is, and what became of each row."""
    edit = _edit(request, pk)
    counts = edit.items.counts()
    state = request.GET.get("state", "")
    items = edit.items.filter(state=state) if counts.get(state) else edit.items.all()
    shown = Paginator(items.in_order(), PER_PAGE).get_page(request.GET.get("page"))
    kind = kinds.get(edit.kind)
    context = {
        "edit": edit,
        "kind": kind,
        "new_value": kind.titles([edit.values])[0],
        "figures": looks.figures(edit, counts),
        "tabs": looks.tabs(counts, state),
        "rows": looks.rows(edit, kind, list(shown), request.user, request.now),
        "page": shown,
        "back": reverse(kind.of.list_url),
    }
    is_poll = bool(getattr(request, "htmx", None)) and edit.state in BulkState.moving()
    return render(request, f"commitments/bulk/{'_progress' if is_poll else 'page'}.html", context)


@require_POST
@access(Access.OFFICER)
def confirm(request: Request, pk: int) -> HttpResponse:
    """Save what the preview shows."""
    return _go(request, _edit(request, pk), services.confirm)


@require_POST
@access(Access.OFFICER)
def undo(request: Request, pk: int) -> HttpResponse:
    """Put back what stood there."""
    return _go(request, _edit(request, pk), services.undo)


def _go(request: Request, edit: BulkEdit, begin: Any) -> HttpResponse:
    """Begin, then do a few rows at once, or leave many to the sweep."""
    try:
        edit = begin(edit=edit, actor=request.user, now=request.now, via=Via.PAGE)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(edit)
    if services.is_small(edit):
        most = services.AT_ONCE + 1  # one more than there are: the change is closed, too
        sweep.run(edit, clock=lambda: request.now, via=Via.PAGE, most=most)
    else:
        transaction.on_commit(sweep.nudge)
    return redirect(edit)


def _edit(request: Request, pk: int) -> BulkEdit:
    rows = BulkEdit.objects.visible_to(request.user).select_related("author", "undone_by")
    return get_object_or_404(rows, pk=pk)


def _kind(of: str, key: str) -> Kind:
    offered = {kind.key: kind for kind in kinds.of_rows(of)}
    return offered.get(key) or next(iter(offered.values()))


def _tabs(kind: Kind, chosen: Chosen) -> list[tuple[Kind, str, bool]]:
    """The other things that could be changed on the same rows."""
    return [
        (other, f"?{urlencode([*chosen.params, ('kind', other.key)])}", other is kind)
        for other in kinds.of_rows(kind.of.name)
    ]


def _list_address(kind: Kind, chosen: Chosen) -> str:
    address = reverse(kind.of.list_url)
    return f"{address}?{chosen.query}" if chosen.query else address


def _refuse(request: Request, kind: Kind, chosen: Chosen, said: str) -> HttpResponse:
    messages.error(request, said)
    return redirect(_list_address(kind, chosen))
