"""Focal points in the administration, saved through the services. Parties: commitments/admin.py."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from accounts.choices import Via
from accounts.requests import person

from .models import FocalPoint
from .services import appoint, end_term


class NeverDeleted(admin.ModelAdmin):
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(FocalPoint)
class FocalPointAdmin(NeverDeleted):
    """Terms are entered once; afterwards only their last day can be set."""

    list_display = ("party", "user", "is_deputy", "starts_on", "ends_on")
    list_filter = ("party", "is_deputy")
    list_select_related = ("party", "user")
    autocomplete_fields = ("user", "party")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("party", "user", "starts_on", "is_deputy") if obj else ()

    def save_model(self, request: HttpRequest, obj: FocalPoint, form: Any, change: bool) -> None:
        now = timezone.now()
        if change:
            term = FocalPoint.objects.get(pk=obj.pk)
            end_term(term=term, ends_on=obj.ends_on, actor=person(request), now=now, via=Via.ADMIN)
            return
        term = appoint(
            party=obj.party,
            user=obj.user,
            starts_on=obj.starts_on,
            ends_on=obj.ends_on,
            is_deputy=obj.is_deputy,
            actor=person(request),
            now=now,
            via=Via.ADMIN,
        )
        obj.pk = term.pk
