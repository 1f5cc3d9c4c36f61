"""docs/first-county.md, followed literally."""

import json
import shutil
from pathlib import Path

import pytest

from tests.pages import blocks, checkout


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_the_page_leads_to_the_first_summary(tmp_path: Path):
    first, *rest = blocks("docs/first-county.md")
    assert first.splitlines() == ["export FIELDAPI_DATA_DIR=var/county", "make run DEMO=no"]
    assert first.splitlines()[0] in rest[0].splitlines()
    with checkout(tmp_path / "checkout", demo="no", data="var/county") as county:
        county.follow(rest)

    summary = json.loads((county.folder / "summary.json").read_text())
    assert summary["state"] == "closed"
    assert (summary["visits"]["total"], summary["visits"]["households_paired"]) == (1, 2)
    assert (summary["opinions"]["collected"], summary["opinions"]["open"]) == (1, 1)
    assert summary["practical_matters"]["completed"] == 1
