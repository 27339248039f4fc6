"""The look of the pages. No models; knows nothing of what the pages are about."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "ui"
