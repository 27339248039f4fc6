"""The Celery application. Its messages carry no data: a tick only says "look into the database now"."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sco_tracker.settings")

app = Celery("sco_tracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
