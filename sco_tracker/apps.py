"""The project's own commands and pages."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "sco_tracker"

    def ready(self) -> None:
        from accounts.auth import ALONG

        from . import checks  # noqa: F401  enters its checks
        from .context import sample_data

        ALONG["sample_data"] = sample_data()
