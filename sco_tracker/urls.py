"""All addresses. Each view declares who may open it (accounts.access)."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.decorators.cache import never_cache

from accounts.access import Access, access
from accounts.entrances import too_many
from accounts.views import set_language
from commitments import dossier_views
from commitments import meeting_urls as changes
from commitments.grid_views import GridPage
from meetings import urls as meetings
from reminders import calendar_views as calendar
from reminders import link_views as links
from reminders.views import health, metrics

from . import shortcuts, statistics, views

# Whoever was sent away for asking too often sees this (allauth looks for the name).
handler429 = too_many
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler500 = "sco_tracker.errors.server_error"
urlpatterns = [
    path("", views.home, name="home"),
    path("shortcuts/", shortcuts.page, name="shortcuts"),
    path("setup/example/", views.load_example, name="load-example"),
    path("setup/<str:token>/", views.first_administrator, name="first-administrator"),
    path("statistics/", statistics.page, name="statistics"),
    path("commitments/", include("commitments.urls")),
    path("public/", include("commitments.public_urls")),
    path("dossier/", dossier_views.of_the_next_meeting, name="next-dossier"),
    path("grid/", access(Access.SIGNED_IN)(GridPage.as_view()), name="grid"),
    path("evidence/", include("commitments.evidence_urls")),
    path("history/", include("commitments.history_urls")),
    # Two apps have pages here: those that change the register as well come from commitments.
    path("meetings/", include(([*meetings.of_meetings, *changes.of_meetings], "meetings"))),
    path("parties/", include(([*meetings.of_parties, *changes.of_parties], "parties"))),
    path(
        "instruments/",
        include(([*meetings.of_instruments, *changes.of_instruments], "instruments")),
    ),
    path("people/", include((meetings.of_people, "people"))),
    path("reminders/", include("reminders.urls")),
    # In mails: the letter says what a link is for (reminders/links.py).
    path("r/o<str:token>", links.open_line, name="link-open"),
    path("r/s<str:token>", links.snooze, name="link-snooze"),
    path("r/a<str:token>", links.answer, name="link-answer"),
    path("r/u<str:token>", links.unsubscribe, name="link-unsubscribe"),
    path("calendar/<str:token>.ics", calendar.file, name="calendar"),
    path("accounts/", include("accounts.urls")),
    path("accounts/language/", set_language, name="set_language"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    # Where the change leads whoever has no password yet.
    path("accounts/password/set/", account.password_set, name="account_set_password"),
    path("accounts/password/reset/", account.password_reset, name="account_reset_password"),
    path(
        "accounts/password/reset/done/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("accounts/second-factor/", factor.index, name="mfa_index"),
    path("accounts/second-factor/code/", factor.authenticate, name="mfa_authenticate"),
    path("accounts/second-factor/confirm/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/second-factor/set/", never_cache(totp.activate_totp), name="mfa_activate_totp"),
    path("accounts/second-factor/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path(
        "accounts/second-factor/codes/",
        never_cache(codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "accounts/second-factor/codes/new/",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "accounts/second-factor/codes/file/",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("healthz/live", views.live, name="healthz-live"),
    path("healthz/ready", views.ready, name="healthz-ready"),
    path("healthz/reminders", health, name="healthz-reminders"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
]
