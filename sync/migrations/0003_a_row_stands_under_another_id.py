from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0002_the_pull_feed")]

    operations = [
        migrations.AddField("quarantinedrow", "stands_as", models.UUIDField(null=True)),
    ]
