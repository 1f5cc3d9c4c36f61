"""What may be wrong with a body, worked out from the schema the API document gives it."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import yaml
from django.conf import settings

DOCUMENT = yaml.safe_load((settings.BASE_DIR / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
MISSING = object()
OF_ANOTHER_TYPE = {
    "string": (5, True, ["x"], {"x": 1}),
    "integer": ("1", True, 1.5, [1], {"x": 1}),
    "number": ("1.5", True, [1], {"x": 1}),
    "boolean": ("true", 1, [True]),
    "array": ("x", 5, {"x": 1}),
    "object": ("x", 5, [1]),
}
IMPOSSIBLE = {
    "date": ("2026-02-30", "2026-13-01", "9999-12-31", "yesterday"),
    "date-time": (
        "2026-02-30T09:00:00+08:00",
        "0001-01-01T00:00:00Z",
        "2026-11-03T25:00:00+08:00",
        "2026-11-03",
    ),
    "uuid": ("x", "ABCDEF00-0000-4000-8000-000000000000", "0199d2a0-0000-7000-8000-00000000000"),
}
FREE = "👍🏽𠮷\u2028"


class Fault(NamedTuple):
    """`value` at the place of `path` in a good body is wrong, and the answer must point there."""

    path: tuple[str | int, ...]
    value: Any

    @property
    def pointer(self) -> str:
        return "".join(f"/{part}" for part in self.path)

    def put_into(self, body: Any) -> Any:
        """A copy of `body` with the fault, and with whatever must stand around it."""
        whole = deepcopy(body)
        place = whole
        for part in self.path[:-1]:
            place = place[part]
        if self.value is MISSING:
            place.pop(self.path[-1], None)
        else:
            place[self.path[-1]] = self.value
        return whole


def writing() -> dict[str, dict[str, Any]]:
    """By operationId the schema of its JSON body."""
    found = {}
    for operations in DOCUMENT["paths"].values():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                found[operation["operationId"]] = content["application/json"]["schema"]
    return found


def plain(schema: dict[str, Any], body: Any = None) -> dict[str, Any]:
    """Without references and the choice of null; of alternatives the one `body` is made after."""
    if "$ref" in schema:
        return plain(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]], body)
    for word in ("allOf", "oneOf", "anyOf"):
        if word in schema:
            choices = [plain(choice) for choice in schema[word] if choice != {"type": "null"}]
            return next((one for one in choices if fits(one, body)), choices[0])
    if isinstance(schema.get("type"), list):
        return {**schema, "type": next(name for name in schema["type"] if name != "null")}
    return schema


def fits(schema: dict[str, Any], body: Any) -> bool:
    return isinstance(body, dict) and set(schema.get("required", ())) <= body.keys()


def faults(schema: dict[str, Any], body: dict[str, Any], path: tuple[str | int, ...] = ()) -> Iterator[Fault]:
    """Everything that can be wrong with one field of `body`, which is good."""
    schema = plain(schema, body)
    for name, column in schema["properties"].items():
        if name == "device":
            continue  # what a phone says of itself beside a row never refuses the row
        here = (*path, name)
        if name in schema.get("required", ()):
            yield Fault(here, MISSING)
        yield from (Fault(here, value) for value in wrong(plain(column)))


def wrong(schema: dict[str, Any]) -> Iterator[Any]:
    """Values that one field cannot take."""
    kind = schema.get("type", "object")
    yield from OF_ANOTHER_TYPE[kind]
    if kind == "string":
        yield from wrong_text(schema)
    if "maximum" in schema:
        yield schema["maximum"] + 1
    if "minimum" in schema:
        yield schema["minimum"] - 1
    if kind in ("integer", "number"):
        yield from (1e300, -1e300, 10**30)


def wrong_text(schema: dict[str, Any]) -> Iterator[str]:
    yield "a\0b"
    yield from IMPOSSIBLE.get(schema.get("format", ""), ())
    if "enum" in schema or "pattern" in schema:
        yield "no such"
    if "maxLength" in schema:
        yield "长" * (schema["maxLength"] + 1)
    else:
        yield "x" * 100_000


def inner(schema: dict[str, Any], body: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """(schema, path, good value) of the objects and lists inside, made as small as the document allows."""
    for name, stated in plain(schema, body)["properties"].items():
        column = plain(stated)
        if column.get("properties") and name != "device":
            yield column, ((name,), smallest(column))
        items = plain(column.get("items", {}))
        if items.get("properties"):
            yield items, ((name, 0), smallest(items))


def smallest(schema: dict[str, Any]) -> Any:
    """A good value of the schema with what is required, and no more."""
    schema = plain(schema)
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        return {name: smallest(schema["properties"][name]) for name in schema.get("required", ())}
    texts = {"uuid": "0199d2a0-0000-7000-8000-000000000001", "date": "2026-11-03"}
    texts["date-time"] = "2026-11-03T09:00:00+08:00"
    usual = {"string": "x", "integer": 1, "number": 1.5, "boolean": True, "array": [], "object": {}}
    if "0-9a-f" in schema.get("pattern", ""):
        return "a" * 64
    return texts.get(schema.get("format", ""), usual[schema.get("type", "object")])


def texts(schema: dict[str, Any], body: dict[str, Any]) -> list[str]:
    """The fields that take any text."""
    columns = {name: plain(column) for name, column in plain(schema, body)["properties"].items()}
    return [
        name
        for name, column in columns.items()
        if column.get("type") == "string" and not {"format", "pattern", "enum"} & column.keys()
    ]
