"""Records that point to a record: found from the described columns, read when their tab opens."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.core.actor import current_actor
from app.core.db import db
from app.core.i18n import gettext as _
from views.fields import Field, Kind
from views.list_conditions import Condition
from views.listing import ListQuery, fetch_page
from views.record_tabs import part_or_page
from views.screen_base import Answer, Rows, ScreenBase

SHOWN = 10
COLUMNS = 5

_referring: dict[type[Any], list[tuple[Any, Field]]] = {}
"""Model → screens and their columns that point to it; fixed by the registry once the portal stands."""


@dataclass(frozen=True, slots=True)
class RelatedRows:
    """The first rows of one screen that point to the record by one column."""

    view: Any
    column: Field
    columns: list[Field]
    rows: Rows
    count: str
    url: str | None


def referring(screen: Any) -> list[tuple[Any, Field]]:
    """Return the screens and columns that point to a screen's records; its own lines have tabs of their own."""
    key = type(screen)
    if key not in _referring:
        own_lines = {(type(view), view.parent_column) for view in screen._related_views}
        _referring[key] = [
            (view, field)
            for view in current_app.extensions["appbuilder"].baseviews
            if isinstance(view, ScreenBase)
            for field in view.fields.values()
            if field.kind is Kind.RELATION
            and field.target is screen.datamodel.obj
            and (type(view), field.name) not in own_lines
        ]
    return _referring[key]


class RelatedPages(ScreenBase):
    """The related records of a record."""

    @expose("/related/<pk>", methods=["GET"])
    @has_access
    @permission_name("show")
    def related(self, pk: str) -> Answer:
        """Show the first rows of each screen that point here and that the actor may list."""
        record = self._find(pk)
        found = [_rows(view, column, record.id) for view, column in referring(self) if view.may("list")]
        return part_or_page(
            "screen/record/related.html", screen=self, record=record, title=_("Related records"),
            related=[part for part in found if part.rows],
        )  # fmt: skip


def _rows(view: Any, column: Field, key: int) -> RelatedRows:
    """Read the count and the first rows, as the list behind the link would."""
    condition = Condition(column, "in", str(key), (key,))
    query = ListQuery(sort="id", conditions=(condition,), size=SHOWN)
    columns = view.list_fields[:COLUMNS]
    visible = view.datamodel.visible(current_actor())
    page = fetch_page(db.session(), view.datamodel.obj, columns, query, visible)
    chosen: dict[str, Any] = {f"f.{column.name}.in": key}
    has_list = column.name in view.list_filters
    return RelatedRows(
        view,
        column,
        columns,
        view.cells(page, columns),
        f"{page.count}+" if page.is_count_capped else str(page.count),
        url_for(f"{view.endpoint}.list", **chosen) if has_list else None,
    )
