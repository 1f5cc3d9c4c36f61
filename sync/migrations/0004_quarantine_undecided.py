from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("sync", "0003_a_row_stands_under_another_id")]

    operations = [
        migrations.AddIndex(
            "quarantinedrow",
            models.Index(fields=["received_at"], name="quarantine_undecided", condition=Q(state="kept")),
        ),
    ]
