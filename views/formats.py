"""How values look to a person: localised numbers and dates, labels instead of codes, nothing for nothing."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import format_date, format_datetime, format_decimal, gettext
from markupsafe import Markup, escape

from views.fields import Field, Kind

Formatter = Callable[[Any], Any]
_BADGE = Markup('<span class="badge badge-{}">{}</span>')


def _choice(described: Field) -> Formatter:
    """Return a formatter that draws each label once: a page shows the same few many times."""
    assert described.choices is not None
    members = {str(member.value): member for member in described.choices}
    is_status = described.name in {"status", "state"}
    drawn: dict[str, Any] = {}

    def show(value: str) -> Any:
        found = drawn.get(value)
        if found is None:
            member = members.get(str(value))
            if member is None:
                return value
            found = _BADGE.format(member.colour, member.label) if is_status else str(member.label)
            drawn[value] = found
        return found

    return show


def _money(value: Decimal) -> str:
    return str(format_decimal(value, "#,##0.00"))


def _decimal(value: Decimal) -> str:
    return str(format_decimal(value.normalize() if value else value, "#,##0.####"))


def _percent(value: Decimal) -> str:
    return f"{format_decimal(value, '#,##0.##')} %"


def _date(value: date) -> str:
    return str(format_date(value, "medium"))


def _instant(value: datetime) -> str:
    return str(format_datetime(value, "medium"))


def _boolean(value: bool) -> str:
    return str(gettext("Yes") if value else gettext("No"))


_FORMATTERS: dict[Kind, Formatter] = {
    Kind.MONEY: _money,
    Kind.DECIMAL: _decimal,
    Kind.PERCENT: _percent,
    Kind.DATE: _date,
    Kind.INSTANT: _instant,
    Kind.BOOLEAN: _boolean,
}


def formatter_of(described: Field) -> Formatter:
    """Return the function that shows a value of this column."""
    if described.kind is Kind.CHOICE:
        return _choice(described)
    return _FORMATTERS.get(described.kind, str)


def show_value(described: Field, value: Any) -> Any:
    """Return one value as a person reads it; a pair (key, title) for a relation; empty for nothing."""
    if isinstance(value, tuple):
        value = value[1]
    if value is None or value == "":
        return ""
    if described.kind is Kind.RELATION:
        return escape(value)
    return formatter_of(described)(value)
