"""README.md's five minutes, followed literally on the demo."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.people import ACCOUNTS
from tests.pages import blocks, checkout


def answers(printed: str) -> Iterator[dict[str, Any]]:
    """The JSON objects that curl printed one after the other."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(printed.rstrip()):
        value, at = decoder.raw_decode(printed, at)
        yield value
        at += len(printed[at:]) - len(printed[at:].lstrip())


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_five_minutes_with_curl_go_from_a_visit_with_a_photo_to_the_summary(tmp_path: Path):
    first, *rest = blocks("README.md")
    assert first.startswith("make run ")
    with checkout(tmp_path / "checkout", demo="yes") as demo:
        visit, photo, task, summary, records = answers(demo.follow(rest))

    printed = demo.printed
    password = (demo.folder / "var" / "demo_password").read_text().strip()
    assert f"http://127.0.0.1:{demo.port}/docs/" in printed
    assert f"all with the password {password}" in printed
    assert [name for name in ACCOUNTS if f"    {name} " not in printed] == []
    assert (visit["post"], visit["complete"], visit["opinions"][0]["text"]) == (
        "A",
        False,
        "村口路灯坏了三个月",
    )
    assert (photo["id"], photo["state"]) == (visit["photos"][0]["id"], "stored")
    assert (task["state"], task["opinions"]) == ("open", [visit["opinions"][0]["id"]])
    assert summary["unit"] == {"code": "530626", "name": "绥江县"}
    assert summary["opinions"]["collected"] >= 1
    assert len(summary["by_unit"]) >= 2
    assert records["results"][0]["table"] == "opinions"


def test_both_readmes_name_the_same_two_commands_and_pages():
    english, chinese = blocks("README.md"), blocks("README.zh.md")
    commands = [[line.split("#")[0].strip() for line in page[0].splitlines()] for page in (english, chinese)]

    assert commands == [["make run", "make test"]] * 2
