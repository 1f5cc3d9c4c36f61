"""Rows that link two others get ids of their own, by which phones know them."""

from django.db import migrations, models

from fieldapi.ids import new_id

LINKS = ("VisitTask", "MatterOpinion", "MatterHousehold")
CHUNK = 1000


def fill(apps, schema_editor):
    for name in LINKS:
        model = apps.get_model("matters", name)
        while rows := list(model.objects.filter(row_id=None).only("pk")[:CHUNK]):
            for row in rows:
                row.row_id = new_id()
            model.objects.bulk_update(rows, ["row_id"])


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL alters no table whose rows have just been changed in the same transaction
    dependencies = [("matters", "0002_counted")]
    operations = [
        migrations.AddField("VisitTask", "row_id", models.UUIDField(null=True)),
        migrations.AddField("MatterOpinion", "row_id", models.UUIDField(null=True)),
        migrations.AddField("MatterHousehold", "row_id", models.UUIDField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("VisitTask", "row_id", models.UUIDField(default=new_id, unique=True)),
        migrations.AlterField("MatterOpinion", "row_id", models.UUIDField(default=new_id, unique=True)),
        migrations.AlterField("MatterHousehold", "row_id", models.UUIDField(default=new_id, unique=True)),
    ]
