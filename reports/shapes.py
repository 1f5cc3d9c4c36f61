"""The summaries' shapes in the API document, made from the catalogue of figures."""

import re
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


class NamedOffice(serializers.Serializer):
    id = IdField()
    name = serializers.CharField()
    unit = serializers.CharField()


class NamedCategory(serializers.Serializer):
    code = serializers.CharField(allow_null=True)
    name = serializers.CharField(help_text="Empty for tasks without a category.")


class NamedCadre(serializers.Serializer):
    id = IdField()
    full_name = serializers.CharField()
    unit = serializers.CharField()


def _number(figure: Figure) -> Any:
    told: dict[str, Any] = {"required": not figure.include, "help_text": figure.meaning}
    if figure.by == "category":
        return CategoryCount(many=True, **told)
    if figure.by:
        return serializers.DictField(child=serializers.IntegerField(), **told)
    if figure.may_be_none:
        return serializers.FloatField(allow_null=True, **told)
    return serializers.IntegerField(**told)


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
        path = f"{above}{name}"
        title = "".join(word.capitalize() for word in re.split(r"[._]", path))
        needed = any(not figure.include for figure in below)
        fields[name] = _shape(f"{title}Figures", **_numbers(below, f"{path}."))(required=needed)
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
OfOffice = _shape("FiguresOfOffice", office=NamedOffice(), **NUMBERS)
OfCategory = _shape("FiguresOfCategory", category=NamedCategory(), tasks=NUMBERS["tasks"])
Summary = _shape(
    "Summary",
    unit=NamedUnit(),
    **DATED,
    **NUMBERS,
    previous=OtherPeriod(help_text="Empty unless included."),
    year_to_date=OtherPeriod(help_text="Empty unless included."),
    by_unit=OfUnit(many=True),
    by_cadre=OfCadre(many=True),
    by_office=OfOffice(many=True),
    by_category=OfCategory(many=True),
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
