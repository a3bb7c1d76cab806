"""The list of a screen: one page of rows in scope, and what a picker asks."""

from collections.abc import Sequence
from typing import Any

from flask import Response, abort, flash, jsonify, redirect, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import get_locale

from app.core.actor import current_actor
from app.core.db import db
from app.core.errors import BadInput
from app.core.i18n import lazy_gettext as _l
from app.services.saved_views import PAGE_SIZES, ListState
from views.fields import Field, Kind
from views.formats import Formatter, formatter_of
from views.list_answer import is_part, list_answer, panel_answer, refused_panel
from views.list_conditions import bad_filter, operators_of
from views.list_filters import Panel, chips_of, composed, pairs_of, panel_of
from views.list_frame import ListFrame, is_changed, list_address, open_view, view_address
from views.list_views import ListViews
from views.listing import ListPage, ListQuery, fetch_page, parse_query
from views.screen_base import Answer, Rows


class ListPages(ListViews):
    """The list pages of a screen."""

    @expose("/list/")
    @has_access
    def list(self) -> Answer:
        """Show one page of the rows in scope, in the form that the address asks for."""
        args = request.args
        if "column" in args:
            return self.compose_filter(args)
        if "add" in args and is_part():
            return panel_answer(self, self.new_filter(args))
        state = self.state()
        if not args and (goal := self.default_address(state)) is not None:
            return redirect(goal)
        query = self.parse(args, state)
        frame = self.frame(args, query, state)
        if (drawn := self.other_layout(query, frame)) is not None:
            return drawn
        page = self.fetch(query, frame.fields)
        return list_answer(self, page, self.cells(page, frame.fields), frame)

    def other_layout(self, query: ListQuery, frame: ListFrame) -> Answer | None:
        """Return the list in the other form that the address asks for; None for the table (`views.layouts`)."""
        return None

    def default_address(self, state: ListState) -> str | None:
        """Return the address of the view with which the list opens; None without one, or if it fits no more."""
        if state.default_view is None:
            return None
        goal = view_address(type(self).__name__, state.default_view)
        try:
            self.parse_address(state.default_view.address)
        except BadInput:
            return None
        return goal

    def compose_filter(self, args: Any) -> Answer:
        """Lead from a filter form to the address that it means, or show the form again with the sentence."""
        pairs, refused = composed(args, self.list_filters)
        goal = list_address(type(self).__name__, pairs)
        if refused is None:
            return redirect(goal)
        if is_part():
            return refused_panel(self, refused)
        flash(str(refused.error), "danger")
        return redirect(goal)

    def new_filter(self, args: Any) -> Panel:
        """Return the form of a new filter.

        Raises:
            BadInput: the list cannot be filtered by this column.
        """
        described = self.list_filters.get(args["add"])
        if described is None:
            raise bad_filter(args["add"])
        return panel_of(described, pairs_of(args))

    def frame(self, args: Any, query: ListQuery, state: ListState) -> ListFrame:
        """Return what stands around the rows of this list."""
        view = open_view(args, state)
        builder = [field for name, field in self.list_filters.items() if name != "id"]
        return ListFrame(
            endpoint=type(self).__name__, args=args, query=query, fields=self.shown_fields(args, state),
            builder=builder, chips=chips_of(self.datamodel, query.conditions, args),
            panel=self.new_filter(args) if "add" in args else None, state=state, view=view,
            is_changed=is_changed(args, view), has_choices=True,
        )  # fmt: skip

    @property
    def list_filters(self) -> dict[str, Field]:
        """The columns that the list can be filtered by: the declared ones, then what else it can show.

        A relation must be declared, because its picker shows rows of another list.
        """
        if self._list_filters is None:
            others = {
                name: described
                for name, described in self.choosable.items()
                if described.kind is not Kind.RELATION
                and not described.is_personal
                and operators_of(described)
            }
            self._list_filters = {**self.filter_fields, **others, **self.filter_fields}
        return self._list_filters

    _list_filters: dict[str, Field] | None = None

    def parse(self, args: Any, state: ListState | None = None) -> ListQuery:
        """Read the address of a list strictly; without a page size it has the person's own."""
        default = (self.base_order[0], self.base_order[1] == "desc")
        return parse_query(
            args, self.list_filters, sortable=(*self.order_columns, "id"), default_sort=default,
            default_size=state.page_size if state is not None else PAGE_SIZES[0],
        )  # fmt: skip

    def fetch(self, query: ListQuery, fields: Sequence[Field]) -> ListPage:
        """Read one page for the actor; the bin only with the right to restore from it."""
        if query.is_bin and not self.may("restore"):
            abort(403)
        visible = self.datamodel.visible(current_actor(), deleted=query.is_bin)
        return fetch_page(db.session(), self.datamodel.obj, fields, query, visible)

    def cells(self, page: ListPage, fields: Sequence[Field] | None = None) -> Rows:
        """Return the rows ready to draw: the key and the shown values, by default of the declared columns."""
        formatters = self._formatters(self.list_fields if fields is None else fields)
        drawn = []
        for key, *values in page.rows:
            shown = []
            for form, value in zip(formatters, values, strict=True):
                content = value[1] if type(value) is tuple else value
                shown.append("" if content is None or content == "" else form(content))
            drawn.append((key, shown))
        return drawn

    def _formatters(self, fields: Sequence[Field]) -> tuple[Formatter, ...]:
        """Return the formatters of columns, each made once per language."""
        made = self._formatters_in.setdefault(str(get_locale()), {})
        for field in fields:
            if field.name not in made:
                made[field.name] = formatter_of(field)
        return tuple([made[field.name] for field in fields])

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

    def _may_pick(self, column: str) -> bool:
        """Whether a page that the actor may open has a picker for the column; no other list is given away."""
        if column in self.filter_columns:
            return True
        typed = (self.may("add") and column in self.add_columns) or (
            self.may("edit") and column in self.edit_columns
        )
        return bool(typed)
