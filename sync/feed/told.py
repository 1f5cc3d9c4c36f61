"""Who is told when a row changes: for each table a SELECT of (scope, kind, root), read from `rows`, the changed ones.

A scope is whom it concerns: a household (all who serve it), a person, an office, a division (all who work in it
or below), or everybody. A phone listens at the scopes of its user. `kind` and `root` name what may look different
there, or may have come or gone; whether it is in the working set is asked when a phone pulls.

`kind` is a table of the feed, or one of these: `served` (root: a household that a person may serve now, or no
longer), `given` (root: a task that a person or office may have now, or no longer), `me` (the user's own place).
"""

from dataclasses import dataclass

from cadres.units import LENGTHS

EVERYBODY = "00000000000000000000000000000000"


@dataclass(frozen=True)
class Told:
    """`change` is asked of updated (before and after) and deleted rows, `insert` of new ones (`change` by default).

    New parts of a visit tell of the visit itself, so that a visit with all its parts is one entry for each scope.
    """

    change: str
    insert: str = ""


def part_of_visit(kind: str, key: str = "id", also: str = "") -> Told:
    visit = "FROM rows JOIN visits_visit v ON v.id = rows.visit_id"

    def to_both(named: str) -> str:
        return f"SELECT v.household_id, {named} {visit} UNION ALL SELECT v.cadre_id, {named} {visit} {also}"

    return Told(to_both(f"'{kind}', rows.{key}"), to_both("'visits', v.id"))


def part_of_matter(kind: str) -> Told:
    matter = "FROM rows JOIN matters_practicalmatter m ON m.id = rows.matter_id"
    helped = "FROM rows JOIN matters_matterhousehold h ON h.matter_id = rows.matter_id"

    def to_all(named: str) -> str:
        return f"SELECT m.recorded_by_id, {named} {matter} UNION ALL SELECT h.household_id, {named} {helped}"

    link = f"'{kind}', rows.row_id"
    if kind != "matter_households":
        return Told(to_all(link), to_all(MATTER))
    helps = f"UNION ALL SELECT rows.household_id, {MATTER} FROM rows"
    label = to_all("'households', rows.household_id")
    return Told(
        f"{to_all(link)} UNION ALL {label} UNION ALL SELECT rows.household_id, {link} FROM rows {helps}",
        f"{to_all(MATTER)} {helps}",
    )


def part_of_review(view: str, task: str, rows: str) -> Told:
    """`view` is where the office's view stands among `rows`, `task` the column of its task."""
    named, joined = f"'reviews', {view}.row_id {rows}", f"JOIN matters_task t ON t.id = {task}"
    return Told(
        f"""SELECT {view}.office_id, {named}
        UNION ALL SELECT t.handler_id, {named} {joined}
        UNION ALL SELECT t.office_id, {named} {joined}
        UNION ALL SELECT o.household_id, {named} {joined} JOIN opinions_opinion o ON o.group_id = t.group_id"""
    )


def household_left(table: str, whom: str, joined: str = "") -> str:
    """Of rows that a correction has brought to another household: the one they were at, a label perhaps, to `whom`."""
    return f"""
    UNION ALL SELECT {whom}, 'households', rows.household_id FROM rows
        JOIN {table} AS now ON now.id = rows.id {joined}
        WHERE rows.household_id IS NOT NULL
        AND (now.household_id IS NULL OR now.household_id <> rows.household_id)"""


MATTER = "'practical_matters', rows.matter_id"
PREFIXES = "(SELECT 2 AS n" + "".join(f" UNION ALL SELECT {length}" for length in LENGTHS[1:]) + ")"
OF_PERSON = f"""
    SELECT UNIT(rows.unit, n), 'people', rows.id FROM rows, {PREFIXES} AS prefix WHERE length(rows.unit) >= n"""
OF_OPINION = """
    UNION ALL SELECT t.handler_id, 'opinions', rows.id FROM rows JOIN matters_task t ON t.group_id = rows.group_id
    UNION ALL SELECT t.office_id, 'opinions', rows.id FROM rows JOIN matters_task t ON t.group_id = rows.group_id
    UNION ALL SELECT rows.household_id, 'tasks', t.id FROM rows JOIN matters_task t ON t.group_id = rows.group_id
    UNION ALL SELECT rows.household_id, 'groups', rows.group_id FROM rows WHERE rows.group_id IS NOT NULL
    UNION ALL SELECT rows.by_id, 'groups', rows.group_id FROM rows WHERE rows.group_id IS NOT NULL"""
OF_VISIT = """
    SELECT rows.household_id, 'visits', rows.id FROM rows
    UNION ALL SELECT rows.cadre_id, 'visits', rows.id FROM rows"""
