"""What the cast tries with photos."""

from typing import Any

from fieldapi.ids import new_id
from tests.conftest import Village
from tests.media.resuming import OCTETS, beginning
from tests.media.sending import JPEG, declare, stored
from tests.scenes import COUNTY, EVERYBODY, Scene

SEEING = frozenset({"gao", "chen", "sun"}) | COUNTY


def declared(village: Village) -> str:
    (photo,) = declare(village, JPEG)
    return f"photos/{photo.pk}/"


def developed(village: Village) -> str:
    return f"photos/{stored(village).pk}/content/"


def visit_of_gao(village: Village) -> dict[str, Any]:
    visit = village.client("gao").put_visit(village.house).json()["id"]
    return {"visit": visit, "sha256": "a" * 64, "bytes": 1000}


def upload_of_gao(village: Village) -> dict[str, str]:
    return beginning(*declare(village, JPEG))


SCENES = {
    "photos.list": Scene(lambda village: "photos/", EVERYBODY),
    "photos.retrieve": Scene(declared, SEEING),
    "photos.content": Scene(developed, SEEING),
    "photos.update": Scene(
        lambda village: f"photos/{new_id()}/", frozenset({"gao"}), visit_of_gao, otherwise=400
    ),
    "photos.upload": Scene(
        lambda village: f"{declared(village)}content/",
        frozenset({"gao"}),
        lambda village: JPEG,
        content_type="image/jpeg",
    ),
    "uploads.create": Scene(
        lambda village: "uploads/", frozenset({"gao"}), headers=upload_of_gao, content_type=OCTETS
    ),
}
