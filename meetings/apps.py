"""Parties, their meetings and what the meetings published."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "meetings"
