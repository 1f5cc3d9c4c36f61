"""The web processes' way in. Whoever starts this without saying how means production."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from fieldapi.chunked import ChunkedBodies

os.environ.setdefault("FIELDAPI_MODE", "production")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fieldapi.settings")

application = ChunkedBodies(get_wsgi_application(), most=settings.MAX_PHOTO_BYTES)
