"""What the forms of a list beside the table share: which column says where a row stands, and which when it is."""

from typing import Any, ClassVar

from models.saved_views import ListLayout
from views.fields import Field, Kind, title_column
from views.list_answer import list_answer
from views.list_frame import ListFrame
from views.list_pages import ListPages
from views.listing import ListPage
from views.screen_base import Answer

DATES = frozenset({Kind.DATE, Kind.INSTANT})
_STATUS_NAMES = ("status", "state")
_PAIRS = (("start_on", "end_on"), ("start_at", "end_at"), ("planned_on", "due_on"), ("valid_from", "valid_to"),
          ("held_on", "ended_on"))  # fmt: skip
_SINGLES = (
    "due_on",
    "renewal_on",
    "remind_on",
    "purchased_at",
    "seen_on",
    "stated_on",
    "appeal_until",
    "valid_from",
)


class LayoutBase(ListPages):
    """The columns that board, calendar and timeline are drawn from.

    Attributes:
        board_column: a choice column whose values are the columns of the board; by default the status, "" for none.
        calendar_columns: one or two date columns, begin and end; by default the usual pairs, () for none.
    """

    board_column: ClassVar[str | None] = None
    calendar_columns: ClassVar[tuple[str, ...] | None] = None

    def _init_properties(self) -> None:
        super()._init_properties()
        self.board_field = self._find_board_field()
        self.date_fields = self._find_date_fields()
        self.title_field, self.code_field = self._find_titles()
        missing = {"move"} if self.board_field is None else set()
        missing |= set() if self.date_fields else {"events"}
        type(self).exclude_route_methods = type(self).exclude_route_methods | missing

    def _find_board_field(self) -> Field | None:
        declared = self.board_column
        names = _STATUS_NAMES if declared is None else (declared,) if declared else ()
        return next(
            (self.fields[name] for name in names if name in self.fields and self.fields[name].choices), None
        )

    def _find_date_fields(self) -> tuple[Field, ...]:
        if self.calendar_columns is not None:
            return tuple(self.fields[name] for name in self.calendar_columns)
        for names in (*_PAIRS, *((name,) for name in _SINGLES)):
            if all(name in self.fields and self.fields[name].kind in DATES for name in names):
                return tuple(self.fields[name] for name in names)
        return ()

    def _find_titles(self) -> tuple[Field, Field | None]:
        """Return the column that a row is called by, and its number if that is another column."""
        name = title_column(self.datamodel.obj).key
        title = self.fields[name] if name != "id" else self.list_fields[0]
        code = self.fields.get("code")
        return title, code if code is not title else None

    def draw_layout(self, frame: ListFrame, layout: ListLayout, **parts: Any) -> Answer:
        """Return the list's page, or its part alone, with another layout than the table."""
        page = ListPage([], 0, is_count_capped=False, has_next=False, next_cursor=None, query=frame.query)
        return list_answer(self, page, (), frame, layout=layout.value, **parts)

    def shown_title(self, value: Any, key: int) -> str:
        """Return a row's title as a text: of a relation the related title, of nothing the key."""
        content = value[1] if type(value) is tuple else value
        return str(content) if content not in (None, "") else f"#{key}"
