"""`Idempotency-Key`: the act and the memory of its answer are one transaction, so a repeat acts once at most."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from rest_framework.request import Request
from rest_framework.response import Response

from fieldapi import clock, json
from fieldapi.bodies import JSONRenderer
from fieldapi.errors import Refused
from fieldapi.models import RememberedAnswer

KEPT = timedelta(days=30)
LONGEST_KEY = 200
WAIT = "1s"  # how long a twin waits for the first before it is told `key_in_progress`
LOCK_NOT_AVAILABLE = "55P03"
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Act:
    """What a POST does. What `beforehand` did stays even if `handler` is undone; `on_fault` answers what it raises."""

    beforehand: Callable[[Request], None]
    handler: Callable[..., HttpResponse]
    on_fault: Callable[[Exception], HttpResponse]


def once(key: str, act: Act, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
    """Run `act` unless this user's key was used on this path before; then repeat the first answer.

    Refusals are remembered too; 408, 429 and 5xx are not, and undo everything. What `beforehand` refuses is not.
    """
    if len(key) > LONGEST_KEY:
        raise Refused("bad_input", "Idempotency-Key")
    user: Any = request.user.pk
    asked = RememberedAnswer(
        user=user, path=request.path[:300], key=key, body_hash=_digest(request), at=clock.now()
    )
    if earlier := _same(asked).filter(at__gte=asked.at - KEPT).first():
        return _repeated(earlier, asked)
    act.beforehand(request)
    with transaction.atomic():
        earlier = _claim(asked)
        if earlier is not None:
            return _repeated(earlier, asked)
        try:
            with transaction.atomic():
                response = act.handler(request, *args, **kwargs)
        except Exception as fault:  # noqa: BLE001  whatever DRF can answer is an answer to remember; the rest is raised again
            response = act.on_fault(fault)
        if response.status_code >= 500 or response.status_code in (408, 429):
            transaction.set_rollback(True)
            return response
        asked.status = response.status_code
        headers, body = _written(response)
        asked.headers, asked.body = json.dumps(headers).decode(), body.decode()
        asked.save(update_fields=["status", "headers", "body"])
    return response


def _same(asked: RememberedAnswer) -> QuerySet[RememberedAnswer]:
    return RememberedAnswer.objects.filter(user=asked.user, path=asked.path, key=asked.key)


def _claim(asked: RememberedAnswer) -> RememberedAnswer | None:
    """Insert the key, or return the row that stands. Old keys make room."""
    same = _same(asked)
    same.filter(at__lt=asked.at - KEPT).delete()
    try:
        with transaction.atomic():
            _wait_at_most(f"'{WAIT}'")
            asked.save(force_insert=True)
            _wait_at_most("DEFAULT")
    except OperationalError as fault:
        if getattr(fault.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
            raise
        raise Refused("key_in_progress", retry_after=1) from fault
    except IntegrityError:
        return same.get()
    return None


def _wait_at_most(time: str) -> None:
    """How long to wait for a lock, in this transaction. SQLite has one writer, who is waited for anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {time}")


def _written(response: HttpResponse) -> tuple[dict[str, str], bytes]:
    """Headers and body: of an endpoint's answer as JSON will write it, of a problem as it is written already."""
    headers = dict(response.headers)
    if not isinstance(response, Response):
        return headers, response.content
    headers["Content-Type"] = response.content_type or JSONRenderer.media_type
    return headers, JSONRenderer().render(response.data)


def _repeated(earlier: RememberedAnswer, asked: RememberedAnswer) -> HttpResponse:
    if earlier.body_hash != asked.body_hash:
        raise Refused("key_reused")
    return HttpResponse(earlier.body.encode(), status=earlier.status, headers=json.loads(earlier.headers))


def _digest(request: Request) -> str:
    """Tells bodies apart: HMAC-SHA256 over JSON as parsed, over a form's fields and the bytes of its files.

    In which order JSON names its members is no difference.
    """
    digest = hmac.new(settings.SECRET_KEY.encode(), digestmod=sha256)
    body: Any = request.data
    if isinstance(body, QueryDict):
        for name, values in body.lists():
            for value in values:
                digest.update(json.dumps([name, value.name if isinstance(value, UploadedFile) else value]))
                if isinstance(value, UploadedFile):
                    for chunk in value.chunks(CHUNK):
                        digest.update(chunk)
                    value.seek(0)
    else:
        digest.update(json.sorted_dumps(body))
    return digest.hexdigest()
