"""The project's own commands and pages."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "sco_tracker"
