"""What the cast tries with photos."""

from tests.conftest import Village
from tests.media.sending import JPEG, declare
from tests.scenes import COUNTY, EVERYBODY, Scene

SEEING = frozenset({"gao", "chen", "sun"}) | COUNTY


def photo(village: Village) -> str:
    (photo,) = declare(village, JPEG)
    return f"photos/{photo.pk}/"


SCENES = {
    "photos.list": Scene(lambda village: "photos/", EVERYBODY),
    "photos.retrieve": Scene(photo, SEEING),
}
