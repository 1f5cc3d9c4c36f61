"""An office's view gets the id and the version by which phones know it."""

from django.db import migrations, models

from fieldapi.ids import new_id

CHUNK = 1000


def fill(apps, schema_editor):
    model = apps.get_model("matters", "OfficeView")
    while rows := list(model.objects.filter(row_id=None).only("pk")[:CHUNK]):
        for row in rows:
            row.row_id = new_id()
        model.objects.bulk_update(rows, ["row_id"])


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL alters no table whose rows have just been changed in the same transaction
    dependencies = [("matters", "0011_tasks_not_closed")]
    operations = [
        migrations.AddField("OfficeView", "version", models.PositiveIntegerField(default=1)),
        migrations.AddField("OfficeView", "row_id", models.UUIDField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("OfficeView", "row_id", models.UUIDField(default=new_id, unique=True)),
    ]
