"""Addresses of the register."""

from django.urls import path

from accounts.access import Access, access

from . import edit_views, line_views, views
from .bulk import views as bulk
from .corrections import views as corrections
from .sheets import views as sheets

app_name = "commitments"
urlpatterns = [
    path("", access(Access.SIGNED_IN)(views.CommitmentList.as_view()), name="list"),
    path("lines/", access(Access.SIGNED_IN)(views.LineList.as_view()), name="lines"),
    path("reports/", access(Access.SIGNED_IN)(views.ReportList.as_view()), name="reports"),
    path("new/", edit_views.new, name="new"),
    path("bulk/", access(Access.OFFICER)(bulk.BulkList.as_view()), name="bulk-list"),
    path("bulk/lines/", bulk.choose, {"of": "lines"}, name="bulk-lines"),
    path("bulk/commitments/", bulk.choose, {"of": "commitments"}, name="bulk-commitments"),
    path("bulk/<int:pk>/", bulk.page, name="bulk"),
    path("bulk/<int:pk>/confirm/", bulk.confirm, name="bulk-confirm"),
    path("bulk/<int:pk>/undo/", bulk.undo, name="bulk-undo"),
    path("import/", sheets.upload, name="import"),
    path("import/template/", sheets.template, name="import-template"),
    path("import/<int:pk>/", sheets.sheet, name="import-sheet"),
    path("<str:reference>/", views.detail, name="detail"),
    path("<str:reference>/edit/", edit_views.edit, name="edit"),
    path("<str:reference>/life/", edit_views.change_life, name="life"),
    path("<str:reference>/link/", edit_views.link, name="link"),
    path("<str:reference>/add-line/", edit_views.add_line, name="add-line"),
    path("<str:reference>/deadline/", edit_views.move_deadline, name="deadline-of-all"),
    path("<str:reference>/recheck/<int:pk>/", corrections.recheck, name="recheck"),
    path("<str:reference>/<str:party>/", line_views.line, name="line"),
    path("<str:reference>/<str:party>/status/", line_views.change_status, name="status"),
    path("<str:reference>/<str:party>/reopen/", line_views.reopen, name="reopen"),
    path("<str:reference>/<str:party>/deadline/", line_views.move_deadline, name="deadline"),
    path("<str:reference>/<str:party>/edit/", line_views.edit_line, name="edit-line"),
    path("<str:reference>/<str:party>/report/", line_views.report, name="report"),
    path("<str:reference>/<str:party>/report/<int:pk>/", line_views.decide, name="decide"),
    path("<str:reference>/<str:party>/extension/", line_views.ask_extension, name="ask-extension"),
    path(
        "<str:reference>/<str:party>/extension/<int:pk>/",
        line_views.answer_extension,
        name="answer-extension",
    ),
]
