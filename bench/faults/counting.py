"""What the phones were told is stored, against what is stored: nothing lost, nothing doubled."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from bench.faults.phones import Phone, digest
from cadres.models import User
from fieldapi.journal import broken_lines
from fieldapi.models import JournalLine
from media.models import Photo
from media.storage import original
from opinions.models import Opinion
from sync.models import QuarantinedRow, WaitingRow
from sync.pull import pull
from visits.models import Visit


@dataclass(frozen=True)
class Count:
    """One kind of thing. What was sent and never acknowledged may be stored or not."""

    kind: str
    acknowledged: int
    stored: int
    lost: int  # acknowledged, not stored
    strange: int  # stored twice, or never sent

    @property
    def is_right(self) -> bool:
        return not self.lost and not self.strange


def counts(phones: Sequence[Phone]) -> list[Count]:
    visits = set().union(*(phone.visits for phone in phones))
    opinions = set().union(*(phone.opinions for phone in phones))
    photos = {key: hash for phone in phones for key, hash in phone.photos.items()}
    unsent = {key for phone in phones for key in phone.unsent}
    recorded = JournalLine.objects.filter(action="visits.record").values_list("row_id", flat=True)
    uploaded = JournalLine.objects.filter(action="photos.upload").values_list("row_id", flat=True)
    return [
        counted("visits", visits, ids(Visit.objects.all()), unsent),
        counted("opinions", opinions, ids(Opinion.objects.all()), unsent),
        counted("photos declared and stored", photos, ids(Photo.objects.filter(state="stored")), unsent),
        counted("files with the right bytes", photos, good_files(photos), unsent),
        counted("journal lines of visits", visits, list(recorded), unsent),
        counted("journal lines of photos", photos, list(uploaded), unsent),
        counted(
            "visits in the phones' pull", visits, [row for phone in phones for row in pulled(phone)], unsent
        ),
        counted("rows in quarantine", (), ids(QuarantinedRow.objects.all()), unsent),
        counted("rows that wait", (), ids(WaitingRow.objects.all()), unsent),
        counted("journal lines with a broken seal", (), [str(line) for line in broken_lines()[1]], ()),
    ]


def counted(
    kind: str, acknowledged: Collection[str], stored: Sequence[str], unsent: Collection[str]
) -> Count:
    told, there = set(acknowledged), set(stored)
    doubled = len(stored) - len(there)
    return Count(kind, len(told), len(stored), len(told - there), doubled + len(there - told - set(unsent)))


def ids(rows: QuerySet) -> list[str]:
    return [str(key) for key in rows.values_list("pk", flat=True)]


def good_files(photos: Mapping[str, str]) -> list[str]:
    """Photos whose stored bytes are those that the phone has."""
    good = []
    for photo in Photo.objects.filter(pk__in=photos).iterator():
        with default_storage.open(original(photo)) as file:
            if digest(file.read()) == photos[str(photo.pk)]:
                good.append(str(photo.pk))
    return good


def pulled(phone: Phone) -> list[str]:
    """The user's own visits as a first pull brings them."""
    user = User.objects.get(pk=phone.beat.cadre.pk)
    rows = pull(user, None).updated["visits"]
    return [str(row["id"]) for row in rows if str(row["cadre"]) == str(user.pk)]
