from django.conf import settings
from django.db import migrations, models


def mark(apps, schema_editor):
    """What came with visits that are withdrawn."""
    rows = apps.get_model("opinions", "Opinion").objects.filter(visit__withdrawn=True)
    rows.update(visit_withdrawn=True)


class Migration(migrations.Migration):

    dependencies = [
        ('cadres', '0001_initial'),
        ('households', '0004_imports_to_correct'),
        ('opinions', '0003_starter_categories'),
        ('visits', '0006_counted_without_the_withdrawn'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='opinion',
            name='opinions_of_unit',
        ),
        migrations.RemoveIndex(
            model_name='opinion',
            name='opinions_resolved',
        ),
        migrations.RemoveIndex(
            model_name='opinion',
            name='opinions_replied',
        ),
        migrations.RemoveIndex(
            model_name='opinion',
            name='opinions_declined',
        ),
        migrations.RemoveIndex(
            model_name='opinion',
            name='opinions_open',
        ),
        migrations.AddField(
            model_name='opinion',
            name='visit_withdrawn',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='opinion',
            index=models.Index(condition=models.Q(('visit_withdrawn', False)), fields=['unit', 'day', 'kind', 'category', 'added_month'], name='opinions_of_unit'),
        ),
        migrations.AddIndex(
            model_name='opinion',
            index=models.Index(condition=models.Q(('resolved_on__isnull', False), ('visit_withdrawn', False)), fields=['unit', 'resolved_on', 'day', 'declined_on', 'added_month'], name='opinions_resolved'),
        ),
        migrations.AddIndex(
            model_name='opinion',
            index=models.Index(condition=models.Q(('replied_on__isnull', False), ('visit_withdrawn', False)), fields=['unit', 'replied_on', 'added_month'], name='opinions_replied'),
        ),
        migrations.AddIndex(
            model_name='opinion',
            index=models.Index(condition=models.Q(('declined_on__isnull', False), ('resolved_on__isnull', True), ('visit_withdrawn', False)), fields=['unit', 'declined_on', 'day', 'added_month'], name='opinions_declined'),
        ),
        migrations.AddIndex(
            model_name='opinion',
            index=models.Index(condition=models.Q(('declined_on__isnull', True), ('resolved_on__isnull', True), ('visit_withdrawn', False)), fields=['unit', 'day', 'added_month'], name='opinions_open'),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
