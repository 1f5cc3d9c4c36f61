# Every value of the five fixings is kept, with who set it and when.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('matters', '0008_deadlines_cards_reviews'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Fixing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(choices=[('office', 'Office'), ('handler', 'Handler'), ('plan', 'Plan'), ('due_on', 'Due On'), ('closing_standard', 'Closing Standard')], max_length=16)),
                ('value', models.TextField()),
                ('verb', models.CharField(max_length=20)),
                ('set_at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fixings', to='matters.task')),
            ],
        ),
    ]
