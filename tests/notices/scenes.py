"""What the cast tries at the endpoints of notices: everybody has their own and nobody else's."""

from notices.models import Notice
from tests.conftest import Village
from tests.notices.told import a_notice
from tests.scenes import Scene

ONLY_GAO = frozenset({"gao"})


def of_gao(village: Village) -> Notice:
    return a_notice(village.gao)


SCENES = {
    "notices.list": Scene(lambda village: "notices/"),
    "notices.retrieve": Scene(lambda village: f"notices/{of_gao(village).pk}/", through=ONLY_GAO),
    "notices.read": Scene(lambda village: f"notices/{of_gao(village).pk}/read/", through=ONLY_GAO),
    "notices.read_many": Scene(
        lambda village: "notices/read/",
        body=lambda village: {"notices": [str(of_gao(village).pk)]},
        through=ONLY_GAO,
        otherwise=400,
    ),
}
