"""People, sign-in and the log of who did what."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from ui import exports, panels

        from . import audit, auth, checks, saved_views_pages, second_factor, sessions, triggers

        panels.register("list.views", saved_views_pages.links)
        panels.register("list.save", saved_views_pages.forms_of)

        exports.register(audit.record_export)
        auth.ALONG["has_second_factor"] = second_factor.has_one()
        second_factor.listen()
        sessions.listen()
        register(checks.attempts_are_counted_together, Tags.security, deploy=True)
        register(checks.second_factor_is_required, Tags.security, deploy=True)
        post_migrate.connect(triggers.create, sender=self)
