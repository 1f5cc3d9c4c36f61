"""Random verbs by random people, through HTTP: what happens is what the rules of `rules.py` say, step by step."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cadres.models import Absence
from fieldapi import clock
from matters.models import Fixing, PracticalMatter, TaskAction
from opinions.models import Opinion
from tests import samples
from tests.conftest import Village
from tests.matters import rules
from tests.matters.rules import FIXINGS, ROLES, UP, VERBS, No
from tests.samples import at

TODAY = date(2026, 11, 9)
DUE = (date(2026, 11, 30) - TODAY).days  # 15 working days
DAYS = st.sampled_from([DUE - 2, DUE, DUE + 7, DUE + 30])
OFFICES = ("水利站", "交通站", "城建办")
HANDLERS = ("lin", "gao", "chen", "sun")
MOST_TASKS = 4
ALL_FIVE = {"office": "城建办", "handler": "lin", "plan": "换灯", "closing_standard": "连亮三晚"}
GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "office": st.sampled_from(OFFICES),
        "handler": st.sampled_from(HANDLERS),
        "plan": st.sampled_from(["换灯", "报供电所"]),
        "due_on": DAYS,
        "closing_standard": st.just("连亮三晚"),
    },
)


class Scene:
    """The cast with its tokens, made once for all walks."""

    def __init__(self, village: Village):
        assert village.house
        self.village = village
        self.offices = {name: samples.make_office(name) for name in OFFICES}
        for who, office in (("lin", "水利站"), ("chen", "交通站")):
            person = getattr(village, who)
            person.office = self.offices[office]
            person.save()
        self.callers = {who: village.client(who) for who in ROLES}

    def sent(self, args: dict[str, Any]) -> dict[str, Any]:
        """The arguments as they are sent."""
        meanings: dict[str, Any] = {
            "office": lambda name: str(self.offices[name].pk),
            "offices": lambda names: [str(self.offices[name].pk) for name in names],
            "handler": lambda name: str(getattr(self.village, name).pk),
            "due_on": lambda days: str(TODAY + timedelta(days=days)),
        }
        return {name: meanings.get(name, lambda value: value)(value) for name, value in args.items()}


class Walk(RuleBasedStateMachine):
    scene: Scene

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.town = rules.Town({"lin": "水利站", "chen": "交通站"})
        self.tasks: dict[str, rules.Task] = {}
        self.done = 0

    def teardown(self) -> None:
        self.check_the_whole()
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.open_task()

    @precondition(lambda self: len(self.tasks) < MOST_TASKS)
    @rule()
    def open_task(self) -> None:
        village = self.scene.village
        opinion = samples.make_opinion(village.house, village.gao)
        body = {"title": "路灯", "opinions": [str(opinion.pk)]}
        answer = self.scene.callers["sun"].post("tasks/", body)
        assert answer.status_code == 201
        self.tasks[answer.json()["id"]] = rules.Task(self.town, due_on=DUE)

    @rule(who=st.sampled_from(["gao", "chen"]))
    def go_away_or_come_back(self, who: str) -> None:
        cadre = getattr(self.scene.village, who)
        if who in self.town.away:
            Absence.objects.filter(cadre=cadre).delete()
        else:
            Absence.objects.create(
                cadre=cadre, started_on=TODAY, ended_on=TODAY, reason="培训", recorded_by=self.scene.village.sun,
                changed_at=clock.now(),
            )  # fmt: skip
        self.town.away ^= {who}

    @rule(data=st.data(), who=st.sampled_from(list(ROLES)), verb=st.sampled_from(VERBS))
    def anything(self, data: st.DataObject, who: str, verb: str) -> None:
        self.act(data, data.draw(st.sampled_from(list(self.tasks))), who, verb)

    @rule(data=st.data())
    def something_allowed(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(list(self.tasks)))
        chances = [(who, verb) for who in ROLES for verb in self.tasks[key].allowed(who)]
        if chances:
            self.act(data, key, *data.draw(st.sampled_from(chances)))

    @rule(data=st.data(), steps=st.integers(1, 4))
    def go_on(self, data: st.DataObject, steps: int) -> None:
        """Some of the steps that lead a task to its end, so that a walk comes as far."""
        key = data.draw(st.sampled_from(list(self.tasks)))
        for _ in range(steps):
            task = self.tasks[key]
            verb = task.next_verb()
            people = [who for who in ROLES if verb in task.allowed(who)]
            if not people:
                return
            given = {name: value for name, value in ALL_FIVE.items() if not getattr(task, name)}
            args = given if verb in ("assign", "start") else None
            self.act(data, key, data.draw(st.sampled_from(people)), verb, args)

    @rule(data=st.data(), who=st.sampled_from([who for who in ROLES if who != "zhou"]))
    def look_at_the_forms(self, data: st.DataObject, who: str) -> None:
        key, task = data.draw(st.sampled_from(list(self.tasks.items())))
        answer = self.scene.callers[who].get(f"tasks/{key}/verbs/")
        if not task.is_seen_by(who):
            assert answer.status_code == 404
            return
        offered = {form["verb"]: form["blocked"] for form in answer.json()["verbs"]}
        assert offered == {verb: task.blocked(verb) for verb in task.allowed(who)}

    def act(
        self, data: st.DataObject, key: str, who: str, verb: str, given: dict[str, Any] | None = None
    ) -> None:
        task = self.tasks[key]
        args, sent = self.told(data, who, verb) if given is None else (given, self.scene.sent(given))
        try:
            expected, code = task.after(who, verb, args), ""
        except No as refused:
            expected, code = task, str(refused)
        answer = self.scene.callers[who].post(f"tasks/{key}/{verb}/", sent)
        assert (answer.status_code == 200, answer.json().get("code", "")) == (not code, code), answer.json()
        if code == "wrong_state" and "allowed" in answer.json():
            assert sorted(answer.json()["allowed"]) == sorted(task.allowed(who))
        self.tasks[key] = expected
        if not code:
            self.done += 1
            if verb == "merge":
                self.take_over(sent["into"])
        self.compare(key)

    def take_over(self, into: str) -> None:
        target = self.tasks[into]
        target.version, target.raised = target.version + 1, True
        self.compare(into)

    def told(self, data: st.DataObject, who: str, verb: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Arguments that are right for the part of who does it: as the rules take them, and as they are sent."""
        reason: dict[str, Any] = {"reason": "情况属实"}
        if verb == "merge":
            into = data.draw(st.sampled_from(list(self.tasks)))
            return {"into": self.tasks[into]}, {"into": into}
        if verb == "confirm" and who in rules.PAIRED:
            body = {
                "household": str(self.scene.village.house.pk),
                "satisfaction": data.draw(st.integers(1, 5)),
            }
            return {}, body
        args = {
            "assign": GIVEN,
            "start": GIVEN,
            "extend": st.builds(lambda due_on: reason | {"due_on": due_on}, DAYS),
            "escalate": st.fixed_dictionaries({"reason": st.just("大")}, optional={"due_on": DAYS}),
            "request-review": st.builds(
                lambda offices: reason | {"offices": offices},
                st.lists(st.sampled_from(OFFICES), min_size=1, unique=True),
            ),
            "review": st.just({"view": "同意"}),
            "decide": st.just({"decision": "照办"}),
            "finish": st.just({"outcome": "已换"}),
        }
        drawn: dict[str, Any] = data.draw(args.get(verb, st.just(reason)))
        return drawn, self.scene.sent(drawn)

    def compare(self, key: str) -> None:
        """The task as the supervisor reads it, and as the rules have it."""
        shown, task = self.scene.callers["sun"].get(f"tasks/{key}/").json(), self.tasks[key]
        five = {"office": task.office, "handler": task.handler, "due_on": task.due_on}
        named = self.scene.sent({name: value for name, value in five.items() if value is not None})
        expected = dict.fromkeys(five) | named
        expected |= {
            "escalated_to": UP[task.height] if task.height else None,
            "opinions": shown["opinions"] if task.raised else [],
        }
        plain = ("state", "plan", "closing_standard", "paused", "under_review", "extended", "version")
        expected |= {name: getattr(task, name) for name in plain}
        assert {name: shown[name] for name in expected} == expected
        assert bool(shown["opinions"]) == task.raised

    def check_the_whole(self) -> None:
        """Every opinion has one task, every confirmed task one matter, every act its line, every fixing its history."""
        confirmed = [key for key, task in self.tasks.items() if task.state == "confirmed"]
        assert sum(task.matters for task in self.tasks.values()) == len(confirmed)
        assert {str(pk) for pk in PracticalMatter.objects.standing().values_list("task", flat=True)} == set(
            confirmed
        )
        for opinion in Opinion.objects.select_related("group__task"):
            state = opinion.group.task.state
            assert state != "merged"
            assert (opinion.resolved_on is not None) == (state == "confirmed")
            assert (opinion.declined_on is not None) == (state == "declined")
        assert TaskAction.objects.count() == self.done
        for key, task in self.tasks.items():
            latest = dict(Fixing.objects.filter(task=key).order_by("pk").values_list("name", "value"))
            stands = {name: value for name in FIXINGS if (value := getattr(task, name))}
            assert latest == self.scene.sent(stands)


@pytest.fixture
def scene(village: Village) -> Iterator[Scene]:
    with time_machine.travel(at("2026-11-09 16:00"), tick=False):
        yield Scene(village)


def walk(scene: Scene, walks: int, steps: int) -> None:
    size = settings(
        max_examples=walks,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(lambda: _with(scene), settings=size)


def _with(scene: Scene) -> Walk:
    machine = Walk()
    machine.scene = scene
    return machine


def test_random_verbs_do_what_the_rules_say(scene: Scene):
    walk(scene, walks=8, steps=30)


@pytest.mark.long
def test_long_random_walks_do_what_the_rules_say(scene: Scene):
    walk(scene, walks=60, steps=60)
