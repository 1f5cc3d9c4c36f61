"""`Idempotency-Key`: the act and the memory of its answer are one transaction, so a repeat acts once at most."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from fieldapi import clock, json
from fieldapi.bodies import JSONRenderer
from fieldapi.errors import Refused
from fieldapi.models import RememberedAnswer

KEPT = timedelta(days=30)
WAIT = "1s"  # how long a twin waits for the first before it is told `key_in_progress`


def once(
    key: str,
    handler: Callable[..., HttpResponse],
    on_fault: Callable[[Exception], HttpResponse],
    request: Request,
    *args: Any,
    **kwargs: Any,
) -> HttpResponse:
    """Run `handler` unless this user's key was used on this path before; then repeat the first answer.

    Refusals are remembered too; 429 and 5xx are not, and undo everything.
    """
    if len(key) > 200:
        raise Refused("bad_input", "Idempotency-Key")
    user: Any = request.user.pk
    asked = RememberedAnswer(
        user=user, path=request.path[:300], key=key, body_hash=_hash(request.data), at=clock.now()
    )
    with transaction.atomic():
        earlier = _claim(asked)
        if earlier is not None:
            return _repeated(earlier, asked)
        try:
            with transaction.atomic():
                response = handler(request, *args, **kwargs)
        except Exception as fault:  # noqa: BLE001  whatever DRF can answer is an answer to remember; the rest is raised again
            response = on_fault(fault)
        if response.status_code >= 500 or response.status_code == 429:
            transaction.set_rollback(True)
            return response
        asked.status = response.status_code
        headers, body = _written(response)
        asked.headers, asked.body = json.dumps(headers).decode(), body.decode()
        asked.save(update_fields=["status", "headers", "body"])
    return response


def _claim(asked: RememberedAnswer) -> RememberedAnswer | None:
    """Insert the key, or return the row that stands. Old keys make room."""
    same = RememberedAnswer.objects.filter(user=asked.user, path=asked.path, key=asked.key)
    same.filter(at__lt=asked.at - KEPT).delete()
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{WAIT}'")
            asked.save(force_insert=True)
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    except OperationalError as fault:
        raise Refused("key_in_progress", retry_after=1) from fault
    except IntegrityError:
        return same.get()
    return None


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


def _hash(body: Any) -> str:
    return sha256(
        json.dumps(body) if isinstance(body, dict | list | str | int | float | None) else b""
    ).hexdigest()
