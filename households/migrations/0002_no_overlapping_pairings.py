"""One cadre per post and household at a time, and never the same person in both posts: refused by raw SQL too.

A period is [started_on, ended_on); an empty one (ended on the day it started) meets nothing.
"""

from django.db import migrations

TABLE = "households_pairing"
RULES = {"one_cadre_per_post": "post", "one_post_per_cadre": "cadre_id"}
FAR = "'9999-12-31'"

POSTGRES = [
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    *(
        f"""ALTER TABLE {TABLE} ADD CONSTRAINT {rule} EXCLUDE USING gist
        (household_id WITH =, {column} WITH =, daterange(started_on, ended_on, '[)') WITH &&)"""
        for rule, column in RULES.items()
    ),
]
POSTGRES_BACK = [f"ALTER TABLE {TABLE} DROP CONSTRAINT {rule}" for rule in RULES]
SQLITE = [
    f"""CREATE TRIGGER {rule}_{verb.lower()} BEFORE {verb} ON {TABLE}
    WHEN EXISTS (
        SELECT 1 FROM {TABLE} AS other
        WHERE other.household_id = NEW.household_id AND other.{column} = NEW.{column} AND other.id <> NEW.id
        AND MAX(other.started_on, NEW.started_on) < MIN(IFNULL(other.ended_on, {FAR}), IFNULL(NEW.ended_on, {FAR}))
    ) BEGIN SELECT RAISE(ABORT, '{rule}'); END"""
    for rule, column in RULES.items()
    for verb in ("INSERT", "UPDATE")
]
SQLITE_BACK = [f"DROP TRIGGER {rule}_{verb}" for rule in RULES for verb in ("insert", "update")]


def forwards(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


def backwards(apps, schema_editor):
    for statement in POSTGRES_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("households", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
