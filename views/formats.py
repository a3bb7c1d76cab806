"""How values look to a person: localised numbers and dates, labels instead of codes, nothing for nothing."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from flask_babel import format_date, format_datetime, get_locale, get_timezone, gettext
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


# All languages of the portal group digits by a comma and divide by a point, as Python's own format does; the
# library would read its pattern anew for each cell. tests/unit/test_number_formats.py holds the two together.
def _money(value: Decimal) -> str:
    return f"{value:,.2f}"


def _decimal(value: Decimal) -> str:
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def _percent(value: Decimal) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".") + " %"


@lru_cache(maxsize=4096)
def _date_in(_locale: str, value: date) -> str:
    return str(format_date(value, "medium"))


@lru_cache(maxsize=4096)
def _instant_in(_locale: str, _zone: str, value: datetime) -> str:
    return str(format_datetime(value, "medium"))


def _date(value: date) -> str:
    return _date_in(str(get_locale()), value)


def _instant(value: datetime) -> str:
    return _instant_in(str(get_locale()), str(get_timezone()), value)


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
