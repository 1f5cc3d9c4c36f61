"""What the cast tries at sync."""

from tests.scenes import COUNTY, EVERYBODY, Scene

FIELD = EVERYBODY - COUNTY

SCENES = {
    "sync.push": Scene(lambda village: "sync/push/", FIELD, lambda village: {"changes": {}}),
}
