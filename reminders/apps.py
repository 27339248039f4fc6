"""Telling people in time: promises, mails, and the proof of both."""

from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "reminders"

    def ready(self) -> None:
        from accounts import forgetting, personal
        from commitments.bulk import kinds
        from ui.panels import register

        from . import bulk, leaving, panels

        register("commitment.aside", panels.aside)
        register("meeting.acts", panels.meeting_acts)
        register("home.own_reminders", panels.own)
        register("home.health", panels.health)
        register("head", panels.unread)
        register("banner", panels.banner)
        register("line.officer", panels.send_now)
        forgetting.register_held(leaving.held)
        forgetting.register_forget(leaving.forget)
        for model, rows in leaving.SHOWN.items():
            personal.show(model, rows)
        kinds.register(bulk.PolicyOfCommitments(), bulk.BulkPolicyForm)
