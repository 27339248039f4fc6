"""The WSGI entrance of the web processes."""

import os

from django.core.wsgi import get_wsgi_application

from .checks import refuse_sample_accounts

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sco_tracker.settings")

application = get_wsgi_application()
refuse_sample_accounts()
