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
from opinions.models import Opinion, Reply
from sync.models import QuarantinedRow, WaitingRow
from sync.pull import pull
from visits.models import Amendment, Visit


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
    unsent = {key for phone in phones for key in phone.unsent}
    photos = {key: hash for phone in phones for key, hash in phone.photos.items()}

    def told(kind: str) -> set[str]:
        return set().union(*(phone.stored[kind] for phone in phones))

    visits = told("visits")
    refused = list(QuarantinedRow.objects.values_list("row_id", flat=True))
    return [
        counted("visits", visits, ids(Visit.objects.all()), unsent),
        counted("opinions", told("opinions"), ids(Opinion.objects.all()), unsent),
        counted("replies", told("replies"), ids(Reply.objects.all()), unsent),
        counted("amendments", told("amendments"), ids(Amendment.objects.all()), unsent),
        counted("their notes on the visits", told("amendments"), notes(), unsent),
        counted("photos stored", told("files"), ids(Photo.objects.filter(state="stored")), unsent),
        counted("files with the right bytes", photos, good_files(photos), unsent),
        counted("refused and kept in quarantine", told("refused"), refused, unsent),
        counted("journal lines of visits", visits, lines("visits.record"), unsent),
        counted("journal lines of photos", photos, lines("photos.upload"), unsent),
        counted(
            "visits in the phones' pull", visits, [row for phone in phones for row in pulled(phone)], unsent
        ),
        counted("rows that wait", (), ids(WaitingRow.objects.all()), unsent),
        counted("journal lines with a broken seal", (), [str(line) for line in broken_lines()[1]], ()),
    ]


def notes() -> list[str]:
    """An amendment of the phones' writes its own id as the visit's note."""
    return list(Visit.objects.filter(amendments__isnull=False).values_list("note", flat=True))


def lines(action: str) -> list[str]:
    return list(JournalLine.objects.filter(action=action).values_list("row_id", flat=True))


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
