"""Addresses under meetings, parties and instruments whose pages change the register as well.

The project puts them beside those of the app meetings, in the same namespaces.
"""

from django.urls import path

from . import dossier_views, intake_views, meeting_views
from .workbench.urls import urlpatterns as workbench

of_meetings = [
    path("<slug:slug>/move/", meeting_views.move_meeting, name="move"),
    path("<slug:slug>/dossier/", dossier_views.dossier, name="dossier"),
    path("<slug:slug>/report/new/", intake_views.new, name="new-report"),
    path("<slug:slug>/report/reading/", intake_views.reading, name="reading"),
    *workbench,
]
of_parties = [
    path("<str:party>/edit/", meeting_views.edit_party, name="edit"),
    path("<str:party>/hand-over/", meeting_views.hand_over_party, name="hand-over"),
]
of_instruments = [
    path("<slug:slug>/edit/", meeting_views.edit_instrument, name="edit"),
]
