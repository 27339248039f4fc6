"""Addresses of reminders. `/healthz/reminders` is among the project's."""

from django.urls import path

from accounts.access import Access, access

from . import views

app_name = "reminders"
urlpatterns = [
    path("", access(Access.SIGNED_IN)(views.Mine.as_view()), name="mine"),
    path("ledger/", access(Access.OFFICER)(views.Ledger.as_view()), name="ledger"),
    path("health/", views.health_page, name="health"),
    path("outbox/", access(Access.ADMINISTRATOR)(views.Outbox.as_view()), name="outbox"),
    path("outbox/<int:pk>/", views.mail, name="mail"),
    path("outbox/<int:pk>/body/", views.mail_body, name="mail-body"),
]
