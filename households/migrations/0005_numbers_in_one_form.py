from django.db import migrations

from fieldapi.numbers_in_one_form import bring
from fieldapi.tables import id_number, phone


def in_one_form(apps, editor):
    rows = apps.get_model("households", "Household")._default_manager
    bring(rows, "phone", phone)
    bring(rows, "id_number", id_number)


class Migration(migrations.Migration):
    dependencies = [("households", "0004_imports_to_correct")]
    operations = [migrations.RunPython(in_one_form, migrations.RunPython.noop)]
