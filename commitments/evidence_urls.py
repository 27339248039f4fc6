"""Addresses of evidence."""

from django.urls import path

from . import evidence_views as views

app_name = "evidence"
urlpatterns = [
    path("<int:pk>/", views.download, name="file"),
    path("<int:pk>/remove/", views.remove, name="remove"),
    path("add-file/<int:pk>/", views.add_file, name="add-file"),
    path("add-link/<int:pk>/", views.add_link, name="add-link"),
]
