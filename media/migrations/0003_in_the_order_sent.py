from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('media', '0002_seen_before'),
    ]

    operations = [
        migrations.AddField(
            model_name='photo',
            name='place',
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
