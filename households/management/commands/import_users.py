"""`manage.py import_users FILE --unit …`."""

from households.management.import_command import ImportCommand
from households.user_rows import UserRows


class Command(ImportCommand):
    help = "Imports users from a CSV or XLSX file; doing it twice changes nothing."
    kind = UserRows()
