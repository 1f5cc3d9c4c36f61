"""The rules of a task written down a second time, without database, clock or HTTP: what a random walk is compared with.

Names stand for people and offices, whole numbers for days.
"""

from dataclasses import dataclass, field, replace
from typing import Any

UP = ["530626101201", "530626101", "530626", "5306", "53"]
NOT_DONE = ("open", "assigned", "in_progress")
LIVE = (*NOT_DONE, "done")
FIXINGS = ("office", "handler", "plan", "due_on", "closing_standard")
ROLES = {
    "sun": "supervisor",
    "zhou": "supervisor",
    "wu": "leader",
    "gao": "cadre",
    "chen": "cadre",
    "qian": "cadre",
    "lin": "cadre",
}
DESK_VERBS = ("assign", "extend", "escalate", "request-review", "decline", "merge")
HANDLERS_VERBS = ("start", "pause", "resume", "finish")
PAIRED = ("gao", "chen")  # posts A and B of the one household
STATES = {
    "assign": {"open": "assigned", "assigned": "assigned", "in_progress": "in_progress"},
    "start": {"assigned": "in_progress"},
    "pause": {"in_progress": "in_progress"},
    "resume": {"in_progress": "in_progress"},
    "finish": {"in_progress": "done"},
    "confirm": {"done": "confirmed"},
    "reopen": {"done": "in_progress", "confirmed": "in_progress"},
    "decline": dict.fromkeys(NOT_DONE, "declined"),
    "merge": dict.fromkeys(NOT_DONE, "merged"),
} | {verb: {s: s for s in LIVE} for verb in ("extend", "escalate", "request-review", "review", "decide")}
CONDITIONS = {  # verb: (paused, under review), None where it does not matter
    "pause": (False, None),
    "resume": (True, None),
    "request-review": (None, False),
    "review": (None, True),
    "decide": (None, True),
    "finish": (False, False),
    "confirm": (None, False),
}
VERBS = tuple(STATES)


class No(Exception):
    """Refused, with this code."""


@dataclass
class Town:
    """Who is away, and the office each cadre belongs to."""

    offices: dict[str, str]
    away: set[str] = field(default_factory=set)

    def on_post(self) -> str:
        return "chen" if "gao" in self.away and "chen" not in self.away else "gao"


