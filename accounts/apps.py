"""People, sign-in and the log of who did what."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from ui import exports, panels

        from . import audit, saved_views_pages, triggers

        panels.register("list.views", saved_views_pages.links)
        panels.register("list.save", saved_views_pages.forms_of)

        exports.register(audit.record_export)
        post_migrate.connect(triggers.create, sender=self)
