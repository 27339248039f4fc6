"""Addresses of meetings and their reports."""

from django.urls import path

from accounts.access import Access, access

from . import views

app_name = "meetings"
urlpatterns = [
    path("", access(Access.SIGNED_IN)(views.MeetingList.as_view()), name="list"),
    path("<slug:slug>/", views.detail, name="detail"),
    path("<slug:slug>/report/", views.report, name="report"),
    path("<slug:slug>/report/original/", views.original, name="original"),
]
