"""What the cast tries at households and pairings."""

from collections.abc import Callable
from io import BytesIO

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from fieldapi import clock
from households.household_rows import HouseholdRows
from households.imports import take_in
from tests import samples
from tests.conftest import Village
from tests.households.uploads import csv_file
from tests.samples import make_household
from tests.scenes import COUNTY, Scene

SERVING = frozenset({"gao", "chen"})
SEEING = SERVING | COUNTY | {"sun"}
ASSIGNING = frozenset({"sun", "zheng"})
ELSEWHERE = frozenset({"zhou", "tang"})  # may knock here, for what is their own
BECAUSE = {"reason": "搬迁"}


def house(verb: str = "") -> Callable[[Village], str]:
    return lambda village: f"households/{village.house.pk}/{verb}"


def pairing(verb: str = "") -> Callable[[Village], str]:
    """That of `gao`, in post A."""
    return lambda village: f"pairings/{village.house.pairings.get(cadre=village.gao).pk}/{verb}"


def new_pairing(village: Village) -> dict[str, str]:
    return {"household": str(make_household("2").pk), "cadre": str(village.lin.pk), "post": "A"}


def import_of(file: Callable[[], BytesIO], through: frozenset[str]) -> Callable[[str], Scene]:
    """The file of a form, stored under the own unit."""
    return lambda kind: Scene(
        lambda village: f"{kind}/import/",
        through,
        lambda village: encode_multipart(BOUNDARY, {"file": file(), "dry_run": "false"}),
        content_type=MULTIPART_CONTENT,
    )


def batch_of(name: str) -> Callable[[Village], str]:
    """An import somebody made of two households, one of them bad."""

    def address(village: Village) -> str:
        file = csv_file("村,户号,户主", "田坝,77,王某", "无名,78,李某")
        batch, _ = take_in(
            by=getattr(village, name),
            kind=HouseholdRows(),
            unit=samples.TOWN,
            file_name="x",
            stream=file,
            dry_run=False,
        )
        return f"imports/{batch.pk}/"

    return address


BY_SUN = batch_of("sun")
SCENES = {
    "users.import_file": import_of(
        lambda: csv_file("用户名,姓名", "feng,冯某"), frozenset({"zheng", "tang"})
    )("users"),
    "households.import_file": import_of(
        lambda: csv_file("村,户号,户主", "田坝,77,王某"), ASSIGNING | ELSEWHERE
    )("households"),
    "pairings.import_file": import_of(
        lambda: csv_file("村,户号,干部", "田坝,77,王某"), ASSIGNING | ELSEWHERE
    )("pairings"),
    "imports.list": Scene(lambda village: "imports/", ASSIGNING | ELSEWHERE),
    "imports.template": Scene(lambda village: "imports/template/", ASSIGNING | ELSEWHERE),
    "imports.retrieve": Scene(BY_SUN, ASSIGNING),
    "imports.undo": Scene(lambda village: f"{BY_SUN(village)}undo/", ASSIGNING),
    "imports.bad_rows": Scene(lambda village: f"{BY_SUN(village)}bad-rows/", frozenset({"sun"})),
    "households.list": Scene(lambda village: "households/"),
    "households.retrieve": Scene(house(), SEEING),
    "households.create": Scene(
        lambda village: "households/",
        ASSIGNING,
        lambda village: {"unit": samples.VILLAGE, "number": "99", "head_name": "王某"},
        otherwise=400,
    ),
    "households.partial_update": Scene(house(), ASSIGNING, lambda village: {"size": 5}, version=1),
    "households.timeline": Scene(house("timeline/"), SEEING),
    "households.reveal": Scene(
        house("reveal/"), SEEING, lambda village: {"fields": ["phone"], "reason": "核实"}
    ),
    "households.move": Scene(house("move/"), ASSIGNING, lambda village: BECAUSE | {"unit": "530626101202"}),
    "households.merge": Scene(
        house("merge/"), ASSIGNING, lambda village: BECAUSE | {"into": str(make_household("2").pk)}
    ),
    "households.split": Scene(
        house("split/"), ASSIGNING, lambda village: BECAUSE | {"number": "1-1", "head_name": "王小某"}
    ),
    "households.end": Scene(house("end/"), ASSIGNING, lambda village: BECAUSE),
    "pairings.list": Scene(lambda village: "pairings/"),
    "pairings.retrieve": Scene(pairing(), SEEING),
    "pairings.create": Scene(lambda village: "pairings/", ASSIGNING, new_pairing, otherwise=400),
    "pairings.bulk": Scene(
        lambda village: "pairings/bulk/",
        ASSIGNING,
        lambda village: {"pairings": [new_pairing(village)]},
        otherwise=400,
    ),
    "pairings.suggest": Scene(
        lambda village: "pairings/suggest/",
        ASSIGNING,
        lambda village: {"unit": samples.TOWN, "max_per_cadre": 10},
        otherwise=400,
    ),
    "pairings.hand_over": Scene(
        pairing("hand-over/"),
        ASSIGNING,
        lambda village: BECAUSE | {"to": str(village.lin.pk), "on": str(clock.today())},
    ),
    "pairings.end": Scene(pairing("end/"), ASSIGNING, lambda village: BECAUSE | {"on": str(clock.today())}),
}
