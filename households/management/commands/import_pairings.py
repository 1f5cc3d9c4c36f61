"""`manage.py import_pairings FILE --unit …`."""

from households.management.import_command import ImportCommand
from households.pairing_rows import PairingRows


class Command(ImportCommand):
    help = "Imports pairings from a CSV or XLSX file; doing it twice changes nothing."
    kind = PairingRows()
