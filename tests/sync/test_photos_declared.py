"""Photos declared with a visit, or alone."""

import pytest

from fieldapi.ids import new_id
from media.models import Photo
from sync.models import QuarantinedRow
from tests.conftest import Village
from tests.matters.acting import make_task

DECLARED = {"sha256": "a" * 64, "bytes": 1000}


def test_a_photo_declared_with_its_visit_awaits_its_bytes(village: Village):
    answer = village.client("gao").put_visit(village.house, photos=[{"id": str(new_id()), **DECLARED}])

    assert answer.status_code == 201
    assert answer.json()["complete"] is False
    assert [photo["state"] for photo in answer.json()["photos"]] == ["awaiting"]


def test_a_photo_before_its_visit_waits(village: Village):
    gao, visit_id, photo_id = village.client("gao"), new_id(), new_id()
    early = gao.put(f"photos/{photo_id}/", {**DECLARED, "visit": str(visit_id)})
    gao.put_visit(village.house, visit_id)

    assert (early.status_code, early.json()) == (202, {"waiting_for": [str(visit_id)]})
    assert Photo.objects.get().visit_id == visit_id


def test_a_photo_too_large_is_refused_and_its_visit_is_not(village: Village):
    photo = {"id": str(new_id()), "sha256": "a" * 64, "bytes": 20 * 1024 * 1024 + 1}
    answer = village.client("gao").put_visit(village.house, photos=[photo])

    assert answer.status_code == 201
    assert (answer.json()["photos"][0]["state"], answer.json()["photos"][0]["problem"]) == (
        "refused",
        "too_large",
    )
    assert answer.json()["complete"] is True


def test_a_photo_of_just_twenty_megabytes_is_awaited(village: Village):
    photo = {"id": str(new_id()), "sha256": "a" * 64, "bytes": 20 * 1024 * 1024}
    answer = village.client("gao").put_visit(village.house, photos=[photo])

    assert (answer.json()["photos"][0]["state"], answer.json()["complete"]) == ("awaiting", False)


@pytest.mark.parametrize(
    ("columns", "pointer", "code"),
    [
        ({}, "", "exactly_one"),
        ({"task": "0199d2a0-0000-7000-8000-000000000001"}, "/task", "task_unknown"),
        ({"sha256": "A" * 64}, "/sha256", "invalid"),
        ({"bytes": 0}, "/bytes", "min_value"),
        ({"bytes": 2**63}, "/bytes", "max_value"),
    ],
)
def test_a_faulty_declaration_is_pointed_at_and_kept(village: Village, columns, pointer, code):
    answer = village.client("gao").put(f"photos/{new_id()}/", {**DECLARED, **columns})

    assert answer.status_code == 400
    assert (pointer, code) in [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]
    assert (Photo.objects.count(), QuarantinedRow.objects.count()) == (0, 1)


def test_nobody_adds_photos_to_a_visit_of_somebody_else(village: Village):
    visit_id = village.client("gao").put_visit(village.house).json()["id"]
    answer = village.client("chen").put(f"photos/{new_id()}/", {**DECLARED, "visit": visit_id})

    assert (answer.status_code, answer.json()["code"]) == (400, "visit_unknown")
    assert Photo.objects.count() == 0


def test_a_companion_adds_photos(village: Village):
    visit_id = village.client("gao").put_visit(village.house, companions=[str(village.lin.pk)]).json()["id"]
    answer = village.client("lin").put(f"photos/{new_id()}/", {**DECLARED, "visit": visit_id})

    assert (answer.status_code, answer.json()["state"]) == (201, "awaiting")


def test_nobody_adds_photos_to_a_task_out_of_sight(village: Village):
    task = make_task(village, "in_progress")
    declared = {**DECLARED, "task": str(task.pk)}
    refused = village.client("qian").put(f"photos/{new_id()}/", declared)
    taken = village.client("lin").put(f"photos/{new_id()}/", declared)

    assert (refused.status_code, refused.json()["code"]) == (400, "task_unknown")
    assert (taken.status_code, Photo.objects.count(), QuarantinedRow.objects.count()) == (201, 1, 1)
