"""Bringing a sheet back: upload, preview, confirmation, and what became of it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.limits import limited
from accounts.requests import Request
from commitments import ticks
from commitments.choices import SheetKind, SheetState
from commitments.models import SheetImport
from ui.saving import attempt

from . import services, templates
from .apply import Refused
from .book import Book
from .compare import TABLES, Comparison
from .forms import ConfirmForm, UploadForm
from .parse import TOO_LARGE
from .table import Problem

ROWS_SHOWN = 100
PROBLEMS_SHOWN = 200
RECENT = 10


@require_http_methods(["GET", "HEAD", "POST"])
@limited("upload")
@access(Access.OFFICER)
def upload(request: Request) -> HttpResponse:
    """Choose a sheet. What it would change is shown on the next page."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)

        def save(values: dict[str, Any]) -> str:
            made = services.keep(
                raw=values["file"].read(),
                name=values["file"].name or "",
                actor=request.user,
                now=request.now,
            )
            return made.get_absolute_url()

        if address := attempt(form, save):
            return redirect(address)
        # Larger than any file may be, so nothing of it was kept (files.LargestUpload).
        if getattr(request, "too_large", False):
            form.errors.pop("file", None)
            form.add_error("file", str(TOO_LARGE))
    book = Book(request.user, request.now)
    recent = SheetImport.objects.visible_to(request.user).without_cells().newest_first()
    context = {
        "form": form,
        "kinds": [(kind, kind.label, TABLES[kind].guide(book)) for kind in SheetKind],
        "recent": recent.select_related("actor")[:RECENT],
    }
    return render(request, "commitments/sheets/upload.html", context)


@require_safe
@access(Access.OFFICER)
def template(request: Request) -> HttpResponse:
    """An empty sheet with its heads and what each column takes: ?of=lines&as=xlsx."""
    kind = request.GET.get("of", "")
    table = TABLES[kind if kind in TABLES else SheetKind.LINES]
    name, content_type, content = templates.made(
        table, Book(request.user, request.now), as_xlsx=request.GET.get("as") == "xlsx"
    )
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Access.OFFICER)
def sheet(request: Request, pk: int) -> HttpResponse:
    """One sheet: what it would change, or what became of it. A post applies it or throws it away."""
    imported = get_object_or_404(
        SheetImport.objects.visible_to(request.user).select_related("actor"), pk=pk
    )
    if request.method == "POST" and request.POST.get("action") == "drop":
        services.drop(imported=imported)
        messages.success(request, _("Thrown away. Nothing was written."))
        return redirect("commitments:import")
    if request.method == "POST":
        return _confirm(request, imported)
    if imported.state == SheetState.PREVIEWED:
        return _preview(request, imported, _dry_run(request, imported))
    problems = [Problem(*told) for told in imported.problems]
    context = {"imported": imported, "problems": problems, "counts": imported.counts}
    return render(request, "commitments/sheets/done.html", context)


def _confirm(request: Request, imported: SheetImport) -> HttpResponse:
    form = ConfirmForm(request.POST)
    refused: list[Problem] = []

    def save(values: dict[str, Any]) -> str:
        made = services.confirm(
            imported=imported,
            seen=values["seen"],
            note=values["note"],
            actor=request.user,
            now=request.now,
        )
        return made.state

    try:
        state = attempt(form, save)
    except Refused as error:
        state, refused = None, error.problems
    if state is None:
        found = _dry_run(request, imported)
        found.problems = found.problems or refused
        return _preview(request, imported, found, form)
    if state == SheetState.CONFIRMED:
        ticks.ask_for("commitments.import")
    return redirect(imported)


def _dry_run(request: Request, imported: SheetImport) -> Comparison:
    return services.dry_run(imported, user=request.user, now=request.now)


def _preview(
    request: Request, imported: SheetImport, found: Comparison, form: ConfirmForm | None = None
) -> HttpResponse:
    if form:  # the person confirms what this page shows
        typed: Any = form.data
        form.data = typed.copy()
        form.data["seen"] = found.fingerprint  # type: ignore[index]
    pages = Paginator(found.changes, ROWS_SHOWN)
    context = {
        "imported": imported,
        "found": found,
        "counts": found.counts,
        "problems": found.problems[:PROBLEMS_SHOWN],
        "problems_left": max(0, len(found.problems) - PROBLEMS_SHOWN),
        "page": pages.get_page(request.GET.get("page")),
        "form": form or ConfirmForm(initial={"seen": found.fingerprint}),
        "apply_words": _apply_words(len(found.changes)),
        "waits": len(found.changes) > services.AT_ONCE,
    }
    status = 409 if getattr(form, "is_stale", False) else 200
    return render(request, "commitments/sheets/preview.html", context, status=status)


def _apply_words(rows: int) -> str:
    return ngettext("Apply %(n)s row", "Apply %(n)s rows", rows) % {"n": rows}
