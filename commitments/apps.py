"""What was promised, who owes it, by when, and how far it is."""

from django.apps import AppConfig


class CommitmentsConfig(AppConfig):
    name = "commitments"
