from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('opinions', '0005_in_the_order_sent'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='reply',
            name='added_month',
            field=models.DateField(null=True),
        ),
        migrations.AddIndex(
            model_name='reply',
            index=models.Index(condition=models.Q(('added_month__isnull', False)), fields=['added_month'], name='replies_added_late'),
        ),
    ]
