"""What a phone does with photos, and the worker's turn."""

from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from PIL import Image

from fieldapi.ids import new_id
from media.models import Photo
from tests.conftest import Village
from tests.media.pictures import encoded, with_corners
from tests.samples import Caller

JPEG = encoded(with_corners())


def declared(content: bytes = JPEG, **columns: Any) -> dict[str, Any]:
    """A photo as it is declared inside a visit."""
    return {"id": str(new_id()), "sha256": sha256(content).hexdigest(), "bytes": len(content), **columns}


def declare(village: Village, *contents: bytes, by: str = "gao", **columns: Any) -> list[Photo]:
    """A visit of `by` with a photo for each of the contents, which do not come with it."""
    photos = [declared(content) for content in contents]
    answer = village.client(by).put_visit(village.house, photos=photos, **columns)
    assert answer.status_code == 201, answer.content
    return [Photo.objects.get(pk=photo["id"]) for photo in photos]


def send(caller: Caller, photo: Photo, content: bytes = JPEG, **headers: str) -> Any:
    headers = {"content_type": "image/jpeg"} | headers
    return caller.put(f"photos/{photo.pk}/content/", content, **headers)


def stored(village: Village, content: bytes = JPEG, **columns: Any) -> Photo:
    """A photo of a visit of its own, whose bytes have come and been developed."""
    (photo,) = declare(village, content, **columns)
    assert send(village.client("gao"), photo, content).status_code == 200
    work()
    photo.refresh_from_db()
    return photo


def work() -> list[str]:
    """Let the worker do what is waiting; how the jobs ended."""
    worker = Worker(
        queue_names=["*"], excluded_queue_names=[], interval=0, batch=True, backend_name="default",
        startup_delay=False, max_tasks=None, worker_id="test",
    )  # fmt: skip
    jobs = list(DBTaskResult.objects.ready())
    for job in jobs:
        job.claim("test")
        worker.run_task(job)
    return [job.status for job in jobs]


def files_in(folder: Path) -> list[str]:
    """The names of all files below, in order."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def shown(answer: Any) -> Image.Image:
    """The picture in an answer."""
    return Image.open(BytesIO(b"".join(answer)))
