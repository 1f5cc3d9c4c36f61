"""Writes the tables of docs/ that the code already knows: `python manage.py write_docs [--folder docs]`."""

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from fieldapi.access import PUBLIC, TABLE, Role
from fieldapi.codes import CODES
from fieldapi.environment import VARIABLES

MADE = "This page is written by `python manage.py write_docs` from `{source}`; change it there.\n"


def access() -> str:
    """Who may do what, as in the code."""
    rows = [
        (f"`{action}`", *("yes" if role in allowed else "" for role in Role))
        for action, allowed in sorted(TABLE.items())
    ]
    rows += [(f"`{action}`", *("open" for _ in Role)) for action in sorted(PUBLIC)]
    return (
        "# Who may do what\n\n"
        + MADE.format(source="fieldapi/access.py")
        + "\nA row says which roles may knock. Which rows of data they then see is decided by each table's"
        " `visible_to`: desks see their unit's subtree, a cadre the households served today and what comes with them,"
        " and what is not visible is answered like what is not there. `open` needs no sign-in.\n\n"
        + table(("action", *(role.value for role in Role)), rows)
    )


def problems() -> str:
    """Every code, as in the code."""
    rows = [
        (f'<a id="{name}"></a>`{name}`', str(code.status), code.en, code.zh)
        for name, code in sorted(CODES.items())
    ]
    return (
        "# Problems\n\n"
        + MADE.format(source="fieldapi/codes.py")
        + "\nEvery refusal is `application/problem+json` (RFC 9457) with one of these as its `code`. Faults of"
        " single fields are listed in `errors`, each with a JSON pointer, or `?name` for a query parameter.\n\n"
        + table(("code", "status", "English", "中文"), rows)
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


PAGES = {"access.md": access, "problems.md": problems, "environment.md": environment}


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines)


class Command(BaseCommand):
    help = "Writes docs/access.md, docs/problems.md and docs/environment.md from the code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=settings.BASE_DIR / "docs")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, page in PAGES.items():
            (options["folder"] / name).write_text(page(), encoding="utf-8")
