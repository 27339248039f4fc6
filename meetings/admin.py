"""Focal points in the administration, saved through the services. Parties: commitments/admin.py."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.admin import SaidInWords
from accounts.choices import Via
from accounts.requests import person

from .models import FocalPoint
from .services import appoint, end_term


class NeverDeleted(SaidInWords):
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TermForm(forms.ModelForm):
    """The first day of a term that stands is not on the form, so the form cannot compare by itself."""

    def clean_ends_on(self) -> date | None:
        ends_on: date | None = self.cleaned_data["ends_on"]
        if self.instance.pk and ends_on and ends_on < self.instance.starts_on:
            raise ValidationError(_("A term ends on or after the day it starts."))
        return ends_on


@admin.register(FocalPoint)
class FocalPointAdmin(NeverDeleted):
    """Terms are entered once; afterwards only their last day can be set."""

    form = TermForm
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
