"""Where uploaded files live: FIELDAPI_STORAGE_URL as a Django storage."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def storage(url: str) -> dict[str, Any]:
    """The entry in Django's STORAGES for `file:///path` or `s3://key:secret@host:port/bucket?region=…&secure=yes`."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": unquote(parts.path)},
        }
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    protocol = "https" if asked.get("secure", "no") == "yes" else "http"
    return {
        "BACKEND": "fieldapi.s3.S3Files",
        "OPTIONS": {
            "access_key": unquote(parts.username or ""),
            "secret_key": unquote(parts.password or ""),
            "bucket_name": parts.path.strip("/"),
            "endpoint_url": f"{protocol}://{parts.netloc.rpartition('@')[2]}",
            "region_name": asked.get("region", "us-east-1"),
        },
    }
