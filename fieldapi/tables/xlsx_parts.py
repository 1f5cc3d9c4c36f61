"""What the sheets of a workbook share: the index of sheets, texts, and formats that show days. Pure."""

import re
from datetime import datetime
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

# Date formats that Chinese programs name by number only (ECMA-376 part 1, 18.8.30, zh-cn).
CHINESE_DATES = {*range(27, 37), *range(50, 59)}
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Part(ContentHandler):
    """One XML part, by local names (prefixes differ between programs)."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        self.text = []
        self.opened(name.rpartition(":")[2], attrs)

    def characters(self, content: str) -> None:
        self.text.append(content)

    def endElement(self, name: str) -> None:
        self.closed(name.rpartition(":")[2], "".join(self.text))
        self.text = []

    def opened(self, name: str, attrs: AttributesImpl) -> None:
        """An element begins."""

    def closed(self, name: str, text: str) -> None:
        """An element ends; `text` is what stood in it, if it held nothing else."""


class Index(Part):
    """xl/workbook.xml: the sheets, and the day that serial numbers count from."""

    def __init__(self) -> None:
        super().__init__()
        self.visible: list[tuple[str, str]] = []
        self.epoch: datetime = WINDOWS_EPOCH

    def opened(self, name: str, attrs: AttributesImpl) -> None:
        if name == "workbookPr" and attrs.get("date1904") in ("1", "true"):
            self.epoch = MAC_EPOCH
        elif name == "sheet" and attrs.get("state", "visible") == "visible":
            link = next((value for key, value in attrs.items() if key.endswith(":id")), "")
            self.visible.append((attrs.get("name", ""), link))


class Links(Part):
    """xl/_rels/workbook.xml.rels: where the sheets are."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, str] = {}

    def opened(self, name: str, attrs: AttributesImpl) -> None:
        if name == "Relationship":
            self.targets[attrs.get("Id", "")] = attrs.get("Target", "")


class Spoken(Part):
    """A part with texts: runs of `t`, without the phonetic guides some carry."""

    def __init__(self) -> None:
        super().__init__()
        self.phonetic = False
        self.runs: list[str] = []

    def opened(self, name: str, attrs: AttributesImpl) -> None:
        if name == "rPh":
            self.phonetic = True

    def closed(self, name: str, text: str) -> None:
        if name == "t" and not self.phonetic:
            self.runs.append(text)
        elif name == "rPh":
            self.phonetic = False

    def said(self) -> str:
        """The text since last asked, with characters that XML cannot hold (`_x000D_`) restored."""
        text = "".join(self.runs)
        self.runs = []
        return ESCAPED.sub(_escaped_character, text) if "_x" in text else text


class Texts(Spoken):
    """xl/sharedStrings.xml: texts that cells refer to by their place."""

    def __init__(self) -> None:
        super().__init__()
        self.all: list[str] = []

    def closed(self, name: str, text: str) -> None:
        super().closed(name, text)
        if name == "si":
            self.all.append(self.said())


class Formats(Part):
    """xl/styles.xml: the number formats of the cell styles."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: dict[str, str] = {}
        self.styles: list[str] = []
        self.of_cells = False

    def opened(self, name: str, attrs: AttributesImpl) -> None:
        if name == "numFmt":
            self.codes[attrs.get("numFmtId", "")] = attrs.get("formatCode", "")
        elif name == "cellXfs":
            self.of_cells = True
        elif name == "xf" and self.of_cells:
            self.styles.append(attrs.get("numFmtId", "0"))

    def closed(self, name: str, text: str) -> None:
        if name == "cellXfs":
            self.of_cells = False

    def days(self) -> frozenset[str]:
        """The places of the styles that show days, as cells name them."""
        shown = {number: self._shows_days(number) for number in set(self.styles)}
        return frozenset(str(place) for place, number in enumerate(self.styles) if shown[number])

    def _shows_days(self, number: str) -> bool:
        if number in self.codes:
            return is_date_format(self.codes[number])
        builtin = int(number) if re.fullmatch("[0-9]{1,3}", number) else 0
        return builtin in CHINESE_DATES or is_date_format(BUILTIN_FORMATS.get(builtin, "General"))


def _escaped_character(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return "\ufffd" if "\ud800" <= char <= "\udfff" else char