@dataclass
class Task:
    town: Town
    state: str = "open"
    office: str | None = None
    handler: str | None = None
    plan: str = ""
    due_on: int = 0
    closing_standard: str = ""
    paused: bool = False
    under_review: bool = False
    extended: bool = False
    height: int = 0  # how far up it has gone
    asked: frozenset[str] = frozenset()  # offices whose view is asked for and not yet decided upon
    ever_asked: frozenset[str] = frozenset()
    raised: bool = True  # the household's opinions are with it
    version: int = 1
    matters: int = 0  # that stand

    def is_seen_by(self, who: str) -> bool:
        if ROLES[who] != "cadre":
            return who != "zhou"
        office = self.town.offices.get(who)
        given = who == self.handler or (office is not None and office in {self.office, *self.ever_asked})
        return given or (self.raised and who in PAIRED)

    def may(self, who: str, verb: str) -> bool:
        """Whether who has a part in it that does the verb."""
        if verb == "decide":
            return who == "wu"
        if verb == "review":
            return ROLES[who] != "leader" and self.town.offices.get(who, "") in self.asked
        if who == "sun":
            return True
        if verb in HANDLERS_VERBS:
            return who == self.handler or self.is_covered_by(who)
        return verb in ("confirm", "reopen") and self.raised and who in PAIRED

    def is_covered_by(self, who: str) -> bool:
        covered = self.raised and self.handler == "gao" and "gao" in self.town.away
        return who == "chen" and covered and "chen" not in self.town.away

    def fits(self, verb: str) -> bool:
        paused, under_review = CONDITIONS.get(verb, (None, None))
        return (
            self.state in STATES[verb]
            and paused in (None, self.paused)
            and under_review in (None, self.under_review)
        )

    def allowed(self, who: str) -> list[str]:
        if who == "zhou":
            return []
        return [verb for verb in VERBS if self.may(who, verb) and self.fits(verb)]

    def next_verb(self) -> str:
        """What leads it on to its end; from there it is taken up again."""
        if self.under_review:
            return "decide"
        if self.paused:
            return "resume"
        onward = {"open": "assign", "assigned": "start", "in_progress": "finish", "done": "confirm"}
        return onward.get(self.state, "reopen")

    def blocked(self, verb: str) -> str | None:
        """The code a verb is refused with, whatever it is told."""
        if verb == "extend" and self.extended:
            return "already_extended"
        return "nothing_above" if verb == "escalate" and self.height == len(UP) - 1 else None

    def after(self, who: str, verb: str, args: dict[str, Any]) -> "Task":
        """The task once it is done. Raises No."""
        role = ROLES[who]
        knocks = {"decide": ("leader",)} | dict.fromkeys(DESK_VERBS, ("supervisor",))
        if role not in knocks.get(verb, ("cadre", "supervisor")):
            raise No("permission_denied")
        if not self.is_seen_by(who):
            raise No("not_found")
        if not self.may(who, verb):
            raise No("permission_denied")
        if not self.fits(verb):
            raise No("wrong_state")
        if code := self.blocked(verb):
            raise No(code)
        changes = getattr(self, f"_{verb.replace('-', '_')}", lambda args: {})(args)
        return replace(self, state=STATES[verb][self.state], version=self.version + 1, **changes)

    def _given(self, args: dict[str, Any]) -> dict[str, Any]:
        return {name: args[name] for name in FIXINGS if name in args}

    def _assign(self, args: dict[str, Any]) -> dict[str, Any]:
        given = self._given(args)
        if self.state == "in_progress" and given.get("due_on", self.due_on) != self.due_on:
            raise No("due_day_fixed")
        if not any(given.get(name) or getattr(self, name) for name in ("office", "handler")):
            if not self.raised:
                raise No("nobody_assigned")
            given["handler"] = self.town.on_post()
        return given

    def _start(self, args: dict[str, Any]) -> dict[str, Any]:
        given = self._given(args)
        if any(getattr(self, name) not in (None, "", value) for name, value in given.items()):
            raise No("fixing_set")
        if not all(given.get(name) or getattr(self, name) for name in FIXINGS):
            raise No("five_fixings_missing")
        return given

    def _extend(self, args: dict[str, Any]) -> dict[str, Any]:
        if args["due_on"] <= self.due_on:
            raise No("due_not_later")
        return {"due_on": args["due_on"], "extended": True}

    def _escalate(self, args: dict[str, Any]) -> dict[str, Any]:
        if "due_on" in args and self.state == "done":
            raise No("due_day_fixed")
        if args.get("due_on", self.due_on + 1) <= self.due_on:
            raise No("due_not_later")
        return {"height": self.height + 1, "due_on": args.get("due_on", self.due_on)}

    def _pause(self, args: dict[str, Any]) -> dict[str, Any]:
        return {"paused": True}

    def _resume(self, args: dict[str, Any]) -> dict[str, Any]:
        return {"paused": False}

    def _request_review(self, args: dict[str, Any]) -> dict[str, Any]:
        asked = frozenset(args["offices"])
        return {"under_review": True, "asked": self.asked | asked, "ever_asked": self.ever_asked | asked}

    def _decide(self, args: dict[str, Any]) -> dict[str, Any]:
        return {"under_review": False, "asked": frozenset()}

    def _confirm(self, args: dict[str, Any]) -> dict[str, Any]:
        return {"matters": 1}

    def _reopen(self, args: dict[str, Any]) -> dict[str, Any]:
        return {"matters": 0}

    def _decline(self, args: dict[str, Any]) -> dict[str, Any]:
        return {"paused": False, "under_review": False}

    def _merge(self, args: dict[str, Any]) -> dict[str, Any]:
        if args["into"] is self:
            raise No("same_task")
        if args["into"].state not in LIVE:
            raise No("wrong_state")
        return {"paused": False, "under_review": False, "raised": False}
