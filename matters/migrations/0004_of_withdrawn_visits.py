from django.conf import settings
from django.db import migrations, models


def mark(apps, schema_editor):
    """What came with visits that are withdrawn."""
    rows = apps.get_model("matters", "PracticalMatter").objects.filter(visit__withdrawn=True)
    rows.update(visit_withdrawn=True)


class Migration(migrations.Migration):

    dependencies = [
        ('cadres', '0001_initial'),
        ('matters', '0003_link_ids'),
        ('visits', '0006_counted_without_the_withdrawn'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='practicalmatter',
            name='matters_of_unit',
        ),
        migrations.AddField(
            model_name='practicalmatter',
            name='visit_withdrawn',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='practicalmatter',
            index=models.Index(condition=models.Q(('visit_withdrawn', False), ('withdrawn_at__isnull', True)), fields=['unit', 'done_on', 'added_month', 'satisfaction'], include=('id',), name='matters_of_unit'),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
