"""What the cast tries with photos."""

from tests.conftest import Village
from tests.media.sending import JPEG, declare, stored
from tests.scenes import COUNTY, EVERYBODY, Scene

SEEING = frozenset({"gao", "chen", "sun"}) | COUNTY


def declared(village: Village) -> str:
    (photo,) = declare(village, JPEG)
    return f"photos/{photo.pk}/"


def developed(village: Village) -> str:
    return f"photos/{stored(village).pk}/content/"


SCENES = {
    "photos.list": Scene(lambda village: "photos/", EVERYBODY),
    "photos.retrieve": Scene(declared, SEEING),
    "photos.content": Scene(developed, SEEING),
}
