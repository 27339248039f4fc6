"""Addresses of reminders. `/healthz/reminders` is among the project's."""

from django.urls import path

from accounts.access import Access, access

from . import (
    by_hand_views,
    calendar_views,
    engine_views,
    forecast_views,
    own_views,
    policy_views,
    views,
)

app_name = "reminders"
urlpatterns = [
    path("", access(Access.SIGNED_IN)(views.Mine.as_view()), name="mine"),
    path("news/", own_views.news_page, name="news"),
    path("wishes/", own_views.wishes_page, name="wishes"),
    path("wishes/away/", own_views.be_away, name="be-away"),
    path("wishes/away/<int:pk>/back/", own_views.come_back, name="come-back"),
    path("wishes/subscribe/", own_views.subscribe, name="subscribe"),
    path("wishes/lines/<int:pk>/quiet/", own_views.mute, name="mute"),
    path("wishes/lines/<int:pk>/again/", own_views.unmute, name="unmute"),
    path("calendar/", calendar_views.page, name="calendar"),
    path("calendar/make/", calendar_views.make, name="make-calendar"),
    path("calendar/end/", calendar_views.end, name="end-calendar"),
    path("lines/<int:pk>/now/", by_hand_views.send_now, name="send-now"),
    path("test-mail/", by_hand_views.test_mail, name="test-mail"),
    path("forecast/", forecast_views.page, name="forecast"),
    path("ledger/<int:pk>/", own_views.promise, name="promise"),
    path("ledger/", access(Access.OFFICER)(views.Ledger.as_view()), name="ledger"),
    path("policy/", policy_views.site, name="policy"),
    path("policy/<int:pk>/remove/", policy_views.remove, name="remove-policy"),
    path("policy/meeting/<slug:slug>/", policy_views.of_meeting, name="policy-of-meeting"),
    path(
        "policy/commitment/<str:reference>/",
        policy_views.of_commitment,
        name="policy-of-commitment",
    ),
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
