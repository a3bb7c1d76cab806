"""Lists of rows that are no business records (accounts, jobs), with the look and the filters of every list."""

from typing import Any, ClassVar

from flask import flash, redirect, request
from flask_appbuilder.baseviews import BaseView
from sqlalchemy import ColumnElement, true
from werkzeug.datastructures import MultiDict

from app.core.actor import current_actor
from app.core.db import db
from views.fields import Field
from views.formats import formatter_of
from views.interface import ServiceInterface
from views.list_answer import is_part, list_answer, panel_answer, refused_panel
from views.list_conditions import bad_filter
from views.list_filters import Panel, chips_of, composed, pairs_of, panel_of
from views.list_frame import ListFrame, list_address
from views.listing import ListPage, fetch_page, parse_query
from views.screen_base import Answer

Rows = list[tuple[int, list[Any]]]
"""Rows ready to draw: the key and the shown values."""


class TablePage(BaseView):
    """A page with a list; gives `screen/list.html` what it asks of a screen.

    Attributes:
        fields: fields of the list by name, in order.
        computed: names among them that are no columns; `cells` of the subclass fills them in.
        filter_columns: names of the fields that the list can be filtered by.
        order_columns: columns that an index serves; the list sorts by no other.
        base_order: default sort, (column, "asc" | "desc").
    """

    datamodel: ServiceInterface
    title: ClassVar[Any]
    title_one: ClassVar[Any]
    fields: ClassVar[dict[str, Field]]
    computed: ClassVar[frozenset[str]] = frozenset()
    filter_columns: ClassVar[tuple[str, ...]] = ()
    order_columns: ClassVar[tuple[str, ...]] = ("id",)
    base_order: ClassVar[tuple[str, str]] = ("id", "desc")
    can_be_added: ClassVar[bool] = False

    @property
    def list_fields(self) -> list[Field]:
        """The list's fields in order."""
        return list(self.fields.values())

    def may(self, verb: str) -> bool:
        """Whether the actor holds a verb of this page."""
        permission = f"can_{verb}"
        return permission in self.base_permissions and current_actor().may(
            permission, self.class_permission_name
        )

    @classmethod
    def has_bin(cls) -> bool:
        """Nothing here is restored from a bin."""
        return False

    def visible(self) -> ColumnElement[bool]:
        """Return the WHERE clause of the rows that exist for the actor."""
        return true()

    def stored_fields(self) -> list[Field]:
        """Return the fields that are columns of the row itself."""
        return [field for name, field in self.fields.items() if name not in self.computed]

    def cells(self, page: ListPage) -> Rows:
        """Return the rows ready to draw: the key and the shown values of the stored fields."""
        formatters = [formatter_of(field) for field in self.stored_fields()]
        return [
            (key, [_drawn(form, value) for form, value in zip(formatters, values, strict=True)])
            for key, *values in page.rows
        ]

    def list_page(self) -> Answer:
        """Draw the list that the address asks for, or do what a filter form asks."""
        args, endpoint = request.args, self.endpoint
        filters = {name: self.fields[name] for name in self.filter_columns}
        if "column" in args:
            pairs, refused = composed(args, filters)
            if refused is not None and is_part():
                return refused_panel(self, refused)
            if refused is not None:
                flash(str(refused.error), "danger")
            return redirect(list_address(endpoint, pairs))
        panel = _new_filter(filters, args) if "add" in args else None
        if panel is not None and is_part():
            return panel_answer(self, panel)
        default = (self.base_order[0], self.base_order[1] == "desc")
        query = parse_query(args, filters, sortable=(*self.order_columns, "id"), default_sort=default)
        page = fetch_page(db.session(), self.datamodel.obj, self.stored_fields(), query, self.visible())
        chips = chips_of(self.datamodel, query.conditions, args)
        frame = ListFrame(endpoint, args, query, self.list_fields, [*filters.values()], chips, panel)
        return list_answer(self, page, self.cells(page), frame)


def _new_filter(filters: dict[str, Field], args: "MultiDict[str, str]") -> Panel:
    described = filters.get(args["add"])
    if described is None:
        raise bad_filter(args["add"])
    return panel_of(described, pairs_of(args))


def _drawn(form: Any, value: Any) -> Any:
    return "" if value is None or value == "" else form(value)
