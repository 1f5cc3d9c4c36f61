from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cadres', '0001_initial'),
        ('households', '0004_imports_to_correct'),
        ('visits', '0007_offset'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='visit',
            name='visits_in_order',
        ),
        migrations.RemoveIndex(
            model_name='visit',
            name='visits_of_unit',
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(fields=['unit', 'day', 'withdrawn', 'added_month'], include=('kind', 'flagged', 'people_met', 'household', 'cadre'), name='visits_of_unit'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(fields=['occurred_at', 'id', 'unit'], name='visits_in_order'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(condition=models.Q(('flagged', True)), fields=['occurred_at', 'id', 'unit'], name='visits_flagged'),
        ),
    ]
