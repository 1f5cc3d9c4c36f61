"""The API document tells the truth: its examples are what it says they must be."""

from inspect import cleandoc
from typing import Any

import pytest
import yaml
from django.conf import settings
from jsonschema import Draft202012Validator
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from fieldapi.api import Endpoint, Rows
from fieldapi.codes import CODES
from visits.examples import VISIT

DOCUMENT = yaml.safe_load((settings.BASE_DIR / "docs" / "openapi.yaml").read_text(encoding="utf-8"))


def faults(schema: dict[str, Any], value: Any) -> list[str]:
    whole = {**schema, "components": DOCUMENT["components"]}
    return [f"{fault.json_path}: {fault.message}" for fault in Draft202012Validator(whole).iter_errors(value)]


def examples() -> list[Any]:
    """Every example with the schema it stands under."""
    found = []
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for place, body in bodies.items():
                for medium in body.get("content", {}).values():
                    for name, example in medium.get("examples", {}).items():
                        case = f"{method} {path} {place} {name}"
                        found.append(pytest.param(medium["schema"], example["value"], id=case))
    return found


@pytest.mark.parametrize(("schema", "value"), examples())
def test_an_example_is_what_the_document_says_it_must_be(schema: dict[str, Any], value: Any):
    assert faults(schema, value) == []


def test_a_wrong_example_would_be_found():
    schema = {"$ref": "#/components/schemas/VisitShown"}

    assert faults(schema, VISIT) == []
    assert faults(schema, {**VISIT, "kind": "stroll"}) != []
    assert faults(schema, {**VISIT, "opinions": [{}]}) != []


def test_every_operation_has_a_summary():
    api = [(path, op) for path, ops in DOCUMENT["paths"].items() for op in ops.values() if "/api/" in path]

    assert [path for path, operation in api if not operation.get("summary")] == []


def test_every_operation_has_a_description_of_its_own():
    """Not the words of a base class, which are for us."""
    told: dict[str, list[str]] = {}
    for ops in DOCUMENT["paths"].values():
        for operation in ops.values():
            words = operation.get("description", "").split("Who may:")[0].strip()
            told.setdefault(words, []).append(operation["operationId"])

    ours = [cleandoc(base.__doc__ or "") for base in (Endpoint, Rows, APIView, GenericViewSet)]
    assert {words: names for words, names in told.items() if not words or words in ours} == {}


def test_every_code_of_a_problem_is_listed():
    schemas = DOCUMENT["components"]["schemas"]

    assert schemas["Problem"]["properties"]["code"] == {"$ref": "#/components/schemas/ProblemCodeEnum"}
    assert schemas["ProblemCodeEnum"]["enum"] == sorted(CODES)
