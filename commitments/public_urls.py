"""Addresses that open without an account, where the operator wants it."""

from django.urls import path

from . import public_views as views

app_name = "public"
urlpatterns = [
    path("", views.where_open(views.PublicList.as_view()), name="list"),
    path("<str:reference>/", views.where_open(views.detail), name="detail"),
]
