"""All addresses. Each view declares who may open it (accounts.access)."""

from django.urls import include, path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz/live", views.live, name="healthz-live"),
    path("healthz/ready", views.ready, name="healthz-ready"),
    path("accounts/", include("allauth.account.urls")),
]
