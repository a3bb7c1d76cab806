"""Numbers, dates and instants as a printed document shows them, in the forced locale.

All functions need an application context, because Flask-Babel keeps the locale there. Empty values
print as an en dash, so that a hole in a table is seen to be meant.
"""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_skeleton
from flask_babel import format_currency, format_date, format_decimal, get_locale

from app.core.clock import company_zone
from models.metrics import MetricUnit

EMPTY = "–"
DIGEST_SHOWN = 16
"""Hexadecimal digits of a digest that a table shows; the full one stands in the integrity section."""


def money(amount: Decimal | None, currency: str) -> str:
    """Return an amount with thousands separators, two places and the currency's sign."""
    return EMPTY if amount is None else str(format_currency(amount, currency))


def amount(value: Decimal | None) -> str:
    """Return an amount with two places and no currency, for columns whose head names the currency."""
    return EMPTY if value is None else str(format_decimal(value, format="#,##0.00"))


def number(value: Decimal | int | None) -> str:
    """Return a count or a measure with thousands separators and only the places it has."""
    if value is None:
        return EMPTY
    return str(format_decimal(value, format="#,##0.######"))


def percent(value: Decimal | None) -> str:
    """Return a share that is stored in percent (`12.5` is printed as `12.5%`)."""
    return EMPTY if value is None else f"{number(value)}%"


def measure(value: Decimal | None, unit: MetricUnit, currency: str) -> str:
    """Return a metric's value in its unit."""
    if unit == MetricUnit.MONEY and value is not None:
        return str(format_currency(value, currency, format="¤#,##0.##", currency_digits=False))
    return percent(value) if unit == MetricUnit.PERCENT else number(value)


def days(value: timedelta | None) -> str:
    """Return a duration in days with one place."""
    if value is None:
        return EMPTY
    in_days = Decimal(value.total_seconds()) / 86400
    return str(format_decimal(in_days.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP), format="#,##0.0"))


def day(value: date | None) -> str:
    """Return a calendar day in the words of the locale (`Apr 1, 2026`, `2026年4月1日`)."""
    return EMPTY if value is None else str(format_date(value, format="medium", rebase=False))


def month(value: date | None) -> str:
    """Return the month of a day (`Apr 2026`, `2026年4月`)."""
    return EMPTY if value is None else format_skeleton("yMMM", value, locale=get_locale())


def month_name(value: date) -> str:
    """Return the month of a day without its year, as short as the locale has it (`Apr`, `4月`)."""
    return format_skeleton("MMM", value, locale=get_locale())


def period(start: date, end: date) -> str:
    """Return a closed period of days."""
    return f"{day(start)} – {day(end)}"


def instant(value: datetime | None) -> str:
    """Return an aware instant in the company's time zone, with its UTC offset.

    The form is ISO-like in every language, because it is evidence: `2026-04-02 09:30:05 UTC+08:00`.

    Raises:
        ValueError: the instant has no time zone.
    """
    if value is None:
        return EMPTY
    if value.tzinfo is None:
        message = "an instant needs a time zone"
        raise ValueError(message)
    local = value.astimezone(company_zone())
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M:%S} UTC{offset[:3]}:{offset[3:]}"


def short_digest(value: str | None) -> str:
    """Return the first digits of a SHA-256, in groups of four that a reader can compare aloud."""
    if not value:
        return EMPTY
    shown = value[:DIGEST_SHOWN]
    return " ".join(shown[i : i + 4] for i in range(0, len(shown), 4))
