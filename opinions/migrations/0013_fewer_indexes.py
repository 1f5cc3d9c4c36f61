"""What another index begins with needs none of its own, nor does what is only asked for within a unit.

In SQL, since SQLite would make the table anew to alter a field, and lose the triggers that feed the pull.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("opinions", "0012_known_by_fingerprint"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="opinion",
                    name="household",
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="opinions", to="households.household"),
                ),
                migrations.AlterField(
                    model_name="opinion",
                    name="category",
                    field=models.ForeignKey(db_column="category", db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="opinions.category"),
                ),
            ],
            database_operations=[
                migrations.RunSQL("DROP INDEX IF EXISTS opinions_opinion_household_id_cc79a42f", migrations.RunSQL.noop),
                migrations.RunSQL("DROP INDEX IF EXISTS opinions_opinion_category_5c8184b6", migrations.RunSQL.noop),
                migrations.RunSQL("DROP INDEX IF EXISTS opinions_opinion_category_5c8184b6_like", migrations.RunSQL.noop),
            ],
        ),
    ]
