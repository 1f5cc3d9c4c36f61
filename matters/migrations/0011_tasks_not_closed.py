# The backlog of a unit is found without reading the tasks that have ended.

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cadres', '0003_last_synced'),
        ('matters', '0010_fixings_of_earlier_tasks'),
        ('opinions', '0009_deadlines'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('closed_on__isnull', True)), fields=['unit', 'opened_on'], name='tasks_not_closed'),
        ),
    ]
