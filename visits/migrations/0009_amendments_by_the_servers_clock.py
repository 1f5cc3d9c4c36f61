from typing import Any

from django.db import migrations, models
from django.db.models import F


def as_they_were_made(apps: Any, schema_editor: Any) -> None:
    """The offset of what is here already was not kept."""
    apps.get_model("visits", "Amendment").objects.update(occurred_at=F("made_at"))


class Migration(migrations.Migration):

    dependencies = [("visits", "0008_lists_of_a_unit")]

    operations = [
        migrations.AddField("amendment", "occurred_at", models.DateTimeField(null=True)),
        migrations.RunPython(as_they_were_made, migrations.RunPython.noop),
        migrations.AlterField("amendment", "occurred_at", models.DateTimeField()),
        migrations.RemoveIndex("amendment", "amendments_of_visit"),
        migrations.AddIndex(
            "amendment", models.Index(fields=["visit", "occurred_at"], name="amendments_in_order")
        ),
    ]
