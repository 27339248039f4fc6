"""Addresses of the register."""

from django.urls import path

from accounts.access import Access, access

from . import views

app_name = "commitments"
urlpatterns = [
    path("", access(Access.SIGNED_IN)(views.CommitmentList.as_view()), name="list"),
    path("lines/", access(Access.SIGNED_IN)(views.LineList.as_view()), name="lines"),
    path("<str:reference>/", views.detail, name="detail"),
    path("<str:reference>/<str:party>/status/", views.change_status, name="status"),
    path("<str:reference>/<str:party>/deadline/", views.move_deadline, name="deadline"),
]
