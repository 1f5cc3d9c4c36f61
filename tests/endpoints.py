"""The addresses the server has, read from its own URL list."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from fieldapi.ids import new_id


@dataclass(frozen=True)
class Endpoint:
    """One method at one address, and what the access table calls it."""

    action: str
    method: str
    route: str

    def address(self) -> str:
        """The route with an id that is nobody's in every place for one."""
        return re.sub(r"<[^>]+>", lambda _: str(new_id()), f"/{self.route}")


def endpoints() -> dict[str, Endpoint]:
    """By their names in the access table; of two addresses with one name the first."""
    found: dict[str, Endpoint] = {}
    for endpoint in _walk(get_resolver().url_patterns, ""):
        found.setdefault(endpoint.action, endpoint)
    return found


def _walk(patterns: Iterable[Any], above: str) -> Iterator[Endpoint]:
    for pattern in patterns:
        route = above + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield from _of(pattern.callback, route)


def _of(view: Any, route: str) -> Iterator[Endpoint]:
    """A viewset's methods with their actions; a plain view says its one `action` itself."""
    actions = getattr(view, "actions", None)
    kind = getattr(view, "cls", None) or view.view_class
    resource = getattr(kind, "resource", kind.__name__)
    if actions:
        for method, action in actions.items():
            yield Endpoint(f"{resource}.{action}", method.upper(), route)
    else:
        for method in ("get", "post", "put", "patch", "delete", "head"):
            if hasattr(kind, method):
                yield Endpoint(f"{resource}.{getattr(kind, 'action', method)}", method.upper(), route)
