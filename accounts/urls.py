"""Addresses of a person's own pages. Signing in stands in the project's urls.py, with allauth's names."""

from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
]
