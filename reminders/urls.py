"""Addresses of reminders. `/healthz/reminders` is among the project's."""

from django.urls import path

from accounts.access import Access, access

from . import engine_views, views

app_name = "reminders"
urlpatterns = [
    path("", access(Access.SIGNED_IN)(views.Mine.as_view()), name="mine"),
    path("ledger/", access(Access.OFFICER)(views.Ledger.as_view()), name="ledger"),
    path("health/", views.health_page, name="health"),
    path("brakes/", engine_views.brakes_page, name="brakes"),
    path("brakes/set/", engine_views.brake, name="brake"),
    path("addresses/", engine_views.addresses_page, name="addresses"),
    path("addresses/<int:pk>/lift/", engine_views.lift, name="lift"),
    path("bounce/", engine_views.bounce, name="bounce"),
    path("outbox/", access(Access.ADMINISTRATOR)(views.Outbox.as_view()), name="outbox"),
    path("outbox/<int:pk>/", views.mail, name="mail"),
    path("outbox/<int:pk>/body/", views.mail_body, name="mail-body"),
]
