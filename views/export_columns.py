"""From a list's column to a workbook's: numbers stay numbers, dates dates, choices their labels."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.exports.workbook import SheetColumn, plain_text
from views.fields import Field, Kind

_FORMATS = {
    Kind.MONEY: "#,##0.00",
    Kind.DECIMAL: "#,##0.####",
    Kind.PERCENT: '#,##0.##" %"',
    Kind.INTEGER: "0",
    Kind.DATE: "yyyy-mm-dd",
    Kind.INSTANT: "yyyy-mm-dd hh:mm",
}
_FIRST_YEAR = 1900
"""A spreadsheet knows no earlier day."""


def sheet_columns(columns: Sequence[Field], zone: ZoneInfo) -> list[SheetColumn]:
    """Return how each column is written, with its header in the language of the moment.

    Args:
        zone: time zone in which instants are shown; a cell has none of its own.
    """
    return [
        SheetColumn(str(field.label), _FORMATS.get(field.kind, "General"), _converter(field, zone))
        for field in columns
    ]


def _converter(field: Field, zone: ZoneInfo) -> Callable[[Any], Any]:
    if field.kind is Kind.CHOICE and field.choices is not None:
        labels = {str(member.value): str(member.label) for member in field.choices}
        return lambda value: labels.get(str(value), plain_text(value))
    if field.kind is Kind.INSTANT:
        return lambda value: _day(value.astimezone(zone).replace(tzinfo=None))
    if field.kind is Kind.DATE:
        return _day
    if field.kind in _FORMATS or field.kind is Kind.BOOLEAN:
        return lambda value: value
    return plain_text


def _day(value: date | datetime) -> Any:
    return value if value.year >= _FIRST_YEAR else value.isoformat()
