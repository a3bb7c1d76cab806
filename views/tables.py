"""Lists of rows that are no business records (accounts, jobs), with the look and the filters of every list."""

from typing import Any, ClassVar

from flask import request
from flask_appbuilder.baseviews import BaseView
from markupsafe import Markup
from sqlalchemy import ColumnElement, true

from app.core.actor import current_actor
from app.core.db import db
from views.fields import Field
from views.formats import formatter_of
from views.interface import ServiceInterface
from views.list_answer import list_answer
from views.listing import ListPage, fetch_page, operator_label, operators_of, parse_query

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

    def filter_options(self) -> Markup:
        """Return the options of the filter builder."""
        option = Markup('<option value="f.{}.{}">{} {}</option>')
        return Markup("").join(
            option.format(name, operator, self.fields[name].label, operator_label(operator))
            for name in self.filter_columns
            for operator in operators_of(self.fields[name])
        )

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

    def list_page(self) -> str:
        """Draw the list that the address asks for."""
        filters = {name: self.fields[name] for name in self.filter_columns}
        default = (self.base_order[0], self.base_order[1] == "desc")
        query = parse_query(request.args, filters, sortable=(*self.order_columns, "id"), default_sort=default)
        page = fetch_page(db.session(), self.datamodel.obj, self.stored_fields(), query, self.visible())
        return list_answer(self, page, query, self.cells(page))


def _drawn(form: Any, value: Any) -> Any:
    return "" if value is None or value == "" else form(value)
