"""What the cast tries at the endpoints of notices: everybody has their own and nobody else's."""

from fieldapi import clock
from notices.models import Delivery, Letter, Notice
from tests.conftest import Village
from tests.notices.told import a_notice
from tests.scenes import COUNTY, Scene

ONLY_GAO = frozenset({"gao"})


def of_gao(village: Village) -> Notice:
    return a_notice(village.gao)


def given_up(village: Village) -> Delivery:
    """A letter to gao that did not arrive."""
    a_notice(village.gao)
    letter = Letter.objects.create(person=village.gao, digest=False, made_at=clock.now())
    return Delivery.objects.create(
        letter=letter,
        channel="sms",
        state="failed",
        tries=8,
        next_at=clock.now(),
        problem="isv.OUT_OF_SERVICE",
    )


SCENES = {
    "deliveries.list": Scene(lambda village: "deliveries/"),
    "deliveries.retrieve": Scene(lambda village: f"deliveries/{given_up(village).pk}/", through=COUNTY),
    "deliveries.restart": Scene(
        lambda village: f"deliveries/{given_up(village).pk}/restart/", through=COUNTY
    ),
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
