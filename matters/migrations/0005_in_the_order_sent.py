from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('matters', '0004_of_withdrawn_visits'),
    ]

    operations = [
        migrations.AddField(
            model_name='practicalmatter',
            name='place',
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
