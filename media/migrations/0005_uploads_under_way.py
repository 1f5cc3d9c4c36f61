from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('media', '0004_uploads'),
    ]

    operations = [
        migrations.AddField(
            model_name='upload',
            name='under_way',
            field=models.BooleanField(default=True),
        ),
        migrations.AddIndex(
            model_name='upload',
            index=models.Index(condition=models.Q(('under_way', True)), fields=['last_byte_at'], name='uploads_under_way'),
        ),
    ]
