"""What each person of the demo may speak of: a token, and the ids of rows that are really there."""

from typing import Any
from uuid import uuid4

from tools.month.phone import Phone

CODED = ("units", "categories")
COLLECTIONS = (
    "absences", "devices", "groups", "households", "notices", "offices", "opinions", "pairings", "photos",
    "practical-matters", "quarantine", "tasks", "users", "visits", *CODED,
)  # fmt: skip
ROLES = ("cadre", "supervisor", "leader", "admin")
DESKS = ("supervisor", "leader", "admin")
TOWN = "530626101"

Ids = dict[str, list[str]]


def prepared(port: int, password: str, people: list[str]) -> dict[str, dict[str, Any]]:
    """For each user name `{"access": token, "ending": token, "user": id, "ids": {collection: [id]}}`.

    `ending` is of a session that may end.

    Whom the cases may move, rename and shut out are made for it: the demo's own must stay signed in.
    """
    admin = signed_in(port, "admin", password)
    spare = [new_user(admin, role) for role in ROLES for _ in range(3)]
    everything = ids_of(admin)
    found = {}
    for name in people:
        person, ending, *others = (signed_in(port, name, password) for _ in range(5))
        ids = {key: own + everything[key] for key, own in ids_of(person).items()}
        ids["devices"] = devices_of(person, others)
        ids["people"], ids["users"] = ids["users"], spare
        if person.user["role"] in DESKS:
            ids["exports"] = [export(person) for _ in range(2)]
        tokens = {"access": person.access, "ending": ending.access}
        found[name] = {**tokens, "user": person.user["id"], "ids": ids}
    return found


def signed_in(port: int, name: str, password: str) -> Phone:
    phone = Phone(port, name, password)
    phone.sign_in()
    return phone


def new_user(admin: Phone, role: str) -> str:
    said = {"username": f"spare-{uuid4().hex[:8]}", "full_name": "备用", "role": role, "unit": TOWN}
    return str(admin.send("POST", "users/", said)["id"])


def ids_of(person: Phone) -> Ids:
    """The first rows of every list this person sees."""
    return {
        name: [str(row["code" if name in CODED else "id"]) for row in first_page(person, name)]
        for name in COLLECTIONS
    }


def first_page(person: Phone, name: str) -> list[Any]:
    return list(person.send("GET", f"{name}/?limit=40")["results"])


def devices_of(person: Phone, others: list[Phone]) -> list[str]:
    """The devices of `others`, which may be removed; never the one the cases come from."""
    theirs = {phone.device["id"] for phone in others}
    return [str(row["id"]) for row in first_page(person, "devices") if row.get("phone_id") in theirs]


def export(person: Phone) -> str:
    unit = person.user["unit"]["code"]
    said = {"kind": "opinions", "unit": unit, "from": "2026-01-01", "to": "2026-01-31"}
    return str(person.send("POST", "exports/", said)["id"])
