from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('opinions', '0004_of_withdrawn_visits'),
    ]

    operations = [
        migrations.AddField(
            model_name='opinion',
            name='place',
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
