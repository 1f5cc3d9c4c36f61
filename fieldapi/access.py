"""Who may do what: one table from `resource.action` to roles. What is not in it is closed.

A row says which roles may knock; which *rows* they then see is the querysets' `visible_to`.
`docs/access.md` prints this table.
"""

from enum import StrEnum
from typing import Any

from rest_framework.permissions import BasePermission

from fieldapi.errors import Refused


class Role(StrEnum):
    CADRE = "cadre"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    ADMIN = "admin"


NOBODY: frozenset[Role] = frozenset()
CADRE = frozenset({Role.CADRE})
SUPERVISOR = frozenset({Role.SUPERVISOR})
LEADER = frozenset({Role.LEADER})
ADMIN = frozenset({Role.ADMIN})
FIELD = CADRE | SUPERVISOR  # who works on visits and tasks
ASSIGNING = SUPERVISOR | ADMIN
DESKS = frozenset({Role.SUPERVISOR, Role.LEADER, Role.ADMIN})
ALL = DESKS | CADRE

# Open without signing in.
PUBLIC = frozenset(
    {
        "auth.token",
        "auth.refresh",
        "around.schema",
        "around.docs",
        "around.problems",
        "around.metrics",
        "around.healthz",
        "around.readyz",
        "uploads.metadata",
    }
)

# Open to whoever holds the secret in the address, which only a caller of TABLE can get: an upload outlives its token.
BY_SECRET = frozenset({"uploads.offset", "uploads.append", "uploads.terminate"})

TABLE: dict[str, frozenset[Role]] = {
    "auth.logout": ALL,
    "auth.password": ALL,
    "me.retrieve": ALL,
    "devices.list": ALL,
    "devices.retrieve": ALL,
    "devices.destroy": ALL,
    "units.list": ALL,
    "units.retrieve": ALL,
    "units.create": ADMIN,
    "units.partial_update": ADMIN,
    "offices.list": ALL,
    "offices.retrieve": ALL,
    "offices.create": ADMIN,
    "offices.partial_update": ADMIN,
    "users.list": ALL,
    "users.retrieve": ALL,
    "users.create": ADMIN,
    "users.partial_update": ADMIN,
    "users.password": ADMIN,
    "users.import_file": ADMIN,
    "categories.list": ALL,
    "categories.retrieve": ALL,
    "categories.create": ADMIN,
    "categories.partial_update": ADMIN,
    "calendar-days.list": ALL,
    "calendar-days.retrieve": ALL,
    "calendar-days.create": ADMIN,
    "calendar-days.destroy": ADMIN,
    "absences.list": ALL,
    "absences.retrieve": ALL,
    "absences.create": ASSIGNING,
    "absences.partial_update": ASSIGNING,
    "absences.destroy": ASSIGNING,
    "households.list": ALL,
    "households.retrieve": ALL,
    "households.create": ASSIGNING,
    "households.partial_update": ASSIGNING,
    "households.timeline": ALL,
    "households.reveal": ALL,
    "households.move": ASSIGNING,
    "households.merge": ASSIGNING,
    "households.split": ASSIGNING,
    "households.end": ASSIGNING,
    "households.import_file": ASSIGNING,
    "pairings.list": ALL,
    "pairings.retrieve": ALL,
    "pairings.create": ASSIGNING,
    "pairings.hand_over": ASSIGNING,
    "pairings.end": ASSIGNING,
    "pairings.bulk": ASSIGNING,
    "pairings.suggest": ASSIGNING,
    "pairings.import_file": ASSIGNING,
    "imports.list": ASSIGNING,
    "imports.retrieve": ASSIGNING,
    "imports.undo": ASSIGNING,
    "imports.template": ASSIGNING,
    "imports.bad_rows": ASSIGNING,
    "visits.list": ALL,
    "visits.retrieve": ALL,
    "visits.update": FIELD,
    "visits.amend": FIELD,
    "visits.review_flag": SUPERVISOR,
    "photos.list": ALL,
    "photos.retrieve": ALL,
    "photos.update": FIELD,
    "photos.content": ALL,
    "photos.upload": FIELD,
    "uploads.create": FIELD,
    "opinions.list": ALL,
    "opinions.retrieve": ALL,
    "opinions.way": ALL,
    "opinions.update": FIELD,
    "opinions.reply": FIELD,
    "groups.list": ALL,
    "groups.retrieve": ALL,
    "groups.partial_update": SUPERVISOR,
    "groups.accept": SUPERVISOR,
    "groups.refuse": SUPERVISOR,
    "groups.merge": SUPERVISOR,
    "groups.split": SUPERVISOR,
    "groups.open_task": SUPERVISOR,
    "tasks.list": ALL,
    "tasks.retrieve": ALL,
    "tasks.history": ALL,
    "tasks.verbs": ALL,
    "tasks.create": SUPERVISOR,
    "tasks.assign": SUPERVISOR,
    "tasks.start": FIELD,
    "tasks.extend": SUPERVISOR,
    "tasks.escalate": SUPERVISOR,
    "tasks.request_review": SUPERVISOR,
    "tasks.review": FIELD,
    "tasks.decide": LEADER,
    "tasks.pause": FIELD,
    "tasks.resume": FIELD,
    "tasks.finish": FIELD,
    "tasks.confirm": FIELD,
    "tasks.reopen": FIELD,
    "tasks.decline": SUPERVISOR,
    "tasks.merge": SUPERVISOR,
    "task-actions.update": FIELD,
    "practical-matters.list": ALL,
    "practical-matters.retrieve": ALL,
    "practical-matters.update": FIELD,
    "notices.list": ALL,
    "notices.retrieve": ALL,
    "notices.read": ALL,
    "notices.read_many": ALL,
    "deliveries.list": ADMIN,
    "deliveries.retrieve": ADMIN,
    "deliveries.restart": ADMIN,
    "summaries.monthly": DESKS,
    "summaries.records": DESKS,
    "summaries.close": SUPERVISOR,
    "exports.create": DESKS,
    "exports.retrieve": DESKS,
    "exports.content": DESKS,
    "sync.push": FIELD,
    "sync.pull": ALL,
    "sync.tables": ALL,
    "sync-health.list": ASSIGNING,
    "quarantine.list": ALL,
    "quarantine.retrieve": ALL,
    "quarantine.replay": SUPERVISOR,
    "quarantine.discard": SUPERVISOR,
    "journal.list": DESKS,
}


def allows(role: str, action: str) -> bool:
    return role in TABLE.get(action, NOBODY)


def permissions_of(role: str) -> list[str]:
    """The actions a role may knock at, in alphabetical order."""
    return sorted(action for action, roles in TABLE.items() if role in roles)


class ByTable(BasePermission):
    """The only permission class: the view names its `resource`, DRF its action, the table decides."""

    def has_permission(self, request: Any, view: Any) -> bool:
        action = getattr(view, "action", None)
        asked = f"{view.resource}.{action}"
        missing = action in (None, "metadata")  # a method that is not there: answered 405 after this
        if asked in PUBLIC | BY_SECRET or (missing and _is_public(view)):
            return True
        if request.user is None:
            raise Refused("not_authenticated")
        if missing:
            return True
        if not allows(request.user.role, asked):
            raise Refused("permission_denied")
        if request.user.must_change_password and asked not in ("auth.password", "auth.logout", "me.retrieve"):
            raise Refused("password_change_required")
        return True


def _is_public(view: Any) -> bool:
    return any(
        f"{view.resource}.{action}" in PUBLIC | BY_SECRET
        for action in getattr(view, "action_map", {}).values()
    )
