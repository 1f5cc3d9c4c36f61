"""What another index begins with needs none of its own: every one is written to with each visit.

In SQL, since SQLite would make the table anew to alter a field, and lose the triggers that feed the pull.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0011_known_by_fingerprint"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="visit",
                    name="cadre",
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="visits", to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name="visit",
                    name="household",
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="households.household"),
                ),
            ],
            database_operations=[
                migrations.RunSQL("DROP INDEX IF EXISTS visits_visit_cadre_id_cb7f11a2", migrations.RunSQL.noop),
                migrations.RunSQL("DROP INDEX IF EXISTS visits_visit_household_id_4a77554f", migrations.RunSQL.noop),
            ],
        ),
    ]
