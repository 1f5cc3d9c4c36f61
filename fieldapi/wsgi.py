"""The web processes' way in. Whoever starts this without saying how means production."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("FIELDAPI_MODE", "production")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fieldapi.settings")

application = get_wsgi_application()
