"""Addresses of a person's own pages. Signing in stands in the project's urls.py, with allauth's names."""

from django.urls import path

from . import personal_views, saved_views_pages, seal_views, session_views, views

app_name = "accounts"
urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
    path("sessions/", session_views.page, name="sessions"),
    path("data/", personal_views.own_data, name="own-data"),
    path("people/<int:pk>/", personal_views.person, name="person"),
    path("people/<int:pk>/data/", personal_views.data_of, name="data-of"),
    path("last-seal/", seal_views.last_seal, name="last-seal"),
    path("views/", saved_views_pages.save, name="save-view"),
    path("views/<int:pk>/delete/", saved_views_pages.delete, name="delete-view"),
]
