"""Addresses of the workbench, under those of a meeting's report."""

from django.urls import path

from . import register_views, views

AT = "<slug:slug>/report/workbench/"

urlpatterns = [
    path(AT, views.bench, name="workbench"),
    path(f"{AT}changes/", views.changes, name="workbench-changes"),
    path(f"{AT}undo/", views.undo_last, name="workbench-undo"),
    path(f"{AT}confirm-all/", views.confirm_all, name="workbench-confirm-all"),
    path(f"{AT}register/", register_views.register, name="workbench-register"),
    path(f"{AT}passages/<int:number>/confirm/", views.confirm, name="workbench-confirm"),
    path(f"{AT}passages/<int:number>/mark/", views.mark, name="workbench-mark"),
    path(f"{AT}<int:pk>/accept/", views.accept, name="workbench-accept"),
    path(f"{AT}<int:pk>/dismiss/", views.dismiss, name="workbench-dismiss"),
    path(f"{AT}<int:pk>/reopen/", views.reopen, name="workbench-reopen"),
    path(f"{AT}<int:pk>/edit/", views.edit, name="workbench-edit"),
    path(f"{AT}<int:pk>/split/", views.split, name="workbench-split"),
    path(f"{AT}<int:pk>/merge/", views.merge, name="workbench-merge"),
]
