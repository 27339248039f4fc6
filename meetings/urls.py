"""Addresses of meetings and their reports, of parties and of instruments.

What the register hangs on is edited in commitments, under the same names: commitments/meeting_urls.py.
"""

from django.urls import path

from accounts.access import Access, access

from . import instrument_views, party_views, people_views, views

of_meetings = [
    path("", access(Access.SIGNED_IN)(views.MeetingList.as_view()), name="list"),
    path("new/", views.new, name="new"),
    path("<slug:slug>/", views.detail, name="detail"),
    path("<slug:slug>/edit/", views.edit, name="edit"),
    path("<slug:slug>/report/", views.report, name="report"),
    path("<slug:slug>/report/original/", views.original, name="original"),
]
of_parties = [
    path("", access(Access.SIGNED_IN)(party_views.PartyList.as_view()), name="list"),
    path("new/", party_views.new, name="new"),
    path("<str:party>/", party_views.detail, name="detail"),
    path("<str:party>/terms/", party_views.add_term, name="add-term"),
    path("<str:party>/terms/<int:pk>/", party_views.end_term, name="end-term"),
    path("<str:party>/days/", party_views.add_day, name="add-day"),
    path("<str:party>/days/<int:pk>/remove/", party_views.remove_day, name="remove-day"),
]
of_people = [
    path("", access(Access.OFFICER)(people_views.PeopleList.as_view()), name="list"),
]
of_instruments = [
    path("", access(Access.SIGNED_IN)(instrument_views.InstrumentList.as_view()), name="list"),
    path("new/", instrument_views.new, name="new"),
    path("<slug:slug>/", instrument_views.detail, name="detail"),
]
