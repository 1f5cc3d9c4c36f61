# What a deadline is counted by, cards, joint reviews, exceptions to the calendar.

import django.db.models.deletion
import fieldapi.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cadres', '0001_initial'),
        ('matters', '0007_lists_of_a_unit'),
        ('opinions', '0009_deadlines'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('version', models.PositiveIntegerField(default=1)),
                ('changed_at', models.DateTimeField()),
                ('id', models.UUIDField(default=fieldapi.ids.new_id, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('works', models.BooleanField()),
                ('reason', models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='Card',
            fields=[
                ('id', models.UUIDField(default=fieldapi.ids.new_id, primary_key=True, serialize=False)),
                ('colour', models.CharField(choices=[('yellow', 'Yellow'), ('red', 'Red')], max_length=6)),
                ('term', models.PositiveSmallIntegerField()),
                ('fell_on', models.DateField()),
                ('due_on', models.DateField()),
                ('issued_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('unit', models.CharField(max_length=15)),
                ('added_month', models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='CountedCalendar',
            fields=[
                ('unit', models.CharField(max_length=15, primary_key=True, serialize=False)),
                ('edition', models.CharField(max_length=16)),
            ],
        ),
        migrations.CreateModel(
            name='JointReview',
            fields=[
                ('id', models.UUIDField(default=fieldapi.ids.new_id, primary_key=True, serialize=False)),
                ('reason', models.TextField()),
                ('requested_at', models.DateTimeField()),
                ('decision', models.TextField(default='')),
                ('decided_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='OfficeView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('view', models.TextField(default='')),
                ('given_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='task',
            name='due_days',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='task',
            name='due_in',
            field=models.CharField(choices=[('working_days', 'Working'), ('calendar_days', 'Calendar')], default='', max_length=13),
        ),
        migrations.AddField(
            model_name='task',
            name='escalate_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='task',
            name='escalated_to',
            field=models.ForeignKey(db_column='escalated_to', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cadres.unit'),
        ),
        migrations.AddField(
            model_name='task',
            name='red_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='task',
            name='term',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='task',
            name='under_review',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='task',
            name='yellow_on',
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name='taskaction',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('yellow_on__isnull', False)), fields=['yellow_on'], name='yellow_to_fall'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('red_on__isnull', False)), fields=['red_on'], name='red_to_fall'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('escalate_on__isnull', False)), fields=['escalate_on'], name='to_escalate'),
        ),
        migrations.AddField(
            model_name='calendarday',
            name='added_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='calendarday',
            name='unit',
            field=models.ForeignKey(db_column='unit', db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cadres.unit'),
        ),
        migrations.AddField(
            model_name='card',
            name='handler',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='card',
            name='office',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cadres.office'),
        ),
        migrations.AddField(
            model_name='card',
            name='task',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cards', to='matters.task'),
        ),
        migrations.AddField(
            model_name='jointreview',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='jointreview',
            name='requested_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='jointreview',
            name='task',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='joint_reviews', to='matters.task'),
        ),
        migrations.AddField(
            model_name='officeview',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='officeview',
            name='office',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cadres.office'),
        ),
        migrations.AddField(
            model_name='officeview',
            name='review',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='views', to='matters.jointreview'),
        ),
        migrations.AddConstraint(
            model_name='calendarday',
            constraint=models.UniqueConstraint(fields=('unit', 'day'), name='one_exception_per_unit_and_day'),
        ),
        migrations.AddIndex(
            model_name='card',
            index=models.Index(fields=['unit', 'fell_on'], name='cards_of_unit'),
        ),
        migrations.AddIndex(
            model_name='card',
            index=models.Index(condition=models.Q(('added_month__isnull', False)), fields=['added_month'], name='cards_added_late'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('task', 'colour', 'term'), name='a_card_falls_once'),
        ),
        migrations.AddConstraint(
            model_name='jointreview',
            constraint=models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('task',), name='one_review_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='officeview',
            constraint=models.UniqueConstraint(fields=('review', 'office'), name='an_office_once_per_review'),
        ),
    ]
