"""The WSGI entrance of the web processes."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sco_tracker.settings")

application = get_wsgi_application()

from sco_tracker.checks import refuse_sample_accounts  # noqa: E402  apps have to be ready

refuse_sample_accounts()
