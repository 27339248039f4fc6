"""Telling people in time: promises, mails, and the proof of both."""

from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "reminders"
