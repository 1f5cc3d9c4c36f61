"""`manage.py import_households FILE --unit …`."""

from households.household_rows import HouseholdRows
from households.management.import_command import ImportCommand


class Command(ImportCommand):
    help = "Imports households from a CSV or XLSX file; doing it twice changes nothing."
    kind = HouseholdRows()
