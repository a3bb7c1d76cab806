"""A list as a timeline: bars over twelve months, drawn by the server, readable as a list without them (R106)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_skeleton
from flask import request, url_for
from flask_babel import format_date, get_locale

from app.core.clock import today
from models.saved_views import ListLayout
from views.calendar import Dated, DatedPages, asked_day
from views.list_frame import ListFrame
from views.screen_base import Answer

MONTHS = 12
BEFORE = 2
"""Months shown before the present one, unless the address names the first."""
STEP = 6
MOST_BARS = 200
UNITS = 100
"""Width of a month in the drawing; every month is equally wide."""
_NARROWEST = 6


@dataclass(frozen=True)
class Bar:
    """One row: its text, and its bar in units of the drawing."""

    title: str
    url: str
    dates: str
    status: Any
    colour: str
    x: float
    width: float


class TimelinePages(DatedPages):
    """The timeline of a screen."""

    def timeline_page(self, frame: ListFrame) -> Answer:
        """Draw the rows of twelve months, from the month that the address names by `from`."""
        first = asked_day("from", default=_months_after(today(), -BEFORE)).replace(day=1)
        last = _months_after(first, MONTHS) - timedelta(days=1)
        found, has_more = self.dated_rows(frame.query, first, last, MOST_BARS)
        now = _position(first, today())
        months = [_months_after(first, number) for number in range(MONTHS)]
        return self.draw_layout(
            frame,
            ListLayout.TIMELINE,
            bars=[self._bar(row, first) for row in found],
            has_more=has_more,
            months=[_month_name(month, is_first=number == 0) for number, month in enumerate(months)],
            today_at=now if 0 <= now <= MONTHS * UNITS else None,
            width=MONTHS * UNITS,
            earlier=self._address(_months_after(first, -STEP)),
            later=self._address(_months_after(first, STEP)),
            now=self._address(None),
            period=f"{format_date(first, 'medium')} – {format_date(last, 'medium')}",
        )

    def _bar(self, row: Dated, first: date) -> Bar:
        begin, end = _day(row.first), _day(row.last)
        left = max(_position(first, begin), 0.0)
        right = min(_position(first, end + timedelta(days=1)), float(MONTHS * UNITS))
        dates = format_date(begin, "medium")
        if end != begin:
            dates = f"{dates} – {format_date(end, 'medium')}"
        left = min(left, MONTHS * UNITS - _NARROWEST)
        url = url_for(f"{type(self).__name__}.show", pk=row.key)
        return Bar(
            row.title,
            url,
            dates,
            row.status,
            row.colour,
            round(left, 1),
            round(max(right - left, _NARROWEST), 1),
        )

    def _address(self, first: date | None) -> str:
        arguments: dict[str, Any] = {**request.args.to_dict(flat=False), "from": first and first.isoformat()}
        return url_for(f"{type(self).__name__}.list", **arguments)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _months_after(day: date, months: int) -> date:
    """Return the first day of the month so many months later."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _position(first: date, day: date) -> float:
    """Return where a day begins in the drawing that begins with the month `first`."""
    months = (day.year - first.year) * 12 + day.month - first.month
    return (months + (day.day - 1) / monthrange(day.year, day.month)[1]) * UNITS


def _month_name(month: date, *, is_first: bool) -> tuple[str, bool]:
    """Return a month's name, with its year where one begins, and whether a year begins."""
    has_year = is_first or month.month == 1
    return str(format_skeleton("yMMM" if has_year else "MMM", month, locale=get_locale())), has_year