ITS_TASK = "JOIN matters_task t ON t.group_id = rows.group_id"
LEFT_BY_OPINION = "".join(
    household_left("opinions_opinion", whom, joined)
    for whom, joined in (("rows.by_id", ""), ("t.handler_id", ITS_TASK), ("t.office_id", ITS_TASK))
)
OF_TASK = """
    SELECT rows.handler_id, 'given', rows.id FROM rows
    UNION ALL SELECT rows.office_id, 'given', rows.id FROM rows
    UNION ALL SELECT o.household_id, 'tasks', rows.id
        FROM rows JOIN opinions_opinion o ON o.group_id = rows.group_id"""
OF_ASKED = """
    UNION ALL SELECT v.office_id, 'reviews', v.row_id FROM rows
        JOIN matters_jointreview r ON r.task_id = rows.id AND r.decided_at IS NULL
        JOIN matters_officeview v ON v.review_id = r.id"""
OF_ACTION = """
    SELECT t.handler_id, 'tasks', t.id FROM rows JOIN matters_task t ON t.id = rows.task_id
    UNION ALL SELECT t.office_id, 'tasks', t.id FROM rows JOIN matters_task t ON t.id = rows.task_id
    UNION ALL SELECT o.household_id, 'tasks', t.id FROM rows JOIN matters_task t ON t.id = rows.task_id
        JOIN opinions_opinion o ON o.group_id = t.group_id"""
