"""Spreadsheets as people and programs make them, for the tests of fieldapi.tables."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

from fieldapi.tables import Column, Table, read_table

HOUSEHOLDS = (
    Column("number", ("户号", "户编号"), required=True, kind="code"),
    Column("unit", ("村组", "所属村组", "行政区划"), required=True, kind="code"),
    Column("head_name", ("户主姓名", "户主", "姓名"), required=True),
    Column("phone", ("联系电话", "电话", "手机号"), kind="phone", hint="手机号或带区号的座机号"),
    Column("id_number", ("身份证号", "身份证号码"), kind="id_number"),
    Column("address", ("住址", "家庭住址")),
    Column("size", ("家庭人口", "人口数"), kind="number"),
    Column("moved_in", ("入住日期",), kind="day"),
    Column(
        "tags",
        ("人群标签", "标签"),
        kind="list",
        choices={"老人": "elderly", "高龄": "elderly", "残疾": "disabled", "低收入": "low_income"},
    ),
    Column("post", ("岗位",), kind="choice", choices={"A岗": "A", "主岗": "A", "B岗": "B"}),
    Column("active", ("在户",), kind="flag"),
)

BASIC = ("户号", "村组", "户主姓名")
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def csv_file(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(lines).encode(encoding)


def xlsx_file(*rows: Sequence[object], merged: Iterable[str] = (), sheet: str = "Sheet1") -> bytes:
    book = Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    return saved(book)


def saved(book: Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def raw_xlsx(rows: str, *, before: str = "", after: str = "", **parts: str) -> bytes:
    """A workbook of one sheet with exactly this XML around and in its <sheetData>, and further parts."""
    files = {
        "workbook": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{RELATIONS}">'
        '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "sheet": f'<worksheet xmlns="{SPREADSHEET}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>',
    } | parts
    links = '<Relationships><Relationship Id="rId1" Target="sheet.xml"/></Relationships>'
    return zipped(
        {"xl/_rels/workbook.xml.rels": links} | {f"xl/{name}.xml": text for name, text in files.items()}
    )


def zipped(files: Mapping[str, str]) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()


def inline(*texts: str) -> str:
    """Cells with their texts inside, as some programs write them."""
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)


def table(data: bytes, columns: Sequence[Column] = HOUSEHOLDS, **options: int) -> Table:
    return read_table("households.csv", BytesIO(data), columns, **options)


def only(data: bytes, name: str) -> object:
    """The value of one column in the file's only row, which must have no fault."""
    [row] = table(data).rows
    assert row.faults == []
    return row.values[name]


def in_csv(heading: str, text: str) -> bytes:
    """One household with `text` under `heading`, besides what every household has."""
    return csv_file(",".join((*BASIC, heading)), f'1,某某村,李某,"{text}"')


def in_xlsx(heading: str, value: object) -> bytes:
    return xlsx_file([*BASIC, heading], ["1", "某某村", "李某", value])


def fault(data: bytes) -> tuple[str, str, str]:
    """Column, code and detail of the only fault of the file's only row, whose value is then not given."""
    [row] = table(data).rows
    [found] = row.faults
    return found.column, found.code, found.detail
