from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cadres', '0001_initial'),
        ('households', '0004_imports_to_correct'),
        ('opinions', '0007_placed'),
        ('visits', '0007_offset'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='opinion',
            name='opinions_in_order',
        ),
        migrations.AddIndex(
            model_name='opinion',
            index=models.Index(fields=['occurred_at', 'id', 'unit'], name='opinions_in_order'),
        ),
    ]
