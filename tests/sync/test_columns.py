"""Every column that phones hold says what it is, and every name that has a meaning is one of theirs."""

from sync.feed.meanings import MEANINGS
from sync.feed.tables import TABLES
from sync.page import sync_columns
from tests.conftest import Village


def test_every_column_has_a_meaning_in_the_schema_and_on_the_page(village: Village):
    served = village.client("gao").get("sync/schema/").json()["tables"]
    page = sync_columns()

    assert [table["name"] for table in served] == list(TABLES)
    for table in served:
        without = [column["name"] for column in table["columns"] if not column["meaning"]]
        assert without == [], f"{table['name']}: say it in the table, or in sync/feed/meanings.py"
        for column in table["columns"]:
            assert f"| `{column['name']}` | {column['holds']} | {column['owner']} |" in page


def test_columns_of_one_name_in_two_tables_say_what_each_holds(village: Village):
    served = village.client("gao").get("sync/schema/").json()["tables"]
    said = {
        f"{one['name']}.{column['name']}": column["meaning"] for one in served for column in one["columns"]
    }

    assert said["quarantine.row_id"] == "the id it was sent under"
    assert said["notices.row_id"] == "id of what it is about, a row of `resource`"
    assert (said["visits.cadre"], said["pairings.cadre"]) == (
        "a user: who made the visit",
        "a user: who serves the household",
    )


def test_no_meaning_is_left_of_a_column_that_is_gone():
    named = {column.name for table in TABLES.values() for column in table.columns}
    named |= {f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns}

    assert sorted(set(MEANINGS) - named) == []
