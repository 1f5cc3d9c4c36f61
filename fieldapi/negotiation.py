"""Which form an answer takes."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class Negotiation(DefaultContentNegotiation):
    """As DRF's, but who accepts anything, or the usual form, gets it without DRF's weighing of media types."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        usual, *_ = renderers
        if format_suffix is None and request.META.get("HTTP_ACCEPT", "*/*") in ("*/*", usual.media_type):
            return usual, usual.media_type
        return super().select_renderer(request, renderers, format_suffix)
