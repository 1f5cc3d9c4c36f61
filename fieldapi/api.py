"""The base of every endpoint: rows in scope, ids checked, versions, repeatable POSTs."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, ClassVar

from django.db import models, transaction
from django.http import HttpResponse
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from fieldapi import clock, idempotency
from fieldapi.errors import Refused
from fieldapi.ids import parse_id
from fieldapi.models import Versioned
from fieldapi.query import QuerySerializer, asked_for


class Endpoint(GenericViewSet):
    """A resource without rows of its own. `resource` names it in the access table."""

    resource: ClassVar[str]
    repeatable: ClassVar[bool] = True  # whether an Idempotency-Key counts; not where a call is so by itself
    # What `Allow` may tell; DRF's own list has OPTIONS, which is 405 here.
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    post: Callable[..., HttpResponse]  # set by as_view where the address takes POST
    ordering: ClassVar[tuple[str, ...]] = ("id",)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method != "POST" or request.user is None or not hasattr(self, "post"):
            return
        if self.repeatable and (key := request.headers.get("Idempotency-Key")):
            act = idempotency.Act(self.beforehand, self.post, self.handle_exception)
            self.post = partial(idempotency.once, key, act)
        else:
            self.beforehand(request)

    def beforehand(self, request: Request) -> None:
        """What a POST does before the act, outside its transaction: its traces stay when the act is refused."""

    @property
    def by(self) -> Any:
        """Who acts: the signed-in user."""
        return self.request.user

    @property
    def device(self) -> Any:
        """The device, with its session, through which `by` acts."""
        return self.request.auth

    @property
    def today(self) -> date:
        return clock.today()

    def body(self, serializer: type[Any], **kwargs: Any) -> dict[str, Any]:
        """The request's body, checked; refuses `bad_input` with a pointer per fault."""
        asked = serializer(data=self.request.data, context=self.get_serializer_context(), **kwargs)
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)


class Rows(Endpoint):
    """A resource of rows: every request sees only `rows.visible_to(user)`."""

    rows: ClassVar[Any]  # a manager or queryset with visible_to(user, today=…)
    id_is_uuid: ClassVar[bool] = True
    query: ClassVar[type[QuerySerializer]] = (
        QuerySerializer  # the parameters its list takes; the plain one: none
    )

    def get_queryset(self) -> models.QuerySet[Any]:
        return self.rows.visible_to(self.request.user, today=self.today)

    def get_object(self) -> Any:
        """The row the address names. Not there and not visible are the same 404."""
        pk = self.kwargs["pk"]
        row = self.get_queryset().filter(pk=parse_id(pk) if self.id_is_uuid else pk).first()
        if row is None:
            raise NotFound
        return row

    def filtered(self, rows: models.QuerySet[Any], asked: dict[str, Any]) -> models.QuerySet[Any]:
        """Narrow the list by the parameters of `query` that were given."""
        return rows

    def page(self, request: Request) -> Any:
        """The rows on the page of the list that was asked for."""
        return self.paginate_queryset(self.filtered(self.get_queryset(), asked_for(request, self.query)))

    def list(self, request: Request) -> Response:
        return self.get_paginated_response(self.get_serializer(self.page(request), many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.shown(self.get_object())

    def shown(self, row: Any, status: int = 200) -> Response:
        """One row with its ETag."""
        return Response(self.get_serializer(row).data, status=status, headers=etag(row))


def etag(row: Any) -> dict[str, str]:
    return {"ETag": f'"{row.version}"'} if isinstance(row, Versioned) else {}


def expected_version(request: Request) -> int:
    """The version If-Match names. Missing 428, unreadable 412 (it can match nothing)."""
    if (version := named_version(request)) is None:
        raise Refused("version_required")
    return version


def named_version(request: Request) -> int | None:
    """The version If-Match names, where there is one; `W/"3"` equals `"3"`. Unreadable 412."""
    named = request.headers.get("If-Match", "").strip()
    if not named:
        return None
    number = named.removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Refused("version_stale")
    return int(number)


@transaction.atomic
def change(row: Any, version: int, **values: Any) -> Any:
    """Write `values` to a row that is still at `version`, else 412. One more version; blind indexes kept true."""
    locked = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if locked.version != version:
        raise Refused("version_stale")
    for name, value in values.items():
        setattr(locked, name, value)
    locked.version += 1
    locked.changed_at = clock.now()
    locked.save()
    return locked
