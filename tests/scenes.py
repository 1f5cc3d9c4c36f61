"""What the cast tries at each endpoint: an address that is there, a body that is right, and who gets through.

Every app lists its own in `tests/<app>/scenes.py` under the names of the access table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.conftest import Village

EVERYBODY = frozenset(Village.CAST)
TOWN_CADRES = frozenset({"gao", "chen", "qian", "lin"})
TOWN = TOWN_CADRES | {"sun"}
COUNTY = frozenset({"wu", "zheng"})


def nothing(village: Village) -> None:
    """No body."""


@dataclass(frozen=True)
class Scene:
    """`address` (below /api/v1/) and `body` are made in the village; `through` names whom the row lets through.

    Of the cast, those whose role may not are told 403, the others who are not in `through` 404. Where what one
    may not see is no matter of the address, `otherwise` is what those others are told.
    """

    address: Callable[[Village], str]
    through: frozenset[str] = EVERYBODY
    body: Callable[[Village], Any] = nothing
    version: int | None = None
    otherwise: int = 404
    content_type: str = "application/json"
    headers: Callable[[Village], dict[str, str]] = lambda village: {}
