"""Spreadsheets as people send them."""

from io import BytesIO
from typing import Any

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from openpyxl import Workbook, load_workbook

from tests.samples import Caller


def csv_file(*rows: str, encoding: str = "utf-8", name: str = "表.csv") -> BytesIO:
    file = BytesIO("\r\n".join(rows).encode(encoding))
    file.name = name
    return file


def xlsx_file(*rows: list[Any], name: str = "表.xlsx") -> BytesIO:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    file.seek(0)
    file.name = name
    return file


def upload(caller: Caller, kind: str, file: BytesIO | None, **fields: Any) -> Any:
    """The file with the form's fields; stored, unless `dry_run` says otherwise."""
    form: dict[str, Any] = {"dry_run": "false"} | fields
    if file is not None:
        file.seek(0)
        form["file"] = file
    return send_form(caller, kind, form)


def send_form(caller: Caller, kind: str, form: dict[str, Any]) -> Any:
    """`headers` among the fields go beside the form."""
    headers = form.pop("headers", {})
    body = encode_multipart(BOUNDARY, form)
    return caller.send("POST", f"{kind}/import/", body, content_type=MULTIPART_CONTENT, **headers)


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [row["outcome"] for row in answer.json()["rows"]]


def faults(answer: Any) -> dict[int, list[tuple[str, str]]]:
    """By line: the column and code of each fault."""
    assert answer.status_code == 200, answer.json()
    return {
        row["line"]: [(fault["column"], fault["code"]) for fault in row["faults"]]
        for row in answer.json()["rows"]
        if row["faults"]
    }


def cells(content: bytes) -> list[list[Any]]:
    """What a spreadsheet program shows of an XLSX file."""
    return [list(row) for row in load_workbook(BytesIO(content)).active.iter_rows(values_only=True)]
