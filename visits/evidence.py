"""What a visit's presence is judged by, and what the judgement consists of.

All points are WGS-84; numbers are finite and accuracies not negative (the input's check sees to that).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fieldapi.coordinates import Point

Id = UUID | str


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a measured value has to pass to be flagged: the defaults. A unit may have its own."""

    far_m: float = 200
    accuracy_m: float = 100
    speed_kmh: float = 150  # from door to door: a motorway is possible, and so is a fast train with its ways
    stay_s: float = 120
    clock_s: float = 300  # from here on the server corrects the phone's time, too
    photo_m: float = 500  # the road or the well that a visit was about may be some way off
    photo_s: float = 3600  # before the visit starts or after it ends
    photo_bits: int = 5  # of the 60 by which media compares pictures


@dataclass(slots=True)
class Call:
    """The visit that is judged.

    `started_at` and `ended_at` are the phone's claim, in the offset it sent: EXIF times that have none are
    read in that. `occurred_at` and `received_at` are the server's. `clock_offset` is how far the phone's
    clock was ahead when it sent, None if it did not say. `household_point` is None if there is no household,
    or it has no coordinates; `household_accuracy_m` is by how much a geocoder's estimate of it may be off.
    `paired`: the cadre served the household on that day, as A or B.
    """

    kind: str
    started_at: datetime
    ended_at: datetime | None
    occurred_at: datetime
    received_at: datetime
    clock_offset: timedelta | None = None
    point: Point | None = None
    accuracy_m: float | None = None
    mocked: bool = False
    household_point: Point | None = None
    household_accuracy_m: float = 0
    paired: bool = True


@dataclass(slots=True)
class Neighbour:
    """The same cadre's nearest visit, by `occurred_at`, among those of a LOCATED kind that have a point."""

    id: UUID
    started_at: datetime
    ended_at: datetime | None
    occurred_at: datetime
    point: Point | None
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """An earlier photo of another visit, and by how many bits its perceptual hash differs (0: same bytes)."""

    photo: Id
    bits: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo of the visit: when the phone declares it was taken, and what its EXIF says.

    `exif_at` is naive if the EXIF has no offset: then it is read in the visit's.
    """

    id: Id
    taken_at: datetime | None = None
    exif_at: datetime | None = None
    exif_point: Point | None = None
    seen_before: Sequence[Seen] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One measurement and the threshold it passed, in the same unit.

    `photo` is the visit's photo that gave it, `other` the visit or the earlier photo compared with.
    """

    measured: float
    threshold: float
    photo: Id | None = None
    other: Id | None = None

    def as_json(self) -> dict[str, float | str]:
        shown: dict[str, float | str] = {"measured": self.measured, "threshold": self.threshold}
        if self.photo is not None:
            shown["photo"] = str(self.photo)
        if self.other is not None:
            shown["other"] = str(self.other)
        return shown


@dataclass(frozen=True, slots=True)
class Flag:
    """A code with the evidence for it, never none. What a supervisor says to it is kept elsewhere."""

    code: str
    evidence: tuple[Evidence, ...]

    def as_json(self) -> dict[str, object]:
        return {"code": self.code, "evidence": [piece.as_json() for piece in self.evidence]}
