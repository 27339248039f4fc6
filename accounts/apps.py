"""People, sign-in and the log of who did what."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from . import triggers

        post_migrate.connect(triggers.create, sender=self)
