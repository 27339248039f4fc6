"""Telling people in time: promises, mails, and the proof of both."""

from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "reminders"

    def ready(self) -> None:
        from commitments.bulk import kinds
        from ui.panels import register

        from . import bulk, panels

        register("commitment.aside", panels.aside)
        register("meeting.acts", panels.meeting_acts)
        register("home.own_reminders", panels.own)
        register("home.health", panels.health)
        register("head", panels.unread)
        register("banner", panels.banner)
        register("line.officer", panels.send_now)
        kinds.register(bulk.PolicyOfCommitments(), bulk.BulkPolicyForm)
