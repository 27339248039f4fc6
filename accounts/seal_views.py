"""The last seal of the log, for keeping it where nobody who owns this database can reach."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from . import seals
from .access import Access, access
from .choices import Via
from .limits import limited
from .requests import Request


@require_GET
@access(Access.ADMINISTRATOR)
@limited("export")
def last_seal(request: Request) -> HttpResponse:
    """Download the last seal (ASVS 5.0, 16.4.3). `verify_history --against` compares with it later."""
    row = seals.last_seal()
    if row is None:
        messages.info(request, _("There is no seal yet: the first one is set within ten minutes."))
        return redirect("home")
    kept = seals.take_away(row=row, actor=request.user, now=request.now, via=Via.PAGE)
    headers = {
        "Content-Disposition": f'attachment; filename="seal-{row.pk}.json"',
        "Cache-Control": "private, no-store",
    }
    return JsonResponse(kept, headers=headers)
