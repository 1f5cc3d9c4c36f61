"""Spreadsheets that people fill in, read and written. Pure: no rows of ours, no settings.

`read_table` gives the rows of a CSV or XLSX file with their values and faults; `write_csv` and
`write_xlsx` write one; `template` is what an empty one looks like, `to_correct` what comes back.
"""

from fieldapi.tables.headings import Column
from fieldapi.tables.numbers import Unreadable, id_number, phone, sought
from fieldapi.tables.reading import Fault, Row, Table, read_table
from fieldapi.tables.writing import template, to_correct, write_csv, write_xlsx

__all__ = [
    "Column",
    "Fault",
    "Row",
    "Table",
    "Unreadable",
    "id_number",
    "phone",
    "read_table",
    "sought",
    "template",
    "to_correct",
    "write_csv",
    "write_xlsx",
]
