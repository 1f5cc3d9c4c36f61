from django.db import migrations

from fieldapi.numbers_in_one_form import bring
from fieldapi.tables import phone


def in_one_form(apps, editor):
    bring(apps.get_model("cadres", "User")._default_manager, "phone", phone)


class Migration(migrations.Migration):
    dependencies = [("cadres", "0001_initial")]
    operations = [migrations.RunPython(in_one_form, migrations.RunPython.noop)]
