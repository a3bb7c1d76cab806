"""Days as a filter means them: relative periods (“this month”) and the instants at which a day begins (R106)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import get_timezone

from app.core.clock import company_zone, utc_now
from app.core.i18n import lazy_gettext as _l

Days = tuple[date | None, date | None]
"""First and last day, both belonging to it; an open end is None."""

PERIODS = {
    "today": _l("today"),
    "yesterday": _l("yesterday"),
    "tomorrow": _l("tomorrow"),
    "this-week": _l("this week"),
    "last-week": _l("last week"),
    "next-week": _l("next week"),
    "this-month": _l("this month"),
    "last-month": _l("last month"),
    "next-month": _l("next month"),
    "this-quarter": _l("this quarter"),
    "this-year": _l("this year"),
    "last-7-days": _l("in the last 7 days"),
    "last-30-days": _l("in the last 30 days"),
    "last-90-days": _l("in the last 90 days"),
    "next-7-days": _l("in the next 7 days"),
    "next-30-days": _l("in the next 30 days"),
    "past": _l("before today"),
    "future": _l("after today"),
}
"""Word of the address → how it reads; the first is offered first."""


def reader_zone() -> ZoneInfo:
    """Return the time zone in which instants are shown to whoever reads the list."""
    zone = get_timezone()
    return company_zone() if zone is None else ZoneInfo(str(zone))


def days_of(period: str, today: date) -> Days:
    """Return the days of a relative period as seen from one day.

    Raises:
        KeyError: there is no such period.
    """
    if period not in PERIODS:
        raise KeyError(period)
    if period in {"today", "yesterday", "tomorrow"}:
        day = today + timedelta(days={"today": 0, "yesterday": -1, "tomorrow": 1}[period])
        return day, day
    if period in {"past", "future"}:
        step = timedelta(days=1)
        return (None, today - step) if period == "past" else (today + step, None)
    which, *_number, unit = period.split("-")
    if unit == "days":
        length = timedelta(days=int(_number[0]) - 1)
        return (today - length, today) if which == "last" else (today, today + length)
    return _calendar_span(which, unit, today)


def _calendar_span(which: str, unit: str, today: date) -> Days:
    """Return the days of this, the last or the next week, month, quarter or year; a week begins on Monday."""
    shift = {"last": -1, "this": 0, "next": 1}[which]
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7 * shift)
        return monday, monday + timedelta(days=6)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    position = (today.year * 12 + today.month - 1) // months + shift
    return _month_start(position * months), _month_start((position + 1) * months) - timedelta(days=1)


def _month_start(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def reader_today() -> date:
    """Return the day on which the reader's clock stands."""
    return utc_now().astimezone(reader_zone()).date()


def instants_of(days: Days) -> tuple[datetime | None, datetime | None]:
    """Return the half-open span of instants that the reader sees on these days.

    Raises:
        OverflowError: a day stands at an end of the calendar.
    """
    first, last = days
    zone = reader_zone()
    end = None if last is None else last + timedelta(days=1)
    return _midnight(first, zone), _midnight(end, zone)


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time.min, zone).astimezone(UTC)
