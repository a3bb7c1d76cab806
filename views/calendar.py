"""A list as a calendar: the rows of the shown weeks as events, under the same filters and row scope (R106)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, jsonify, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import get_timezone
from sqlalchemy import ColumnElement, and_, or_

from app.core.actor import current_actor
from app.core.clock import utc_now
from app.core.db import db
from app.core.errors import BadInput
from app.core.i18n import lazy_gettext as _l
from models.saved_views import ListLayout
from views.fields import Field, Kind
from views.layout_base import LayoutBase
from views.list_frame import ListFrame
from views.listing import ListQuery, clause_of
from views.row_statements import row_statement, shape
from views.screen_base import Answer

MOST_EVENTS = 500
LONGEST = timedelta(days=800)
"""Days that one question may span: a year's page and what stands beside it."""


@dataclass(frozen=True)
class Dated:
    """A row with its time: days, or instants in the person's time zone without naming it.

    Attributes:
        last: its last day or its end; the begin again if it has none.
        colour: of its status, if it has one.
    """

    key: int
    title: str
    first: date
    last: date
    status: Any
    colour: str


class DatedPages(LayoutBase):
    """Reads the rows of a period."""

    def dated_rows(self, query: ListQuery, first: date, last: date, most: int) -> tuple[list[Dated], bool]:
        """Return the rows that touch the days from `first` to `last`, by begin, and whether there are more."""
        model = self.datamodel.obj
        begin = self.date_fields[0]
        visible = self.datamodel.visible(current_actor())
        clauses = clause_of(model, query, db.session().get_bind().dialect.name)
        extra = [self.board_field] if self.board_field is not None else []
        columns = [self.title_field, *self.date_fields, *extra]
        start = getattr(model, begin.name)
        statement = row_statement(model, columns, model.id).where(
            visible, *clauses, self._touches(first, last)
        )
        rows = db.session.execute(statement.order_by(start, model.id).limit(most + 1)).all()
        found = [self._dated(row[0], shape(columns, row[2:])) for row in rows[:most]]
        return found, len(rows) > most

    def _touches(self, first: date, last: date) -> ColumnElement[bool]:
        """Return the WHERE clause of the rows within the period; a begin without an end is a day of its own."""
        model = self.datamodel.obj
        begin, end = self.date_fields[0], self.date_fields[-1]
        start, stop = getattr(model, begin.name), getattr(model, end.name)
        from_here, to_here = _bound(begin, last + timedelta(days=1)), _bound(end, first)
        if end is begin:
            return and_(start >= to_here, start < from_here)
        return and_(
            start < from_here, or_(stop >= to_here, and_(stop.is_(None), start >= _bound(begin, first)))
        )

    def _dated(self, key: int, values: Sequence[Any]) -> Dated:
        title, first = values[0], values[1]
        last = values[len(self.date_fields)] or first
        member = None
        if self.board_field is not None and self.board_field.choices is not None:
            member = next((one for one in self.board_field.choices if str(one.value) == values[-1]), None)
        return Dated(
            key, self.shown_title(title, key), _local(first), _local(last),
            member.label if member is not None else None, member.colour if member is not None else "blue",
        )  # fmt: skip


class CalendarPages(DatedPages):
    """The calendar of a screen."""

    def calendar_page(self, frame: ListFrame) -> Answer:
        """Draw the empty calendar; it asks for its events itself."""
        return self.draw_layout(frame, ListLayout.CALENDAR)

    @expose("/events")
    @has_access
    @permission_name("list")
    def events(self) -> Response:
        """Answer the events of the asked days; without an asked period those of this month."""
        query = self.parse(request.args)
        today = utc_now().astimezone(_zone()).date()
        first = asked_day("start", default=today.replace(day=1))
        last = asked_day("end", default=first + timedelta(days=31))
        if not first <= last <= first + LONGEST:
            raise _bad_day("end")
        found, has_more = self.dated_rows(query, first, last, MOST_EVENTS)
        return jsonify({"events": [self._event(row) for row in found], "has_more": has_more})

    def _event(self, row: Dated) -> dict[str, Any]:
        is_whole_day = not isinstance(row.first, datetime)
        end = (
            row.last + timedelta(days=1) if is_whole_day else row.last
        )  # the calendar's end is the first day after
        status = f" · {row.status}" if row.status is not None else ""
        return {
            "id": row.key,
            "title": f"{row.title}{status}",
            "start": row.first.isoformat(),
            "end": end.isoformat(),
            "allDay": is_whole_day,
            "url": url_for(f"{type(self).__name__}.show", pk=row.key),
            "colour": row.colour,
        }


def asked_day(name: str, *, default: date) -> date:
    """Return a day of the address; a time behind it is not read.

    Raises:
        BadInput: it is no day.
    """
    text = request.args.get(name, "")
    if not text:
        return default
    try:
        day = date.fromisoformat(text[:10])
    except ValueError as problem:
        raise _bad_day(name) from problem
    if not 1900 <= day.year <= 2200:
        raise _bad_day(name)
    return day


def _bad_day(name: str) -> BadInput:
    return BadInput("bad-day", _l("“%(name)s” is no day of this calendar.", name=name))


def _zone() -> ZoneInfo:
    return ZoneInfo(str(get_timezone()))


def _bound(field: Field, day: date) -> date:
    """Return the begin of a day as a column's value: in the person's time zone for an instant."""
    if field.kind is Kind.DATE:
        return day
    return datetime.combine(day, time.min, _zone()).astimezone(UTC)


def _local(value: date) -> date:
    """Return an instant as the clock on the person's wall shows it; a day is a day everywhere."""
    return value.astimezone(_zone()).replace(tzinfo=None) if isinstance(value, datetime) else value
