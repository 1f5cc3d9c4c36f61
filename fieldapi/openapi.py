"""The OpenAPI document: what every operation shares is added here once."""

from typing import Any
from uuid import UUID

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter

from fieldapi.access import BY_SECRET, PUBLIC, TABLE
from fieldapi.codes import CODES
from fieldapi.fields import StrictSerializer
from fieldapi.query import QuerySerializer

PROBLEM = {
    "type": "object",
    "description": "What went wrong, after RFC 9457. `code` is stable (`/docs/problems/` tells each one's meaning); "
    "the words follow Accept-Language.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "enum": sorted(CODES)},
        "quarantine": {
            "type": "string",
            "format": "uuid",
            "description": "where what a phone sent is kept whole",
        },
        "limit": {"type": "integer", "description": "what was passed, of a 413"},
        "offset": {"type": "integer", "description": "where an upload goes on, of `offset_mismatch`"},
        "state": {"type": "string", "description": "the present state, of `wrong_state`"},
        "allowed": {"type": "array", "items": {"type": "string"}, "description": "the verbs allowed now"},
        "missing": {"type": "array", "items": {"type": "string"}, "description": "of `five_fixings_missing`"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON pointer into the body, or `?name` of a query parameter",
                    },
                    "code": {
                        "type": "string",
                        "description": "a problem's code, or one of those that stand in `errors` only: "
                        "`/docs/problems/` lists both",
                    },
                    "detail": {"type": "string"},
                },
            },
        },
    },
    "example": {
        "type": "/docs/problems/#bad_input",
        "title": "提交的内容有误",
        "status": 400,
        "detail": "提交的内容有误",
        "code": "bad_input",
        "errors": [{"pointer": "/unit", "code": "unit_unknown", "detail": "查无此区划"}],
    },
}
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description='The row\'s `version`, as in its ETag: `"3"`.',
)
IF_MATCH_OR_NOT = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description='May name the row\'s `version`, as in its ETag: `"3"`. Then 412 where it has changed since.',
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Makes the call repeatable for 30 days: the first answer is given again. At most 200 characters.",
)


class Schema(AutoSchema):
    """Adds to every operation its roles, its problems and its headers; to lists their query parameters."""

    @property
    def asked(self) -> str:
        """This operation's name in the access table."""
        view: Any = self.view
        return f"{view.resource}.{view.action}"

    def get_operation_id(self) -> str:
        return self.asked.replace(".", "_").replace("-", "_")

    def get_summary(self) -> str | None:
        resource, action = self.asked.split(".")
        return super().get_summary() or {"list": f"List {resource}", "retrieve": f"One of {resource}"}.get(
            action
        )

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular overrides DRF's in the same way
        return f"{super().get_description()}\n\nWho may: {_who_may(self.asked)}.".strip()

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        if self.method == "PATCH" and getattr(self.view, "versioned", True):
            parameters.append(IF_MATCH)
        if self.method == "POST" and self.asked not in PUBLIC and getattr(self.view, "repeatable", False):
            parameters.append(IDEMPOTENCY_KEY)
        if "{id}" in self.path:
            kind = UUID if getattr(self.view, "id_is_uuid", True) else str
            parameters.append(OpenApiParameter("id", kind, OpenApiParameter.PATH))
        if "{row_id}" in self.path:
            parameters.append(OpenApiParameter("row_id", UUID, OpenApiParameter.PATH))
        query = getattr(self.view, "query", QuerySerializer)
        if self._is_list_view() and query().fields:
            parameters.append(query)
        return parameters

    def _get_parameters(self) -> list[dict[str, Any]]:
        """An empty query parameter counts as not given (`asked_for`)."""
        parameters: list[dict[str, Any]] = super()._get_parameters()
        for parameter in parameters:
            if parameter["in"] == "query":
                parameter["allowEmptyValue"] = True
        return parameters

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        problem = ResolvedComponent("Problem", ResolvedComponent.SCHEMA, PROBLEM, "Problem")
        self.registry.register_on_missing(problem)
        content = {"application/problem+json": {"schema": problem.ref}}
        refusal = {"description": "A refusal or a fault", "content": content}
        return {**super()._get_response_bodies(direction), "default": refusal}

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        if isinstance(serializer, StrictSerializer) and direction == "request":
            schema["additionalProperties"] = False
        if type(serializer).__doc__ is None:
            schema.pop("description", None)  # a base class's words are for us
        if getattr(serializer, "may_be_empty", False):
            schema.pop("required", None)
        if getattr(serializer, "null_is_absent", False) and direction == "request":
            optional = schema.get("properties", {}).keys() - set(schema.get("required", ()))
            schema["properties"] |= {name: _or_null(schema["properties"][name]) for name in optional}
        return schema


def tell_of_all_methods(endpoints: list[Any]) -> list[Any]:
    """drf-spectacular leaves out OPTIONS, and HEAD, which mostly is a GET without a body: told where they are meant."""
    by_address = {(path, regex): callback for path, regex, _, callback in endpoints}
    more = []
    for (path, regex), callback in by_address.items():
        actions = getattr(callback, "actions", {})
        if "options" in actions:
            more.append((path, regex, "OPTIONS", callback))
        if "head" in actions and "get" not in actions:
            more.append((path, regex, "HEAD", callback))
    return endpoints + more


def _who_may(asked: str) -> str:
    if asked in PUBLIC:
        return "anybody"
    if asked in BY_SECRET:
        return "whoever has the secret in the address; no token is needed or looked at"
    return ", ".join(sorted(TABLE.get(asked, ())))


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    kind = schema.get("type")
    return (
        {**schema, "type": [kind, "null"]} if isinstance(kind, str) else {"oneOf": [schema, {"type": "null"}]}
    )
