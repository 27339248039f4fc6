"""Parties in the administration. They stand here, since deadlines are reckoned in a party's time zone."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from accounts.choices import Via
from accounts.requests import person
from meetings.admin import NeverDeleted
from meetings.models import Party
from meetings.services import save_new_party

from .editing import save_theme
from .models import Theme
from .services import change_party


@admin.register(Party)
class PartyAdmin(NeverDeleted):
    list_display = ("name", "code", "kind", "joined", "left", "time_zone")
    list_filter = ("kind",)
    search_fields = ("name", "code")
    ordering = ("kind", "name", "pk")

    def save_model(self, request: HttpRequest, obj: Party, form: Any, change: bool) -> None:
        now = timezone.now()
        if change:
            values = {name: form.cleaned_data[name] for name in form.changed_data}
            stored = Party.objects.get(pk=obj.pk)
            change_party(party=stored, values=values, actor=person(request), now=now, via=Via.ADMIN)
        else:
            save_new_party(party=obj, actor=person(request), now=now, via=Via.ADMIN)


@admin.register(Theme)
class ThemeAdmin(NeverDeleted):
    list_display = ("name", "slug")
    search_fields = ("name",)
    ordering = ("name", "pk")
    prepopulated_fields = {"slug": ("name",)}

    def save_model(self, request: HttpRequest, obj: Theme, form: Any, change: bool) -> None:
        save_theme(theme=obj, actor=person(request), now=timezone.now(), via=Via.ADMIN)
