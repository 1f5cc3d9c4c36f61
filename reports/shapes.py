"""The summaries' shapes in the API document, made from the catalogue of figures."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from fieldapi.fields import DayField, IdField, MonthField
from reports.figures import FIGURES, Figure
from reports.summaries import STATES

Fields = dict[str, Any]


def _shape(name: str, **fields: Any) -> Any:
    return type(name, (serializers.Serializer,), fields)


class CategoryCount(serializers.Serializer):
    category = serializers.CharField(allow_null=True)
    name = serializers.CharField(help_text="Empty for opinions without a category.")
    count = serializers.IntegerField()


class NamedUnit(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class NamedCadre(serializers.Serializer):
    id = IdField()
    full_name = serializers.CharField()
    unit = serializers.CharField()


def _number(figure: Figure) -> Any:
    if figure.by == "category":
        return CategoryCount(many=True, help_text=figure.meaning)
    if figure.by:
        return serializers.DictField(child=serializers.IntegerField(), help_text=figure.meaning)
    if figure.may_be_none:
        return serializers.FloatField(allow_null=True, help_text=figure.meaning)
    return serializers.IntegerField(help_text=figure.meaning)


def _numbers(figures: Iterable[Figure], above: str = "") -> Fields:
    """The figures whose names begin with `above`; longer names are in sections of their own."""
    fields: Fields = {}
    inner: dict[str, list[Figure]] = {}
    for figure in figures:
        name, *more = figure.name.removeprefix(above).split(".")
        if more:
            inner.setdefault(name, []).append(figure)
        else:
            fields[name] = _number(figure)
    for name, below in inner.items():
        title = "".join(word.capitalize() for word in name.split("_"))
        fields[name] = _shape(f"{title}Figures", **_numbers(below, f"{above}{name}."))()
    return fields


NUMBERS = _numbers(FIGURES)
DATED = {
    "month": MonthField(required=False, help_text="Absent where days were asked for."),
    "from": DayField(required=False),
    "to": DayField(required=False),
    "state": serializers.ChoiceField(STATES),
}
OtherPeriod = _shape("OtherPeriod", may_be_empty=True, **DATED, **NUMBERS)
OfUnit = _shape("FiguresOfUnit", unit=NamedUnit(), own=serializers.BooleanField(), **NUMBERS)
OfCadre = _shape("FiguresOfCadre", cadre=NamedCadre(), **NUMBERS)
Summary = _shape(
    "Summary",
    unit=NamedUnit(),
    **DATED,
    **NUMBERS,
    previous=OtherPeriod(help_text="Empty unless included."),
    year_to_date=OtherPeriod(help_text="Empty unless included."),
    by_unit=OfUnit(many=True),
    by_cadre=OfCadre(many=True),
)


Record = _shape(
    "FigureRecord",
    table=serializers.CharField(help_text="The collection it is looked at in."),
    id=serializers.CharField(),
    label=serializers.CharField(),
    link=serializers.CharField(),
    unit=serializers.CharField(allow_null=True),
    day=DayField(allow_null=True),
    household=IdField(allow_null=True),
    cadre=IdField(allow_null=True),
    kind=serializers.CharField(allow_null=True),
    category=serializers.CharField(allow_null=True),
    value=serializers.IntegerField(allow_null=True, help_text="What a sum, mean or rate is worked out from."),
    records=serializers.IntegerField(help_text="How many records name it; 1 for a record itself."),
)