TOLD: dict[str, Told] = {
    "visits_visit": Told(OF_VISIT + household_left("visits_visit", "rows.cadre_id"), OF_VISIT),
    "visits_companion": part_of_visit("visit_companions", "row_id"),
    "matters_visittask": part_of_visit("visit_tasks", "row_id"),
    "visits_flag": part_of_visit("flags"),
    "visits_amendment": part_of_visit(
        "amendments", also="UNION ALL SELECT rows.by_id, 'amendments', rows.id FROM rows"
    ),
    "media_photo": part_of_visit(
        "photos",
        also="""UNION ALL SELECT rows.by_id, 'photos', rows.id FROM rows WHERE rows.visit_id IS NULL
        UNION ALL SELECT t.handler_id, 'photos', rows.id FROM rows JOIN matters_task t ON t.id = rows.task_id
        UNION ALL SELECT t.office_id, 'photos', rows.id FROM rows JOIN matters_task t ON t.id = rows.task_id
        UNION ALL SELECT m.recorded_by_id, 'photos', rows.id
            FROM rows JOIN matters_practicalmatter m ON m.id = rows.matter_id
        UNION ALL SELECT v.cadre_id, 'photos', rows.id FROM rows JOIN visits_visit v ON v.id = rows.visit_id
            WHERE rows.by_id <> v.cadre_id
        UNION ALL SELECT rows.by_id, 'photos', rows.id FROM rows JOIN visits_visit v ON v.id = rows.visit_id
            WHERE rows.by_id <> v.cadre_id""",
    ),
    "opinions_opinion": Told(
        f"""SELECT rows.household_id, 'opinions', rows.id FROM rows
        UNION ALL SELECT rows.by_id, 'opinions', rows.id FROM rows {OF_OPINION} {LEFT_BY_OPINION}""",
        f"""SELECT rows.household_id, CASE WHEN rows.visit_id IS NULL THEN 'opinions' ELSE 'visits' END,
            COALESCE(rows.visit_id, rows.id) FROM rows
        UNION ALL SELECT rows.by_id, CASE WHEN rows.visit_id IS NULL THEN 'opinions' ELSE 'visits' END,
            COALESCE(rows.visit_id, rows.id) FROM rows {OF_OPINION}""",
    ),
    "opinions_reply": Told(
        """SELECT rows.by_id, 'replies', rows.id FROM rows
        UNION ALL SELECT o.household_id, 'replies', rows.id
            FROM rows JOIN opinions_opinion o ON o.id = rows.opinion_id
        UNION ALL SELECT o.by_id, 'replies', rows.id FROM rows JOIN opinions_opinion o ON o.id = rows.opinion_id
        UNION ALL SELECT t.handler_id, 'replies', rows.id FROM rows
            JOIN opinions_opinion o ON o.id = rows.opinion_id JOIN matters_task t ON t.group_id = o.group_id
        UNION ALL SELECT t.office_id, 'replies', rows.id FROM rows
            JOIN opinions_opinion o ON o.id = rows.opinion_id JOIN matters_task t ON t.group_id = o.group_id"""
    ),
    "opinions_group": Told(
        """SELECT o.household_id, 'groups', rows.id FROM rows JOIN opinions_opinion o ON o.group_id = rows.id
        UNION ALL SELECT o.by_id, 'groups', rows.id FROM rows JOIN opinions_opinion o ON o.group_id = rows.id
        UNION ALL SELECT t.handler_id, 'groups', rows.id FROM rows JOIN matters_task t ON t.group_id = rows.id
        UNION ALL SELECT t.office_id, 'groups', rows.id FROM rows JOIN matters_task t ON t.group_id = rows.id"""
    ),
    "opinions_category": Told(f"SELECT '{EVERYBODY}', 'categories', '{EVERYBODY}' FROM rows"),
    "matters_task": Told(
        OF_TASK + OF_ASKED,
        f"""{OF_TASK}
        UNION ALL SELECT o.household_id, 'opinions', o.id
            FROM rows JOIN opinions_opinion o ON o.group_id = rows.group_id
        UNION ALL SELECT o.by_id, 'opinions', o.id FROM rows JOIN opinions_opinion o ON o.group_id = rows.group_id""",
    ),
    "matters_taskaction": Told(f"{OF_ACTION} UNION ALL SELECT rows.by_id, 'task_actions', rows.id FROM rows"),
    "matters_card": Told(OF_ACTION.replace("'tasks', t.id", "'cards', rows.id")),
    "matters_jointreview": part_of_review(
        "v", "rows.task_id", "FROM rows JOIN matters_officeview v ON v.review_id = rows.id"
    ),
    "matters_officeview": part_of_review(
        "rows", "r.task_id", "FROM rows JOIN matters_jointreview r ON r.id = rows.review_id"
    ),
    "matters_practicalmatter": Told(
        """SELECT rows.recorded_by_id, 'practical_matters', rows.id FROM rows
        UNION ALL SELECT h.household_id, 'practical_matters', rows.id
            FROM rows JOIN matters_matterhousehold h ON h.matter_id = rows.id"""
    ),
    "matters_matterhousehold": part_of_matter("matter_households"),
    "matters_matteropinion": part_of_matter("matter_opinions"),
    "households_household": Told(
        """SELECT rows.id, 'households', rows.id FROM rows
        UNION ALL SELECT p.cadre_id, 'households', rows.id
            FROM rows JOIN households_pairing p ON p.household_id = rows.id
        UNION ALL SELECT v.cadre_id, 'households', rows.id FROM rows JOIN visits_visit v ON v.household_id = rows.id
        UNION ALL SELECT o.by_id, 'households', rows.id
            FROM rows JOIN opinions_opinion o ON o.household_id = rows.id
        UNION ALL SELECT t.handler_id, 'households', rows.id FROM rows
            JOIN opinions_opinion o ON o.household_id = rows.id JOIN matters_task t ON t.group_id = o.group_id
        UNION ALL SELECT t.office_id, 'households', rows.id FROM rows
            JOIN opinions_opinion o ON o.household_id = rows.id JOIN matters_task t ON t.group_id = o.group_id
        UNION ALL SELECT m.recorded_by_id, 'households', rows.id FROM rows
            JOIN matters_matterhousehold h ON h.household_id = rows.id
            JOIN matters_practicalmatter m ON m.id = h.matter_id
        UNION ALL SELECT also.household_id, 'households', rows.id FROM rows
            JOIN matters_matterhousehold h ON h.household_id = rows.id
            JOIN matters_matterhousehold also ON also.matter_id = h.matter_id""",
        "SELECT rows.id, 'households', rows.id FROM rows",
    ),
    "households_pairing": Told(
        """SELECT rows.cadre_id, 'served', rows.household_id FROM rows
        UNION ALL SELECT rows.household_id, 'households', rows.household_id FROM rows
        UNION ALL SELECT rows.household_id, 'pairings', rows.id FROM rows
        UNION ALL SELECT rows.cadre_id, 'pairings', rows.id FROM rows""",
        """SELECT rows.cadre_id, 'served', rows.household_id FROM rows
        UNION ALL SELECT rows.household_id, 'households', rows.household_id FROM rows""",
    ),
    "cadres_user": Told(
        f"""SELECT rows.id, 'me', rows.id FROM rows UNION ALL {OF_PERSON}
        UNION ALL SELECT p.household_id, 'people', rows.id
            FROM rows JOIN households_pairing p ON p.cadre_id = rows.id""",
        OF_PERSON,
    ),
    "cadres_unit": Told(
        f"""SELECT UNIT(rows.code, n), 'units', UNIT(rows.code, 15) FROM rows, {PREFIXES} AS prefix
            WHERE length(rows.code) >= n
        UNION ALL SELECT h.id, 'households', h.id FROM rows JOIN households_household h ON h.unit = rows.code""",
        f"""SELECT UNIT(rows.code, n), 'units', UNIT(rows.code, 15) FROM rows, {PREFIXES} AS prefix
            WHERE length(rows.code) >= n""",
    ),
    "cadres_office": Told(
        """SELECT rows.id, 'tasks', t.id FROM rows JOIN matters_task t ON t.office_id = rows.id
        UNION ALL SELECT o.household_id, 'tasks', t.id FROM rows
            JOIN matters_task t ON t.office_id = rows.id JOIN opinions_opinion o ON o.group_id = t.group_id
        UNION ALL SELECT t.handler_id, 'tasks', t.id FROM rows JOIN matters_task t ON t.office_id = rows.id"""
    ),
    "notices_notice": Told("SELECT rows.person_id, 'notices', rows.id FROM rows"),
    "sync_quarantinedrow": Told("SELECT rows.sender_id, 'quarantine', rows.id FROM rows"),
}
