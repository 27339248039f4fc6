"""Addresses of the history."""

from django.urls import path

from accounts.access import Access, access

from . import history_views as views

app_name = "history"
urlpatterns = [
    path("", access(Access.SIGNED_IN)(views.HistoryList.as_view()), name="list"),
]
