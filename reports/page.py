"""docs/summary.md, written from the catalogue of figures."""

from reports.figures import FIGURES, Figure

HEAD = """# The monthly summary

This page is written by `python manage.py write_docs` from `reports/figures.py`; change it there.

A month is one of Asia/Shanghai. While it is open its figures are worked out from the rows as they stand; closing it
freezes them with the records behind each. The same definitions work out the live figures, the frozen ones, those by
unit and by cadre, and the lists of records, so they agree.

- **Days.** Visits and what came with them count on the day of `occurred_at`, an opinion sent alone on that of its
  `made_at`, a matter sent alone on its `done_on`; tasks and their matters on the day of the act.
- **Units.** A row belongs to the unit written on it: its household's unit on that day, else the one it names, else
  the cadre's. Pairings belong to the unit where the household lived at the end of the period. Counts of records
  add up over the units below and over months; households, cadres and villages are counted anew.
- **Left out.** Withdrawn visits and what came with them, and merged tasks, count nowhere.
- **Rates** are from 0 to 1 with four decimals, null when there is nothing to divide by.
- **Closing** a unit's month closes every unit below it. What arrives or changes afterwards leaves it as it is: it
  counts in `added_after_closing` of the unit's first open month and in nothing else. A unit closed earlier keeps what
  was frozen then, also inside the month of the unit above it.
- **Corrections** are amendments of a visit that a closed month counts, replies told and acts on tasks made in it that
  came later (offline, by their `made_at`), and reopenings, which concern the month of the end they undo. Nothing else
  is one: what is decided later about flags, groups, categories, pairings, absences and households changes no closed
  month and is counted nowhere. A flag dismissed later is seen at the visit, and leaves `visits.flagged` only of months
  still open.
- **year_to_date** is the months' figures and what was added: in it an added visit, opinion or matter counts like the
  others, a correction only as one. `opinions.open`, `tasks.overdue` and `tasks.backlog` are those of the last month.
- **Any days** (`?from=&to=`) are always worked out anew from all rows, late ones on their own day.
  `previous` is then as many days right before.
- **An office** (`?office=`, `by_office`): tasks given to it with their practical matters; pairings, visits,
  opinions and matters on the spot of the cadres who belong to it.
- **A category** (`by_category`; records: `&category=`): the figures of tasks, for each category of tasks.
- **A cadre** (`by_cadre`): the own pairings, visits and opinions, matters recorded, tasks handled.
- **Records.** The name of a figure is its place in the summary, `opinions.by_category.lighting`
  (`-` for no category). A count has a record for each; a sum, mean or rate is worked out from their `value`.

"""
HOW = {
    "count": "count",
    "sum": "sum",
    "mean": "mean",
    "rate": "rate",
    "distinct": "different",
    "share": "rate",
}


def summary() -> str:
    """The page."""
    lines = ["| figure | 中文 | how | meaning |\n", "| --- | --- | --- | --- |\n"]
    lines += [
        f"| `{_name(figure)}` | {figure.zh} | {HOW[figure.how]} | {figure.meaning}{_asked(figure)} |\n"
        for figure in FIGURES
    ]
    return HEAD + "".join(lines)


def _asked(figure: Figure) -> str:
    return f" Only with `?include={figure.include}`." if figure.include else ""


def _name(figure: Figure) -> str:
    return f"{figure.name}.<{figure.by}>" if figure.by else figure.name
