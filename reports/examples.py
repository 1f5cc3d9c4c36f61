"""The summaries' shapes and examples in the API document, from the catalogue of figures."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

from reports.figures import FIGURES, Figure
from reports.summaries import INCLUDES, placed

NUMBER_OR_NONE = {"type": ["number", "null"]}
TEXT_OR_NONE = {"type": ["string", "null"]}


def _object(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties, **more}


def _shape(figure: Figure) -> dict[str, Any]:
    described = {"description": figure.meaning}
    if figure.by == "category":
        told = {"category": TEXT_OR_NONE, "name": {"type": "string"}, "count": {"type": "integer"}}
        return {"type": "array", "items": _object(told), **described}
    if figure.by:
        return {"type": "object", "additionalProperties": {"type": "integer"}, **described}
    return {**(NUMBER_OR_NONE if figure.may_be_none else {"type": "integer"}), **described}


def _sections() -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for figure in FIGURES:
        *above, last = figure.name.split(".")
        place = properties
        for name in above:
            place = place.setdefault(name, _object({}))["properties"]
        place[last] = _shape(figure)
    return {name: _required(section) for name, section in properties.items()}


def _required(section: dict[str, Any]) -> dict[str, Any]:
    properties = {
        name: _required(inner) if "properties" in inner else inner
        for name, inner in section["properties"].items()
    }
    return _object(properties)


NAMED = {"code": {"type": "string"}, "name": {"type": "string"}}
DATED = {
    "month": {"type": "string", "description": "Absent where days were asked for."},
    "from": {"type": "string", "format": "date"},
    "to": {"type": "string", "format": "date"},
    "state": {"type": "string", "enum": ["open", "closed"]},
}
SECTIONS = _sections()
SUMMARY_SCHEMA = {
    "type": "object",
    "required": ["unit", "state", *SECTIONS, *INCLUDES],
    "properties": {
        "unit": _object(NAMED),
        **DATED,
        **SECTIONS,
        "previous": {"type": "object", "properties": {**DATED, **SECTIONS}},
        "year_to_date": {"type": "object", "properties": {**DATED, **SECTIONS}},
        "by_unit": {
            "type": "array",
            "items": _object({"unit": _object(NAMED), "own": {"type": "boolean"}, **SECTIONS}),
        },
        "by_cadre": {
            "type": "array",
            "items": _object(
                {
                    "cadre": _object(
                        {
                            "id": {"type": "string", "format": "uuid"},
                            "full_name": {"type": "string"},
                            "unit": {"type": "string"},
                        }
                    ),
                    **SECTIONS,
                }
            ),
        },
    },
}
RECORD = {
    "table": {"type": "string", "description": "The collection it is looked at in."},
    "id": {"type": "string"},
    "label": {"type": "string"},
    "link": {"type": "string"},
    "unit": TEXT_OR_NONE,
    "day": {"type": ["string", "null"], "format": "date"},
    "household": TEXT_OR_NONE,
    "cadre": TEXT_OR_NONE,
    "kind": TEXT_OR_NONE,
    "category": TEXT_OR_NONE,
    "value": {"type": ["integer", "null"], "description": "What a sum, mean or rate is worked out from."},
    "records": {"type": "integer", "description": "How many records name it; 1 for a record itself."},
}
RECORDS_SCHEMA = _object(
    {
        "next": {"type": ["string", "null"], "format": "uri"},
        "previous": {"type": ["string", "null"], "format": "uri"},
        "results": {"type": "array", "items": _object(RECORD)},
    }
)
EMPTY = {
    "unit": {"code": "530626", "name": "绥江县"},
    "month": "2026-10",
    "state": "open",
    **placed({}, {}),
    "previous": {},
    "year_to_date": {},
    "by_unit": [],
    "by_cadre": [],
}
SUMMARY = OpenApiExample("A month without work", value=EMPTY, response_only=True)
RECORDS = OpenApiExample(
    "People met",
    value={
        "next": None,
        "previous": None,
        "results": [
            {
                "table": "visits",
                "id": "01926b3c-0000-7000-8000-000000000042",
                "label": "户主",
                "link": "/api/v1/visits/01926b3c-0000-7000-8000-000000000042/",
                "unit": "530626101201",
                "day": "2026-10-09",
                "household": "01926b3c-0000-7000-8000-000000000011",
                "cadre": "01926b3c-0000-7000-8000-000000000002",
                "kind": "home",
                "category": None,
                "value": 2,
                "records": 1,
            }
        ],
    },
    response_only=True,
)
