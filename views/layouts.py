"""In which forms a list can be seen, and which of them the address asks for: `?layout=board`."""

from typing import Any

from flask import request, url_for

from app.core.errors import BadInput
from app.core.i18n import lazy_gettext as _l
from models.saved_views import ListLayout
from views.board import BoardPages
from views.calendar import CalendarPages
from views.list_frame import ListFrame
from views.listing import ListQuery
from views.screen_base import Answer
from views.timeline import TimelinePages

ICONS = {
    ListLayout.TABLE: "table",
    ListLayout.BOARD: "layout-kanban",
    ListLayout.CALENDAR: "calendar",
    ListLayout.TIMELINE: "timeline",
}
_OF_TABLES_ONLY = frozenset({"layout", "page", "after", "from"})
"""What of an address means nothing in another form."""


class LayoutPages(BoardPages, CalendarPages, TimelinePages):
    """The forms of a screen's list."""

    def layouts(self) -> tuple[ListLayout, ...]:
        """Return the forms that this list has; one alone is no choice."""
        board = (ListLayout.BOARD,) if self.board_field is not None else ()
        dated = (ListLayout.CALENDAR, ListLayout.TIMELINE) if self.date_fields else ()
        return (ListLayout.TABLE, *board, *dated)

    def layout_links(self, current: str) -> list[tuple[ListLayout, str, str, bool]]:
        """Return each form with its icon, its address under the same filters, and whether it is the current one."""
        kept: dict[str, Any] = {
            name: values for name, values in request.args.lists() if name not in _OF_TABLES_ONLY
        }
        endpoint = f"{type(self).__name__}.list"
        links = []
        for layout in self.layouts():
            asked = None if layout is ListLayout.TABLE else layout.value
            url = url_for(endpoint, **{**kept, "layout": asked})
            links.append((layout, ICONS[layout], url, layout.value == current))
        return links

    def other_layout(self, query: ListQuery, frame: ListFrame) -> Answer | None:
        """Draw the board, the calendar or the timeline if the address asks for it.

        Raises:
            BadInput: the list has no such form; the bin has the table only.
        """
        asked = request.args.get("layout") or ListLayout.TABLE.value
        if asked == ListLayout.TABLE.value:
            return None
        drawers = {
            ListLayout.BOARD: self.board_page,
            ListLayout.CALENDAR: self.calendar_page,
            ListLayout.TIMELINE: self.timeline_page,
        }
        found = next((layout for layout in self.layouts() if layout.value == asked), None)
        if found is None or query.is_bin:
            raise BadInput("bad-layout", _l("This list cannot be shown in that form."))
        return drawers[found](frame)
