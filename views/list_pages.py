"""The list of a screen: one page of rows in scope, what a picker asks, and the export."""

from typing import Any

from flask import Response, abort, jsonify, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import get_locale
from markupsafe import Markup

from app.core.actor import current_actor
from app.core.db import db
from app.core.errors import BadInput
from app.core.i18n import lazy_gettext as _l
from views.exporting import export_list
from views.formats import Formatter, formatter_of
from views.list_answer import list_answer
from views.listing import ListPage, ListQuery, fetch_page, operator_label, operators_of, parse_query
from views.screen_base import Answer, Rows, ScreenBase


class ListPages(ScreenBase):
    """The list pages of a screen."""

    @expose("/list/")
    @has_access
    def list(self) -> Answer:
        """Show one page of the rows in scope."""
        query = self.parse(request.args)
        page = self.fetch(query)
        return list_answer(self, page, query, self.cells(page))

    def parse(self, args: Any) -> ListQuery:
        """Read the address of a list strictly."""
        default = (self.base_order[0], self.base_order[1] == "desc")
        return parse_query(
            args, self.filter_fields, sortable=(*self.order_columns, "id"), default_sort=default
        )

    def fetch(self, query: ListQuery) -> ListPage:
        """Read one page for the actor; the bin only with the right to restore from it."""
        if query.is_bin and not self.may("restore"):
            abort(403)
        visible = self.datamodel.visible(current_actor(), deleted=query.is_bin)
        return fetch_page(db.session(), self.datamodel.obj, self.list_fields, query, visible)

    def cells(self, page: ListPage) -> Rows:
        """Return the rows ready to draw: the key and the shown values."""
        formatters = self._formatters()
        drawn = []
        for key, *values in page.rows:
            shown = []
            for form, value in zip(formatters, values, strict=True):
                content = value[1] if type(value) is tuple else value
                shown.append("" if content is None or content == "" else form(content))
            drawn.append((key, shown))
        return drawn

    def _formatters(self) -> tuple[Formatter, ...]:
        """Return the formatters of the list's columns, made once per language."""
        locale = str(get_locale())
        if locale not in self._formatters_in:
            self._formatters_in[locale] = tuple(formatter_of(field) for field in self.list_fields)
        return self._formatters_in[locale]

    def filter_options(self) -> Markup:
        """Return the options of the filter builder; drawn once per language, they are the same for everybody."""
        locale = str(get_locale())
        if locale not in self._filter_options:
            option = Markup('<option value="f.{}.{}">{} {}</option>')
            self._filter_options[locale] = Markup("").join(
                option.format(name, operator, self.fields[name].label, operator_label(operator))
                for name in self.filter_columns
                for operator in operators_of(self.fields[name])
            )
        return self._filter_options[locale]

    @expose("/lookup/<column>")
    @has_access
    def lookup(self, column: str) -> Response:
        """Answer a picker: at most 20 related rows in the actor's scope."""
        described = self.fields.get(column)
        if described is None or described.target is None or not self._may_pick(column):
            abort(404)
        text = request.args.get("q", "")
        if len(text) > 100 or "\x00" in text:
            raise BadInput("bad-search", _l("Search for at most %(count)s characters.", count=100))
        found = self.datamodel.lookup(current_actor(), described, text)
        return jsonify([{"value": key, "text": title} for key, title in found])

    @expose("/export.csv")
    @has_access
    def export(self) -> Response:
        """Stream the rows that the list shows as CSV; the export is an entry of the audit trail."""
        query = self.parse(request.args)
        if query.is_bin and not self.may("restore"):
            abort(403)
        visible = self.datamodel.visible(current_actor(), deleted=query.is_bin)
        return export_list(self.datamodel.obj, self.list_fields, query, visible)

    def _may_pick(self, column: str) -> bool:
        """Whether a page that the actor may open has a picker for the column; no other list is given away."""
        if column in self.filter_columns:
            return True
        typed = (self.may("add") and column in self.add_columns) or (
            self.may("edit") and column in self.edit_columns
        )
        return bool(typed)
