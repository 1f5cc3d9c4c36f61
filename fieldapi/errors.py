"""Refusals, and every fault as RFC 9457 problem+json with a stable code and a pointer."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, UnreadablePostError
from django.utils.translation import get_language
from rest_framework import exceptions

from fieldapi import json
from fieldapi.codes import CODES, IN_FIELDS

log = logging.getLogger(__name__)
RETRY_SECONDS = 5
BAD_CHARACTERS = ("null_characters_not_allowed", "surrogate_characters_not_allowed")
"""The framework's codes for what has one of ours; its Chinese words for the first speak of an empty text."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong, and where: `pointer` is a JSON pointer into the body, or `?name` of a query."""

    pointer: str
    code: str
    detail: str = ""

    def as_json(self, facts: Mapping[str, Any]) -> dict[str, str]:
        """`facts` fill in the words."""
        detail = self.detail or words(self.code, **facts)
        return {"pointer": self.pointer, "code": self.code, "detail": detail}


class Refused(Exception):
    """The product says no, with a code of `codes.py`. Raised anywhere; nothing is written.

    `facts` are shown as members of the problem and fill in the words.
    """

    def __init__(
        self,
        code: str,
        pointer: str | None = None,
        *,
        errors: Iterable[Fault] = (),
        detail: str = "",
        **facts: Any,
    ):
        super().__init__(code)
        self.code = code
        self.status = CODES[code].status
        self.errors = list(errors) or ([Fault(pointer, code, detail)] if pointer is not None else [])
        self.detail = detail
        self.facts = facts
        self.headers: dict[str, str] = {}
        if self.status in (429, 503) or code in ("key_in_progress", "not_developed_yet"):
            self.headers["Retry-After"] = str(facts.get("retry_after", RETRY_SECONDS))
        if self.status == 401:
            self.headers["WWW-Authenticate"] = "Bearer"

    def problem(self) -> dict[str, Any]:
        """The body of the answer, in the language of the request."""
        body: dict[str, Any] = {
            "type": f"/docs/problems/#{self.code}",
            "title": words(self.code, **self.facts),
            "status": self.status,
            "detail": self.detail or words(self.code, **self.facts),
            "code": self.code,
        }
        if self.errors:
            body["errors"] = [fault.as_json(self.facts) for fault in self.errors]
        return {**body, **self.facts}


@contextmanager
def pointing_into(pointer: str) -> Iterator[None]:
    """What is refused inside speaks of a part of the body: its pointers begin with `pointer`."""
    try:
        yield
    except Refused as refused:
        refused.errors = [
            Fault(pointer + fault.pointer, fault.code, fault.detail) for fault in refused.errors
        ]
        raise


@dataclass
class Faults:
    """Gathers the faults of one body, so that a person mends them all at once."""

    found: list[Fault] = field(default_factory=list)

    def add(self, pointer: str, code: str, detail: str = "") -> None:
        self.found.append(Fault(pointer, code, detail))

    def refuse_if_any(self) -> None:
        """Under their own code where all have the same, else `bad_input`."""
        codes = {fault.code for fault in self.found}
        if codes:
            raise Refused(codes.pop() if len(codes) == 1 else "bad_input", errors=self.found)


def words(code: str, **facts: Any) -> str:
    """The sentence of a code in the request's language."""
    entry = CODES.get(code) or IN_FIELDS.get(code)
    if entry is None:
        return code
    sentence = entry.en if (get_language() or "").startswith("en") else entry.zh
    try:
        return sentence.format(**facts)
    except KeyError:
        return sentence


def faults_of(detail: Any, pointer: str = "") -> list[Fault]:
    """DRF's nested error detail as a flat list with JSON pointers."""
    if isinstance(detail, Mapping):
        found = []
        for name, inner in detail.items():
            here = pointer if name == "non_field_errors" else f"{pointer}/{_escaped(str(name))}"
            found += faults_of(inner, here)
        return found
    if isinstance(detail, list):
        if detail and all(isinstance(inner, exceptions.ErrorDetail) for inner in detail):
            return [_fault(pointer, inner) for inner in detail]
        return [
            fault for place, inner in enumerate(detail) for fault in faults_of(inner, f"{pointer}/{place}")
        ]
    return [_fault(pointer, detail)]


def _fault(pointer: str, detail: Any) -> Fault:
    code = getattr(detail, "code", "invalid")
    return Fault(pointer, "bad_character") if code in BAD_CHARACTERS else Fault(pointer, code, str(detail))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


SIMPLE = {
    exceptions.ParseError: "unreadable",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "token_invalid",
    exceptions.PermissionDenied: "permission_denied",
    exceptions.NotFound: "not_found",
    Http404: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "throttled",
    UnreadablePostError: "incomplete",
    DisallowedHost: "bad_host",
    SuspiciousOperation: "bad_input",
}


def refusal_for(fault: Exception) -> Refused | None:
    """Any exception a request may end in, as a refusal; None when it is our own mistake."""
    if isinstance(fault, Refused):
        return fault
    if isinstance(fault, exceptions.ValidationError):
        return Refused("bad_input", errors=faults_of(fault.detail))
    if isinstance(fault, RequestDataTooBig):
        return Refused("too_large", limit=settings.MAX_JSON_BYTES)
    if isinstance(fault, OperationalError | InterfaceError):
        log.warning("database not available: %s", fault)
        return Refused("server_busy")
    for kind, code in SIMPLE.items():
        if isinstance(fault, kind):
            return Refused(code)
    if isinstance(fault, OSError):
        log.error("disk or storage not available", exc_info=fault)
        return Refused("server_busy")
    return None


def as_problem(fault: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler. None lets `EveryFaultIsAProblem` log and answer what is our own mistake.

    Written here and not by the view's renderer, which may know only HTML, or not what the client accepts.
    """
    refused = refusal_for(fault)
    return problem_response(refused) if refused else None


def problem_response(refused: Refused) -> HttpResponse:
    """The refusal as an answer, in the language of the request."""
    return HttpResponse(
        json.dumps(refused.problem()),
        status=refused.status,
        headers=refused.headers,
        content_type="application/problem+json",
    )
