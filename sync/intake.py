"""One batch from one phone: judged bundle by bundle, written in bulk.

The number of statements depends on which tables the batch touches, not on how many rows it brings.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from rest_framework.exceptions import ValidationError

from cadres.models import User
from fieldapi import json, phone_clock
from fieldapi.errors import Refused
from fieldapi.ids import new_id
from fieldapi.json import dumps
from matters.arguments import photos_named
from matters.models import PracticalMatter, VisitTask
from matters.record import NewMatter, new_matter
from media.models import Photo
from media.record import new_photo
from opinions.models import Opinion, Reply
from opinions.record import new_opinion
from opinions.replies import new_reply
from sync import links
from sync.columns import DeviceSaid
from sync.links import Link
from sync.models import WaitingRow
from sync.reading import Bundle, Sent
from sync.sameness import content_of, repeats, same
from sync.surroundings import Surroundings
from sync.waiting import Aside, bundle_of
from visits.amend import new_amendment
from visits.models import Amendment, Companion, Flag, Visit
from visits.record import Receipt, door_of, new_visit, visited

Key = tuple[str, UUID]
DEVICE = DeviceSaid()  # one for all, as the readers of rows are
CREATED, SAME, WAITING, CONFLICT, REFUSED = "created", "same", "waiting", "conflict", "refused"


@dataclass
class Accepted:
    """Unsaved rows of one bundle, or of many."""

    visits: list[Visit] = field(default_factory=list)
    companions: list[Companion] = field(default_factory=list)
    worked_on: list[VisitTask] = field(default_factory=list)
    opinions: list[Opinion] = field(default_factory=list)
    matters: list[NewMatter] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)
    replies: list[tuple[Reply, Receipt]] = field(default_factory=list)
    amendments: list[tuple[Amendment, "Verdict"]] = field(default_factory=list)
    actions: list[tuple[Sent, Receipt, "Verdict"]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)  # sent alone
    links_aside: list[Aside] = field(default_factory=list)  # of matters to opinions not yet here
    flags: list[Flag] = field(default_factory=list)  # known once the visits are judged by presence

    def add(self, other: "Accepted") -> None:
        for name, rows in vars(other).items():
            if rows:
                getattr(self, name).extend(rows)

    def __bool__(self) -> bool:
        return any(vars(self).values())


@dataclass
class Verdict:
    """What became of one bundle.

    `row` is the root row, `rows` those accepted with it; `waiting_for` what it, or a link of it, still awaits.
    """

    bundle: Bundle
    outcome: str = CREATED
    row: Any = None
    rows: Accepted = field(default_factory=Accepted)
    made: Collection[str] = ()  # the pointers of the bundle's rows that are new
    refused: Refused | None = None
    waiting_for: list[UUID] = field(default_factory=list)
    put_aside: bool = False  # the root is to be put aside now
    links_left: bool = False  # the root waits already, perhaps without the links that came with it now
    clock_offset: timedelta | None = (
        None  # how far the phone's clock was ahead; None: not said, or nothing new
    )
    twin: "Verdict | None" = None  # on an earlier copy in the same batch, which this one shares
    stood_with: list[Opinion] = field(default_factory=list)  # a stored visit's opinions
    has_moved_on: bool = False  # rows that waited for it have taken effect: it stands otherwise than written

    @classmethod
    def on(cls, row: Any) -> "Verdict":
        """A repeat of what stands as `row`, whatever was sent for it: there is no bundle."""
        return cls(cast(Bundle, None), SAME, row, has_moved_on=True)

    def share(self) -> None:
        """Take on what became of the earlier copy: its row, what it waits for, or its refusal."""
        if self.twin is not None:
            self.row, self.refused, self.waiting_for = self.twin.row, self.twin.refused, self.twin.waiting_for
            if self.twin.outcome != CREATED:
                self.outcome = self.twin.outcome


def clock_offset(said: Any, at: datetime) -> timedelta | None:
    """How far the phone's clock is ahead, by what it says of itself; None where it says nothing of it."""
    try:
        clock_at = DEVICE.run_validation(said if isinstance(said, dict) else {})["clock_at"]
    except ValidationError:
        clock_at = None
    return phone_clock.offset(clock_at, at)


