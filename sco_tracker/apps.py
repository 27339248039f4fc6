"""The project's own commands and pages."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class ProjectConfig(AppConfig):
    name = "sco_tracker"

    def ready(self) -> None:
        from accounts.auth import ALONG

        from . import checks
        from .context import sample_data

        ALONG["sample_data"] = sample_data()
        register(checks.no_sample_accounts, Tags.database)
