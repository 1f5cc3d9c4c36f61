"""What the summaries' endpoints are asked for."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fieldapi.fields import DayField, IdField, MonthField, PlainText, StrictSerializer
from fieldapi.query import QuerySerializer, UnitField, YesNo
from reports.summaries import INCLUDES

ONE = f"(?:{'|'.join(INCLUDES)})"


@extend_schema_field({"type": "string", "pattern": f"^{ONE}(?:,{ONE})*$", "example": "previous,by_unit"})
class IncludeField(serializers.Field):
    """Names from INCLUDES, separated by commas."""

    def to_internal_value(self, data: str) -> tuple[str, ...]:
        asked = tuple(part.strip() for part in data.split(",") if part.strip())
        if unknown := [name for name in asked if name not in INCLUDES]:
            raise serializers.ValidationError(
                f"{', '.join(unknown)}: {' / '.join(INCLUDES)}", code="invalid_choice"
            )
        return asked


class Asked(QuerySerializer):
    """Whose figures, of which days."""

    unit = UnitField(help_text="With everything below it. Your own unit when not given.")
    month = MonthField(help_text="This month when neither it nor days are given.")
    office = IdField(
        help_text="Tasks given to the office and their practical matters; visits, pairings, opinions and matters "
        "on the spot of its people."
    )
    cadre = IdField(help_text="What one person did: an entry of `by_cadre`.")
    own = YesNo(help_text="`yes`: the rows of the unit itself, without those of the units below it.")

    def get_fields(self) -> dict[str, Any]:
        days = {
            "from": DayField(
                help_text="With `to`: the live figures of any days, late rows on their own day."
            ),
            "to": DayField(),
        }
        return {**super().get_fields(), **days}


class SummaryQuery(Asked):
    include = IncludeField(help_text="Of " + ", ".join(f"`{name}`" for name in INCLUDES) + ", by commas.")

    format = serializers.ChoiceField(("json", "csv", "xlsx"), help_text="The same figures as a file.")


class RecordsQuery(Asked):
    figure = PlainText(100, help_text="Its place in the summary: `opinions.resolved`, `visits.by_kind.home`.")
    category = PlainText(
        40, help_text="Only what is of this category: an entry of `by_category`. `-`: of none."
    )
    year_to_date = YesNo(help_text="`yes`: the records behind `year_to_date`.")


class Closing(StrictSerializer):
    unit = UnitField()
    month = MonthField()
