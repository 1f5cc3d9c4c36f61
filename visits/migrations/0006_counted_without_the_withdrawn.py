from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cadres', '0001_initial'),
        ('households', '0004_imports_to_correct'),
        ('visits', '0005_link_ids'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='visit',
            name='visits_withdrawn',
        ),
        migrations.RemoveIndex(
            model_name='visit',
            name='visits_of_unit',
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(condition=models.Q(('withdrawn', False)), fields=['unit', 'day', 'added_month'], include=('kind', 'flagged', 'people_met', 'household', 'cadre'), name='visits_of_unit'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(condition=models.Q(('accompanied', True), ('withdrawn', False)), fields=['unit', 'day'], name='visits_accompanied'),
        ),
    ]
