import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cadres', '0002_phones_in_one_form'),
        ('media', '0003_in_the_order_sent'),
    ]

    operations = [
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('secret_hash', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('length', models.PositiveBigIntegerField()),
                ('offset', models.PositiveBigIntegerField(default=0)),
                ('parts', models.JSONField(default=list)),
                ('metadata', models.TextField(default='')),
                ('last_byte_at', models.DateTimeField()),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cadres.device')),
                ('photo', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='media.photo')),
            ],
        ),
        migrations.AddIndex(
            model_name='upload',
            index=models.Index(fields=['last_byte_at'], name='uploads_by_last_byte'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.CheckConstraint(condition=models.Q(('offset__lt', models.F('length'))), name='an_upload_on_its_way_is_not_whole'),
        ),
    ]
