from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cadres', '0001_initial'),
        ('matters', '0006_evidence'),
        ('opinions', '0007_placed'),
        ('visits', '0007_offset'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='practicalmatter',
            name='matters_in_order',
        ),
        migrations.RemoveIndex(
            model_name='task',
            name='tasks_in_order',
        ),
        migrations.AddIndex(
            model_name='practicalmatter',
            index=models.Index(fields=['done_on', 'id', 'unit'], name='matters_in_order'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['opened_at', 'id', 'unit'], name='tasks_in_order'),
        ),
    ]
