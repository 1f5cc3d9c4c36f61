"""Writes the tables of docs/ that the code already knows: `python manage.py write_docs [--folder docs]`."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string
from rest_framework.serializers import Serializer

from fieldapi.access import BY_SECRET, PUBLIC, TABLE, Role
from fieldapi.codes import CODES, IN_FIELDS
from fieldapi.environment import VARIABLES
from matters.verbs import VERBS

MADE = "This page is written by `python manage.py write_docs` from `{source}`; change it there.\n"


def access() -> str:
    """Who may do what, as in the code."""
    rows = [
        (f"`{action}`", *("yes" if role in allowed else "" for role in Role))
        for action, allowed in sorted(TABLE.items())
    ]
    rows += [(f"`{action}`", *("open" for _ in Role)) for action in sorted(PUBLIC)]
    rows += [(f"`{action}`", *("secret" for _ in Role)) for action in sorted(BY_SECRET)]
    return (
        "# Who may do what\n\n"
        + MADE.format(source="fieldapi/access.py")
        + "\nA row says which roles may knock. Which rows of data they then see is decided by each table's"
        " `visible_to`: desks see their unit's subtree, a cadre the households served today and what comes with them,"
        " and what is not visible is answered like what is not there. `open` needs no sign-in."
        " `secret` needs none either, but the 128-bit secret in the address, which its owner was told once.\n\n"
        + table(("action", *(role.value for role in Role)), rows)
    )


def problems() -> str:
    """Every code, as in the code."""
    headings = ("code", "status", "English", "中文")
    whole, in_fields = (
        [
            (f'<a id="{name}"></a>`{name}`', str(code.status), code.en, code.zh)
            for name, code in sorted(codes.items())
        ]
        for codes in (CODES, IN_FIELDS)
    )
    return (
        "# Problems\n\n"
        + MADE.format(source="fieldapi/codes.py")
        + "\nEvery refusal is `application/problem+json` (RFC 9457) with one of these as its `code`. Faults of"
        " single fields are listed in `errors`, each with a JSON pointer, or `?name` for a query parameter.\n\n"
        + table(headings, whole)
        + "\n## In `errors` only\n\nA fault of a single field has one of the codes above or one of these. The words"
        " sent with it name the limits.\n\n" + table(headings, in_fields)
    )


def environment() -> str:
    """Every variable, as in the code."""
    rows = [(f"`{variable.name}`", variable.default, variable.meaning) for variable in VARIABLES]
    return (
        "# Environment variables\n\n"
        + MADE.format(source="fieldapi/environment.py")
        + "\nA wrong value stops the start with one clear line.\n\n"
        + table(("variable", "default", "meaning"), rows)
    )


def tasks() -> str:
    """The verbs, as in the code."""
    rows = [
        (
            f"`{name}` {verb.zh}",
            ", ".join(f"{before} → {after}" for before, after in verb.becomes.items())
            + {None: "", True: "; paused", False: "; not paused"}[verb.paused]
            + {None: "", True: "; under review", False: "; not under review"}[verb.under_review],
            "<br>".join(f"{part}: {_told(told)}" for part, told in verb.who.items()),
            verb.meaning,
        )
        for name, verb in VERBS.items()
    ]
    return (
        "# What can be done to a task\n\n"
        + MADE.format(source="matters/verbs.py")
        + "\nAt a desk each verb is `POST /tasks/{id}/<verb>/` with the body below. Cadres and supervisors may also act"
        " offline, by `PUT /task-actions/{id}/` with `{task, verb, args, made_at}` or the table `task_actions` of a"
        " push; the day of `made_at` is the day of the act. A leader decides at a desk only.\n\n"
        "An optional member has a `?`. The *supervisor* is one of a unit that the task lies in, the *handler* the one"
        " fixed for it, or post B who acts for him that day (顶岗), a *paired cadre* serves, in post A or B on the day"
        " of the act, a household that raised it. In another state the answer is 409 `wrong_state` with `state`,"
        " `paused` and the verbs `allowed` to you now; of two people who act at once the second is judged by what"
        " the first has left, and does not assign or escalate (409 too; likewise offline, where somebody has assigned"
        " or escalated since). A desk that says with `If-Match` which `version` it has before it is told 412"
        " `version_stale` where anybody has acted since; with an `Idempotency-Key` a call whose answer was lost can be"
        " made again. `GET /tasks/{id}/verbs/` tells what you may"
        " do now and what each verb must be told; `GET /tasks/{id}/history/` every act, and all that the five fixings"
        " ever said.\n\n" + table(("verb", "from → to", "who, and what must be told", "meaning"), rows)
    )


def _told(serializer: type[Serializer]) -> str:
    fields = serializer().fields.items()
    return "`{" + ", ".join(name if field.required else f"{name}?" for name, field in fields) + "}`"


PAGES: dict[str, Callable[[], str]] = {
    "access.md": access,
    "problems.md": problems,
    "environment.md": environment,
    "tasks.md": tasks,
    **{name: import_string(page) for name, page in settings.DOC_PAGES.items()},
}


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines)


class Command(BaseCommand):
    help = "Writes the pages of docs/ that print tables of the code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=settings.BASE_DIR / "docs")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, page in PAGES.items():
            (options["folder"] / name).write_text(page(), encoding="utf-8")
