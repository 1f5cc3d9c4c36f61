"""Two ways round the first guard: TRUNCATE on PostgreSQL, and SQLite's REPLACE, which deletes without telling."""

from django.db import migrations

TABLE = "fieldapi_journalline"

POSTGRES = f"""CREATE TRIGGER journal_is_never_emptied BEFORE TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()"""
POSTGRES_BACK = f"DROP TRIGGER journal_is_never_emptied ON {TABLE}"
SQLITE = f"""CREATE TRIGGER journal_no_replace BEFORE INSERT ON {TABLE}
    WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"""
SQLITE_BACK = "DROP TRIGGER journal_no_replace"


def forwards(apps, schema_editor):
    schema_editor.execute(POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE, params=None)


def backwards(apps, schema_editor):
    back = POSTGRES_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK
    schema_editor.execute(back, params=None)


class Migration(migrations.Migration):
    dependencies = [("fieldapi", "0003_answers_are_encrypted")]
    operations = [migrations.RunPython(forwards, backwards)]
