"""The web processes' way in. Whoever starts this without saying how means production."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from fieldapi.chunked import ChunkedBodies

os.environ.setdefault("FIELDAPI_MODE", "production")
os.environ.setdefault("FIELDAPI_STATEMENT_SECONDS", "60")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fieldapi.settings")

application = ChunkedBodies(get_wsgi_application(), most=settings.MAX_PHOTO_BYTES)
# Every view, before the web processes part from each other; else each of them loads its own at its first request.
import_module(settings.ROOT_URLCONF)
