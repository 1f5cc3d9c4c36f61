"""Around every request: the language of the answer, connections given back, no bare faults."""

import logging
from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers

from fieldapi.errors import Refused, problem_response, refusal_for

log = logging.getLogger(__name__)
Answer = Callable[[HttpRequest], HttpResponseBase]


class TellTheLength:
    """An answer that stands in memory says how long it is, so that it is not sent in chunks; HEAD gets no more."""

    def __init__(self, answer: Answer):
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.answer(request)
        if isinstance(response, HttpResponse) and response.status_code not in (204, 304):
            response.headers.setdefault("Content-Length", str(len(response.content)))
            if request.method == "HEAD":
                response.content = b""
        return response


class KeptNowhere:
    """Answers of the API stay out of every cache: phones get shared, and a household that left must be gone.

    Where a view says otherwise (pictures), it stands.
    """

    def __init__(self, answer: Answer):
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.answer(request)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class SpeakTheirLanguage:
    """Chinese unless Accept-Language prefers English."""

    def __init__(self, answer: Answer):
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = "zh-hans"
        if "HTTP_ACCEPT_LANGUAGE" in request.META:
            language = translation.get_language_from_request(request)
        with translation.override(language):
            response = self.answer(request)
        response.headers.setdefault("Content-Language", "en" if language == "en" else "zh-Hans")
        if isinstance(response, HttpResponse):  # what is streamed, pictures and files, has no words of ours
            patch_vary_headers(response, ["Accept-Language"])
        return response


class EveryFaultIsAProblem:
    """What no view caught becomes problem+json: a refusal with its code, our own mistakes logged and told as 500."""

    def __init__(self, answer: Answer):
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # No row has a NUL in its name, and PostgreSQL would stumble over it; a phone's PUT is kept under any name.
        if "\0" in request.path and request.method != "PUT":
            return problem_response(Refused("not_found"))
        response = self.answer(request)
        if response.status_code >= 400 and response.headers.get("Content-Type", "").startswith("text/html"):
            return problem_response(_bare(response))
        return response

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse:
        refused = refusal_for(fault)
        if refused is None:
            log.exception("%s %s", request.method, request.path, exc_info=fault)
            refused = Refused("server_fault")
        return problem_response(refused)


def _bare(response: HttpResponseBase) -> Refused:
    """Django's own HTML faults: no such path, a bad Host header."""
    return Refused(
        {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(response.status_code, "bad_input")
    )


class CompressedAnswers(GZipMiddleware):
    """Text is sent with gzip when asked for; pictures and parts of files as they are.

    BREACH needs a browser that adds secrets to a stranger's request by itself, as with cookies: tokens are never
    added so. Django pads the answers at random all the same.
    """

    packed = ("application/json", "application/problem+json", "application/vnd.oai.openapi", "text/")

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "")
        if not kind.startswith(self.packed) or response.status_code == 206:
            return response
        packed: HttpResponseBase = super().process_response(request, response)
        return packed


def give_back_connection() -> None:
    """Let go of the database before something slow (a phone's upload), unless a transaction holds it."""
    if not connection.in_atomic_block:
        connection.close()
