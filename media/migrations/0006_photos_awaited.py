from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("media", "0005_uploads_under_way")]

    operations = [
        migrations.AddIndex(
            "photo",
            models.Index(fields=["received_at"], name="photos_awaited", condition=Q(state="awaiting")),
        ),
    ]
