"""Households, who serves them, and the people and divisions around, as phones keep them."""

from typing import Any

from django.db.models import Q

from cadres.models import Unit, User
from cadres.units import parent_of, within
from fieldapi.secrets import masked
from households.models import Household, Pairing
from matters.models import MatterHousehold
from opinions.models import Opinion
from sync.feed.columns import Kind, column
from sync.feed.of_matters import matters
from sync.feed.table import VERSION, FeedTable
from sync.feed.working_set import WorkingSet
from visits.models import Visit

ID, TEXT, DAY, WHOLE, NUMBER, FLAG = Kind.ID, Kind.TEXT, Kind.DAY, Kind.WHOLE, Kind.NUMBER, Kind.FLAG
LABEL = frozenset({"id", "label", "served", "unit", "number", "head_name", "version"})
"""All a phone keeps of a household that the user does not serve."""


def households(pulled: WorkingSet) -> list[Q]:
    """Those served; as a label those of the user's own records, of tasks given and of matters held."""
    mine = pulled.user.pk
    helped = (MatterHousehold.objects.filter(reason) for reason in matters(pulled, "matter__"))
    told = Opinion.objects.filter(Q(by=mine) | Q(group__in=pulled.given))
    return [
        Q(pk__in=pulled.served),
        Q(pk__in=Visit.objects.filter(cadre=mine).values("household")),
        Q(pk__in=told.filter(household__isnull=False).values("household")),
        *(Q(pk__in=links.values("household")) for links in helped),
    ]


def as_seen(pulled: WorkingSet, row: dict[str, Any]) -> dict[str, Any]:
    """Whole for whom serves it today, a label for others."""
    row["served"] = row["id"] in pulled.served_ids
    row["label"] = f"{row['number']} {row['head_name']}"
    if not row["served"]:
        return {name: value if name in LABEL else None for name, value in row.items()}
    return row


def people(pulled: WorkingSet) -> list[Q]:
    """The people of the user's own subtree, and whoever serves or served a household of the user's."""
    return [
        Q(**within(pulled.user.unit_id)),
        Q(pk__in=Pairing.objects.filter(household__in=pulled.served).values("cadre")),
    ]


HOUSEHOLDS = FeedTable(
    "households",
    Household,
    (
        column("label", TEXT, "id", optional=False, read=str),
        column("served", FLAG, "id", optional=False, read=bool, meaning="paired with the user today"),
        column("unit", TEXT, "unit_id", optional=False),
        column("unit_name", TEXT, "unit__name"),
        column("number", TEXT, optional=False),
        column("head_name", TEXT, optional=False),
        column("phone", TEXT),
        column("id_number", TEXT, read=masked, meaning="masked"),
        column("address", TEXT),
        column("lat", NUMBER, meaning="WGS-84"),
        column("lon", NUMBER),
        column("accuracy_m", NUMBER),
        column("location_source", TEXT),
        column(
            "tags", TEXT, read=lambda tags: tags.strip("|").replace("|", ","), meaning="with commas between"
        ),
        column("size", WHOLE),
        column("note", TEXT),
        column("state", TEXT),
        VERSION,
    ),
    households,
    brings={"pairings": "household"},
    shape=as_seen,
)
PAIRINGS = FeedTable(
    "pairings",
    Pairing,
    (
        column("household", ID, "household_id", optional=False),
        column("cadre", ID, "cadre_id", optional=False),
        column("post", TEXT, optional=False),
        column("started_on", DAY, optional=False),
        column("ended_on", DAY, meaning="the first day no longer served"),
        column("reason", TEXT),
        VERSION,
    ),
    lambda pulled: [Q(household__in=pulled.served)],
    brings={"people": "pairings"},
)
PEOPLE = FeedTable(
    "people",
    User,
    (
        column("full_name", TEXT, optional=False),
        column("role", TEXT, optional=False),
        column("unit", TEXT, "unit_id", optional=False),
        column("office", ID, "office_id"),
        column("active", FLAG, optional=False),
        VERSION,
    ),
    people,
)
UNITS = FeedTable(
    "units",
    Unit,
    (
        column("name", TEXT, optional=False),
        column("level", TEXT, optional=False),
        column("parent", TEXT, "code", read=parent_of),
        VERSION,
    ),
    lambda pulled: [Q(**within(pulled.user.unit_id, field="code"))],
    key="code",
)
TABLES = (HOUSEHOLDS, PAIRINGS, PEOPLE, UNITS)