class Intake:
    """Judges the bundles of one batch against their surroundings. Nothing is written here (see `writing.py`)."""

    def __init__(self, by: User, device: UUID | None, bundles: Sequence[Bundle], at: datetime):
        self.by, self.device, self.at = by, device, at
        self.around = Surroundings(by, bundles)
        self.accepted = Accepted()
        self.visits: dict[UUID, Visit] = {}  # of this batch, as they are accepted
        self.taken: dict[Key, tuple[Sent, Verdict]] = {}  # rows of this batch that are accepted or wait
        self.receipt: tuple[Any, Receipt] | None = None  # the last, and what the phone said of itself
        self.verdicts = [self.judged(bundle) for bundle in bundles]

    @property
    def has_news(self) -> bool:
        return bool(self.accepted) or any(verdict.put_aside for verdict in self.verdicts)

    @property
    def awaited_by_others(self) -> set[UUID]:
        """Ids of this batch that rows put aside are waiting for."""
        arrived = {
            row.id for verdict in self.verdicts if verdict.refused is None for row in verdict.bundle.rows
        }
        return arrived & self.around.known["awaited"]

    def judged(self, bundle: Bundle) -> Verdict:
        verdict = Verdict(bundle)
        try:
            self._judge(bundle, verdict)
        except Refused as refused:
            if refused.code == "content_differs" and (row := self.around.made_of(bundle)) is not None:
                return Verdict(bundle, SAME, row, has_moved_on=True)
            verdict.refused = refused
            verdict.outcome = CONFLICT if refused.code == "content_differs" else REFUSED
        return verdict

    def _judge(self, bundle: Bundle, verdict: Verdict) -> None:
        taken: dict[Key, tuple[Sent, Verdict]] = {}
        fresh = []
        for row in bundle.rows:
            if not self._stands(row, taken):
                fresh.append(row)
                taken[row.table, row.id] = row, verdict
        root = bundle.root
        if root not in fresh:
            self._stand_by(root, verdict)
        elif waits := self.around.waiting.get((root.table, root.id)):
            self._waits_already(waits, bundle, verdict)
            return
        elif awaited := self._awaited(root):
            verdict.outcome, verdict.waiting_for, verdict.put_aside = WAITING, awaited, True
            self.taken |= taken
            return
        receipt = self._receipt(bundle)
        verdict.clock_offset = receipt.clock_offset
        for row in fresh:
            made = getattr(self, f"_{row.table}")(row, receipt, verdict)
            if row is root:
                verdict.row = made
            if row.ignored and hasattr(made, "ignored"):
                made.ignored = dumps(row.ignored).decode()
            elif row.pointer in bundle.fingerprints:
                made.fingerprint = bundle.fingerprints[row.pointer]
        verdict.made = {row.pointer for row in fresh}
        self.visits |= {visit.id: visit for visit in verdict.rows.visits}
        self.accepted.add(verdict.rows)
        self.taken |= taken

    def _stands(self, row: Sent, taken: Mapping[Key, tuple[Sent, Verdict]]) -> bool:
        """The row is here, or earlier in the batch, with the same content. Refuses `content_differs` otherwise."""
        key = row.table, row.id
        if earlier := taken.get(key) or self.taken.get(key):
            if not repeats(row, earlier[0]):
                raise Refused("content_differs", row.pointer)
            return True
        if not self.around.has(row.table, row.id):
            return False
        stored = self.around.stored[row.table][row.id]
        if not same(row, stored, self.by, self.around.lists, self.around.known["waiting"]):
            raise Refused("content_differs", row.pointer)
        return True

    def _stand_by(self, root: Sent, verdict: Verdict) -> None:
        """A repeat shows what stands: the stored row, or what becomes of an earlier copy in the batch."""
        verdict.outcome = SAME
        if earlier := self.taken.get((root.table, root.id)):
            verdict.twin = earlier[1]
            verdict.share()
        else:
            verdict.row = self.around.stored[root.table][root.id]
            if root.table == "visits":
                verdict.stood_with = self.around.opinions_with[root.id]

    def _waits_already(self, row: WaitingRow, bundle: Bundle, verdict: Verdict) -> None:
        if row.sender_id != self.by.pk:
            raise Refused("content_differs", "")
        kept, sent = json.loads(row.body)["body"], json.loads(dumps(bundle.body))
        if content_of(kept) != content_of(sent):
            verdict.links_left = bundle.root.links_apart
            if not verdict.links_left or bundle_of(row, self.by).root.columns != bundle.root.columns:
                raise Refused("content_differs", "")
        verdict.outcome = WAITING
        verdict.waiting_for = [one.awaited for one in row.awaits.all()]

    def _awaited(self, root: Sent) -> list[UUID]:
        """Phone-made rows the root refers to that are neither here nor in this batch."""
        said = root.values
        wanted = [("visits", said.get("visit")), ("practical_matters", said.get("matter"))]
        if root.table in ("replies", "matter_opinions"):
            wanted.append(("opinions", said["opinion"]))
        if root.table == "practical_matters":
            wanted += [("opinions", key) for key in said["opinions"] or ()]
        if root.table == "task_actions":
            wanted += [("photos", key) for key in photos_named(said["verb"], said["args"])]
        return [
            key for table, key in wanted
            if key is not None and not self.around.has(table, key) and key not in self.visits
        ]  # fmt: skip

    def _receipt(self, bundle: Bundle) -> Receipt:
        """One for all that came with the same words of the phone about itself."""
        if self.receipt is None or self.receipt[0] is not bundle.device:
            offset = clock_offset(bundle.device, self.at)
            self.receipt = bundle.device, Receipt(self.by, self.device, self.at, offset)
        return self.receipt[1]

    # one row of each table: made, refused, or kept aside

    def _visits(self, row: Sent, receipt: Receipt, verdict: Verdict) -> Visit:
        said = row.values
        door = visited(self.by, said["household"], said["kind"], self.around.doors, "/household")
        visit = new_visit(row.id, said, door, receipt)
        for place, user in enumerate(said["companions"] or ()):
            self._must_be("users", user, "user_unknown", f"/companions/{place}")
        for place, task in enumerate(said["tasks"] or ()):
            self._must_be("tasks", task, "task_unknown", f"/tasks/{place}")
        rows = verdict.rows
        rows.visits.append(visit)
        visit.accompanied = bool(said["companions"])
        link_ids = said["link_ids"] or {}
        rows.companions += [
            Companion(visit=visit, user_id=pk, row_id=link_ids.get(str(pk)) or new_id())
            for pk in dict.fromkeys(said["companions"] or ())
        ]
        rows.worked_on += [
            VisitTask(visit=visit, task_id=pk, row_id=link_ids.get(str(pk)) or new_id())
            for pk in dict.fromkeys(said["tasks"] or ())
        ]
        return visit

    def _opinions(self, row: Sent, receipt: Receipt, verdict: Verdict) -> Opinion:
        visit = self._visit_of(row, verdict)
        household = None
        if visit is None and row.values["household"] is not None:
            household = door_of(row.values["household"], self.around.doors, "/household").household
        if row.values["category"] is not None:
            self._must_be("categories", row.values["category"], "category_unknown", f"{row.pointer}/category")
        if row.values["unit"] is not None:
            self._must_be("units", row.values["unit"], "unit_unknown", f"{row.pointer}/unit")
            if not self.by.governs(row.values["unit"]) and visit is None and household is None:
                raise Refused("unit_unknown", f"{row.pointer}/unit")
        opinion = new_opinion(row.id, row.values, visit, household, receipt)
        verdict.rows.opinions.append(opinion)
        return opinion

    def _practical_matters(self, row: Sent, receipt: Receipt, verdict: Verdict) -> PracticalMatter:
        visit = self._visit_of(row, verdict)
        households = [
            door_of(pk, self.around.doors, f"{row.pointer}/households/{place}").household
            for place, pk in enumerate(row.values["households"] or ())
        ]
        here: list[UUID] = []
        missing: list[UUID] = []
        batch = {opinion.id for opinion in (*self.accepted.opinions, *verdict.rows.opinions)}
        for pk in row.values["opinions"] or ():
            (here if pk in batch or self.around.has("opinions", pk) else missing).append(pk)
        matter = new_matter(row.id, row.values, visit, households, here, receipt)
        verdict.rows.matters.append(matter)
        verdict.rows.links_aside += [links.aside(row, pk) for pk in missing]
        verdict.waiting_for += missing
        return matter.row

    def _photos(self, row: Sent, receipt: Receipt, verdict: Verdict) -> Photo:
        photo = new_photo(row.id, row.values, self._unit_of_photo(row, verdict), receipt)
        verdict.rows.photos.append(photo)
        return photo

    def _unit_of_photo(self, row: Sent, verdict: Verdict) -> str:
        if (visit := self._visit_of(row, verdict)) is not None:
            return visit.unit_id
        if row.values["matter"] is not None:
            matter = self.around.matters[row.values["matter"]]
            if matter.recorded_by_id != self.by.pk and not (
                self.by.sees_subtree and self.by.governs(matter.unit_id)
            ):
                raise Refused("matter_unknown", "/matter")
            return matter.unit_id
        task = self.around.tasks.get(row.values["task"])
        if row.values["task"] is not None and task is None:
            raise Refused("task_unknown", "/task")
        return task.unit_id if task else self.by.unit_id

    def _replies(self, row: Sent, receipt: Receipt, verdict: Verdict) -> Reply:
        if not self.around.may_answer(self.around.opinions[row.values["opinion"]]):
            raise Refused("opinion_unknown", "")
        reply = new_reply(row.id, row.values, receipt)
        verdict.rows.replies.append((reply, receipt))
        return reply

    def _amendments(self, row: Sent, receipt: Receipt, verdict: Verdict) -> Amendment:
        visit = self._visit_named(row.values["visit"])
        if visit.cadre_id != self.by.pk:
            raise Refused("visit_unknown", "")
        amendment = new_amendment(row.id, row.values, receipt)
        verdict.rows.amendments.append((amendment, verdict))
        return amendment

    def _task_actions(self, row: Sent, receipt: Receipt, verdict: Verdict) -> None:
        self._must_be("tasks", row.values["task"], "task_unknown", "/task")
        verdict.rows.actions.append((row, receipt, verdict))

    def _visit_companions(self, row: Sent, receipt: Receipt, verdict: Verdict) -> Link:
        self._must_be("users", row.values["user"], "user_unknown", "/user")
        return self._link(row, verdict, self._visit_named(row.values["visit"]).cadre_id, "visit_unknown")

    def _visit_tasks(self, row: Sent, receipt: Receipt, verdict: Verdict) -> Link:
        self._must_be("tasks", row.values["task"], "task_unknown", "/task")
        return self._link(row, verdict, self._visit_named(row.values["visit"]).cadre_id, "visit_unknown")

    def _matter_households(self, row: Sent, receipt: Receipt, verdict: Verdict) -> Link:
        door_of(row.values["household"], self.around.doors, "/household")
        return self._link(
            row, verdict, self.around.matters[row.values["matter"]].recorded_by_id, "matter_unknown"
        )

    def _matter_opinions(self, row: Sent, receipt: Receipt, verdict: Verdict) -> Link:
        return self._link(
            row, verdict, self.around.matters[row.values["matter"]].recorded_by_id, "matter_unknown"
        )

    def _link(self, row: Sent, verdict: Verdict, maker: UUID, unknown: str) -> Link:
        """A link sent alone, by whoever made the row it belongs to. Two rows are linked once."""
        if maker != self.by.pk:
            raise Refused(unknown, "")
        made = links.new_link(row)
        if links.pair_of(made) in self.around.linked[row.table]:
            raise Refused("content_differs", "")
        self.around.linked[row.table].add(links.pair_of(made))
        verdict.rows.links.append(made)
        return made

    def _visit_of(self, row: Sent, verdict: Verdict) -> Visit | None:
        """The visit a row belongs to, which the sender must have made or gone along on."""
        if row is not verdict.bundle.root:
            return verdict.row  # nested in it
        if row.values["visit"] is None:
            return None
        visit = self._visit_named(row.values["visit"])
        if visit._state.adding or self.around.may_add_to(visit):
            return visit
        raise Refused("visit_unknown", f"{row.pointer}/visit")

    def _visit_named(self, key: UUID) -> Visit:
        return self.visits.get(key) or self.around.visits[key]

    def _must_be(self, table: str, key: Any, code: str, pointer: str) -> None:
        if not self.around.has(table, key):
            raise Refused(code, pointer)
