# Deadlines of categories, and those whose tasks need a joint review.

from django.db import migrations, models


REVIEWED = ("land_requisition", "mining", "rural_consolidation")


def begin_with(apps, schema_editor):
    """The three whose tasks need a joint review."""
    apps.get_model("opinions", "Category").objects.filter(code__in=REVIEWED).update(needs_review=True)


class Migration(migrations.Migration):

    dependencies = [
        ('opinions', '0008_lists_of_a_unit'),
    ]

    operations = [
        migrations.AddField(
            model_name='category',
            name='deadline_days',
            field=models.PositiveSmallIntegerField(default=15, null=True),
        ),
        migrations.AddField(
            model_name='category',
            name='deadline_in',
            field=models.CharField(choices=[('working_days', 'Working'), ('calendar_days', 'Calendar')], default='working_days', max_length=13),
        ),
        migrations.AddField(
            model_name='category',
            name='needs_review',
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(begin_with, migrations.RunPython.noop),
    ]
