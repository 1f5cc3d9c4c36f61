"""What schemathesis does for us with each case: it speaks of rows that are there, as somebody who is signed in.

Loaded by schemathesis (`schemathesis.toml`). A random id is nobody's, and all one would ever try is a 404; so
most ids, codes and days of a case are replaced by known ones of the same form. What breaks the document's
schema is left as it is.
"""

import atexit
import json
import os
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import requests
import schemathesis
from schemathesis import Case, HookContext, Response

import tools.fuzz.checks  # noqa: F401  # registers our own checks
from fieldapi.calendar import SHANGHAI

KNOWN: dict[str, Any] = json.loads(Path(os.environ["FUZZ_KNOWN"]).read_text())
IDS: dict[str, list[str]] = KNOWN.get("ids", {})
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
UNIT = re.compile(r"[0-9]{2,15}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?=T|$)")
NAMED = {
    "household": "households", "households": "households", "opinion": "opinions", "opinions": "opinions",
    "visit": "visits", "task": "tasks", "tasks": "tasks", "matter": "practical-matters", "office": "offices",
    "cadre": "people", "handler": "people", "to": "people", "companions": "people", "evidence": "photos",
    "unit": "units", "under": "units", "category": "categories",
}  # fmt: skip
FLAGS = ("far", "no_location", "too_short", "clock_off")

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
TOLD: Counter[int] = Counter()
WENT_WELL: Counter[str] = Counter()


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Put what is known into a case just before it is sent."""
    collection = case.path.removeprefix("/api/v1/").partition("/")[0]
    for name, value in (case.path_parameters or {}).items():
        pool = FLAGS if name == "code" else IDS.get(collection, ()) if name == "id" else ()
        case.path_parameters[name] = chosen(pool, value)
    for name, value in (case.query or {}).items():
        case.query[name] = known(name, value, collection)
    if isinstance(case.body, dict | list):
        case.body = known("", case.body, collection)
    if case.method == "PUT" or "/sync/" in case.path:
        case.body = as_a_phone_sends(case.body)
    if "If-Match" in (case.headers or {}):
        case.headers["If-Match"] = version_of(case)


def known(name: str, value: Any, collection: str) -> Any:
    """`value` of the field `name` with what looks like an id, a unit or a day replaced, most of the time."""
    if isinstance(value, dict):
        return {inner: known(inner, one, collection) for inner, one in value.items()}
    if isinstance(value, list):
        return [known(name, one, collection) for one in value]
    if not isinstance(value, str):
        return value
    if name == "made_by" and UUID.fullmatch(value):
        return KNOWN["user"]
    if DAY.match(value):
        return DAY.sub(near_today(value), value, count=1)
    pool = IDS.get(collection if name == "into" else NAMED.get(name, ""), ())
    fits = {"unit": UNIT, "under": UNIT, "category": re.compile(".{1,40}")}.get(name, UUID)
    return chosen(pool, value) if fits.fullmatch(value) else value


def without_empty(value: Any) -> Any:
    """Phones may send "" for what they leave out, which the document does not say: its types would drown in it."""
    if isinstance(value, dict):
        return {name: without_empty(inner) for name, inner in value.items() if inner != ""}
    return [without_empty(inner) for inner in value] if isinstance(value, list) else value


def as_a_phone_sends(body: Any) -> Any:
    """A row's own id is the address's, and what a phone says of itself beside a row never refuses the row."""
    row = without_empty(body)
    return (
        {name: inner for name, inner in row.items() if name not in ("id", "device")}
        if isinstance(row, dict)
        else row
    )


def chosen(pool: Any, value: Any) -> Any:
    """One of the pool, the same for the same value; one time in five the value itself."""
    number = crc32(str(value).encode("utf-8", "surrogatepass"))
    return pool[number // 5 % len(pool)] if pool and number % 5 else value


def near_today(value: str) -> str:
    number = crc32(value.encode())
    return (
        str(datetime.now(SHANGHAI).date() + timedelta(days=number // 5 % 80 - 60))
        if number % 5
        else value[:10]
    )


@schemathesis.hook
def after_call(context: HookContext, case: Case, response: Response) -> None:
    TOLD[response.status_code] += 1
    if response.status_code < 300:
        WENT_WELL[case.operation.label] += 1


@atexit.register
def tell() -> None:
    """How deep the cases went: refusals at the door would find nothing behind it."""
    print("answers:", ", ".join(f"{count} x {status}" for status, count in sorted(TOLD.items())))
    print(f"{len(WENT_WELL)} operations done at least once")


def version_of(case: Case) -> str:
    """What stands there now, as a desk would send it back; most of the time."""
    said = str(case.headers["If-Match"])
    if crc32(said.encode("utf-8", "surrogatepass")) % 5 == 0:
        return said
    row = requests.get(
        os.environ["FUZZ_URL"] + case.formatted_path, headers={"Authorization": f"Bearer {KNOWN['access']}"}
    )
    return row.headers.get("ETag", said)
