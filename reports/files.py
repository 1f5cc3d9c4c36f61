"""A summary as a file: a line for each figure, a column for each period, unit and cadre in it."""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from django.utils.translation import get_language
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from fieldapi.tables import write_csv, write_xlsx
from reports.figures import FIGURES, NONE_GIVEN, Figure
from reports.words import KINDS

Section = Mapping[str, Any]
Line = list[Any]
NOT_TOLD = ""  # an empty cell: the figure is not among those of the column


class SummaryFile(BaseRenderer):
    """Writes the JSON of a summary as a file to keep."""

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        period = data.get("month") or f"{data['from']}_{data['to']}"
        name = f"summary-{data['unit']['code']}-{period}.{self.format}"
        renderer_context["response"]["Content-Disposition"] = f'attachment; filename="{name}"'
        return self.written(*table(data))

    def written(self, above: Sequence[str], headings: Line, lines: Iterator[Line]) -> bytes:
        raise NotImplementedError


class SummaryCSV(SummaryFile):
    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def written(self, above: Sequence[str], headings: Line, lines: Iterator[Line]) -> bytes:
        return b"".join(write_csv(headings, lines, above=above))


class SummaryXLSX(SummaryFile):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"
    charset = None
    render_style = "binary"

    def written(self, above: Sequence[str], headings: Line, lines: Iterator[Line]) -> bytes:
        stream = BytesIO()
        write_xlsx(stream, headings, lines, above=above)
        return stream.getvalue()


class ByFormat(DefaultContentNegotiation):
    """`?format=` names the kind of file; without it the Accept header does. What we do not write is 406."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        asked = request.query_params.get("format")
        if not asked:
            return super().select_renderer(request, renderers, format_suffix)
        for renderer in renderers:
            if renderer.format == asked:
                return renderer, renderer.media_type
        raise NotAcceptable


def table(summary: Section) -> tuple[Sequence[str], Line, Iterator[Line]]:
    """(what stands above, headings, lines)."""
    english = (get_language() or "").startswith("en")
    columns = list(_columns(summary, english))
    state = {"open": ("未月结", "open"), "closed": ("已月结", "closed")}[summary["state"]][english]
    above = [f"{summary['unit']['name']} {_period(summary)} {state}"]
    headings = [*(("meaning", "figure") if english else ("指标", "名称")), *(name for name, _ in columns)]
    return above, headings, _lines([section for _, section in columns], english)


def _columns(summary: Section, english: bool) -> Iterator[tuple[str, Section]]:
    yield _period(summary), summary
    if summary["previous"]:
        yield _period(summary["previous"]), summary["previous"]
    if summary["year_to_date"]:
        yield ("year to date" if english else "年初至今"), summary["year_to_date"]
    for entry in summary["by_unit"]:
        yield entry["unit"]["name"], entry
    for entry in summary["by_cadre"]:
        yield entry["cadre"]["full_name"], entry
    for entry in summary["by_office"]:
        yield entry["office"]["name"], entry
    for entry in summary["by_category"]:
        yield entry["category"]["name"] or ("no category" if english else "无类别"), entry


def _period(section: Section) -> str:
    return str(section.get("month") or f"{section['from']} – {section['to']}")


def _lines(sections: list[Section], english: bool) -> Iterator[Line]:
    for figure in FIGURES:
        told = [_told(figure, section) for section in sections]
        if told[0] is NOT_TOLD:
            continue
        if not figure.by:
            yield [figure.meaning if english else figure.zh, figure.name, *told]
            continue
        for value, name in _values(figure, sections, english).items():
            label = f"{figure.by}: {name}" if english else f"{figure.zh}：{name}"
            yield [label, f"{figure.name}.{value}", *(_among(numbers, value) for numbers in told)]


def _told(figure: Figure, section: Section) -> Any:
    found: Any = section
    for name in figure.name.split("."):
        if name not in found:
            return NOT_TOLD
        found = found[name]
    if figure.by == "category":
        return {entry["category"] or NONE_GIVEN: entry["count"] for entry in found}
    return found


def _among(numbers: Any, value: str) -> Any:
    return NOT_TOLD if numbers is NOT_TOLD else numbers.get(value, 0)


def _values(figure: Figure, sections: list[Section], english: bool) -> dict[str, str]:
    """The kinds or categories told of, with their names."""
    if figure.each:
        return {kind: kind if english else KINDS[kind] for kind in figure.each}
    entries = (
        entry for section in sections if "opinions" in section for entry in section["opinions"]["by_category"]
    )
    return {entry["category"] or NONE_GIVEN: entry["name"] or NONE_GIVEN for entry in entries}
