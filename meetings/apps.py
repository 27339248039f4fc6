"""Parties, their meetings and what the meetings published."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "meetings"

    def ready(self) -> None:
        from accounts import forgetting, personal

        from . import leaving
        from .models import FocalPoint

        forgetting.register_held(leaving.held)
        personal.show(FocalPoint, leaving.own_terms)
