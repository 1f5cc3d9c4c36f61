"""What the cast tries at sync."""

from tests.scenes import COUNTY, EVERYBODY, Scene

FIELD = EVERYBODY - COUNTY

SCENES = {
    "sync.pull": Scene(lambda village: "sync/pull/"),
    "sync.tables": Scene(lambda village: "sync/schema/"),
    "sync-health.list": Scene(lambda village: "sync/health/"),
    "sync.push": Scene(lambda village: "sync/push/", FIELD, lambda village: {"changes": {}}),
}
