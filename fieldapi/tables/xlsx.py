"""XLSX: a workbook's visible sheets, streamed within bounds. Pure.

openpyxl reads a sheet either whole, with every cell a careless or hostile file declares, or streamed
without its merged cells; and it refuses workbooks for faults in styles, validations and print settings
that nobody needs here. So sheets are read directly, and openpyxl only says what a date format is.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from posixpath import join, normpath
from typing import TypeVar
from xml.sax import SAXException
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from defusedxml.sax import make_parser

from fieldapi.errors import Refused
from fieldapi.tables.sheet import Line, Sheet
from fieldapi.tables.xlsx_parts import Formats, Index, Links, Part, Texts
from fieldapi.tables.xlsx_rows import Rows

MAX_PARTS = 2_000
MAX_CONTENT = 64 * 1024 * 1024
MAX_TAGS = 5_000_000
CHUNK = 64 * 1024
P = TypeVar("P", bound=Part)


def sheets(data: bytes) -> list[Sheet]:
    """The visible sheets in their order. Raises Refused; so may reading them."""
    if data.count(b"PK\x01\x02") > MAX_PARTS:
        raise Refused("table_too_large", limit=MAX_PARTS, of="parts")
    with _refusing():
        return _Workbook(ZipFile(BytesIO(data))).sheets()


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever a damaged or hostile workbook makes fail is one refusal.

    ValueError: entities that defusedxml forbids, broken text, and what zipfile raises for offsets that
    point before the file; NotImplementedError: archives of other kinds.
    """
    try:
        yield
    except (BadZipFile, zlib.error, EOFError, SAXException, NotImplementedError, ValueError) as fault:
        raise Refused("not_a_table") from fault


class _Workbook:
    """The archive, and what all its sheets share: names, texts, date formats, first day.

    Its parts may inflate to 64 MB in all (zipfile reads no further than the sizes they declare), and the
    tags parsed, in whichever part, are counted: time and memory are bounded by these two.
    """

    def __init__(self, archive: ZipFile) -> None:
        if sum(info.file_size for info in archive.infolist()) > MAX_CONTENT:
            raise Refused("table_too_large", limit=MAX_CONTENT, of="content")
        self.archive = archive
        self.tags = 0
        self.names = {name.lower(): name for name in archive.namelist()}
        self.index = self._whole("xl/workbook.xml", Index())
        self.links = self._whole("xl/_rels/workbook.xml.rels", Links())
        self.texts = self._whole("xl/sharedstrings.xml", Texts(), needed=False)
        self.formats = self._whole("xl/styles.xml", Formats(), needed=False)

    def sheets(self) -> list[Sheet]:
        found = []
        for name, link in self.index.visible:
            path = normpath(join("/xl", self.links.targets.get(link, ""))).lstrip("/").lower()
            if path in self.names:
                sheet = Sheet(name=name, typed=True)
                sheet.read = partial(self._lines, path, sheet)
                found.append(sheet)
        return found

    def _lines(self, path: str, sheet: Sheet) -> Iterator[Line]:
        rows = Rows(self.texts.all, self.formats.days(), self.index.epoch)
        with _refusing():
            for _ in self._parsed(path, rows):
                yield from rows.take()
        sheet.merges = rows.merges

    def _whole(self, name: str, part: P, *, needed: bool = True) -> P:
        if needed or name in self.names:
            for _ in self._parsed(name, part):
                pass
        return part

    def _parsed(self, name: str, part: Part) -> Iterator[None]:
        """Parse one part of the archive, pausing after each chunk so that a reader may stop early."""
        if name not in self.names:
            raise Refused("not_a_table")
        info = self.archive.getinfo(self.names[name])
        if info.flag_bits & 1 or info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise Refused("not_a_table")
        parser = make_parser()
        parser.setContentHandler(part)
        with self.archive.open(info) as source:
            while chunk := source.read(CHUNK):
                self.tags += chunk.count(b"<")
                if self.tags > MAX_TAGS:
                    raise Refused("table_too_large", limit=MAX_TAGS, of="tags")
                parser.feed(chunk)
                yield
        parser.close()
        yield
