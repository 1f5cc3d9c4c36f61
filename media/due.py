"""What a scheduler does for photos; safe to run twice and from two places at once."""

from datetime import timedelta

from django_tasks_db.models import DBTaskResult

from fieldapi import clock
from media import storage
from media.models import Photo, Upload
from media.parts import free, uploads_with_parts
from media.tasks import develop_photo

LEFT_BEHIND = timedelta(minutes=10)
AT_ONCE = 1000


def develop_left_behind() -> None:
    """Put stored photos before the worker again whose job failed or was lost; not while others wait there."""
    if DBTaskResult.objects.ready().filter(task_path=develop_photo.module_path).exists():
        return
    undone = Photo.objects.filter(
        state=Photo.State.STORED, developed_at=None, stored_at__lt=clock.now() - LEFT_BEHIND
    )
    for pk in undone.order_by("stored_at", "pk").values_list("pk", flat=True)[:AT_ONCE]:
        develop_photo.enqueue(str(pk))


def sweep_drafts() -> None:
    """Delete what killed uploads left on this machine's disk."""
    storage.sweep()


def free_uploads() -> None:
    """End uploads that are over, and delete parts that no upload needs any more, here and in storage elsewhere."""
    lying = uploads_with_parts()  # asked first: an upload has its row before its first part
    now = clock.now()
    Upload.objects.forgotten(now).delete()
    under_way = Upload.objects.filter(under_way=True)
    under_way.over(now).delete()
    under_way.filter(photo__state=Photo.State.STORED).update(under_way=False)
    needed = set(under_way.values_list("pk", flat=True))
    for upload in lying:
        if upload not in needed:
            free(upload)
