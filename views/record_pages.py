"""The page of one record, and how it goes into the bin and comes back."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access

from app.core.actor import current_actor
from app.core.db import db
from app.core.i18n import gettext as _
from views.fields import Kind
from views.formats import formatter_of
from views.listing import fetch_lines
from views.screen_base import Answer, RecordActions, Rows, ScreenBase, Screens, Shown


class RecordPages(ScreenBase):
    """The page of a record."""

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Answer:
        """Show one record with its lines."""
        shown = (self.fields[name].relation for name in self.show_columns)
        record = self._find(pk, load=tuple(name for name in shown if name))
        lines = [(view, self._lines_of(view, record)) for view in self.visible_lines()]
        return render_template(
            self.show_template, screen=self, record=record, values=self.values(record), lines=lines,
            actions=self.record_actions(record), extra=self.show_extra(record),
        )  # fmt: skip

    def visible_lines(self) -> "Screens":
        """Return the related screens that the actor may list; others do not appear at all."""
        return [view for view in self._related_views if view.may("list")]

    def _lines_of(self, view: Any, record: Any) -> Rows:
        assert view.parent_column is not None
        parent = getattr(view.datamodel.obj, view.parent_column)
        visible = view.datamodel.visible(current_actor())
        rows: Rows = view.cells(fetch_lines(db.session(), parent, record.id, view.list_fields, visible))
        return rows

    def values(self, record: Any) -> Shown:
        """Return the shown columns of a record with their values, related rows by their title."""
        shown = []
        for name in self.show_columns:
            described = self.fields[name]
            value = getattr(record, name)
            if described.kind is Kind.RELATION and described.relation is not None:
                value = getattr(record, described.relation)
                value = None if value is None else str(value)
            shown.append((described, "" if value is None else formatter_of(described)(value)))
        return shown

    def record_actions(self, record: Any) -> RecordActions:
        """Return the record's own actions as (address, label, style) for the head of its page; all by POST."""
        return []

    def show_extra(self, record: Any) -> str | None:
        """Return more content for the record's page, or nothing."""
        return None

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> Answer:
        """Put a record into the bin, or delete a line."""
        record = self._find(pk)
        back = self.parent_url(record) or url_for(f"{type(self).__name__}.list")
        title = str(record)
        self.datamodel.delete(record)
        flash(_("Deleted: %(title)s", title=title), "success")
        return redirect(back)

    @expose("/restore/<pk>", methods=["POST"])
    @has_access
    def restore(self, pk: str) -> Answer:
        """Take a record out of the bin."""
        record = self._find(pk, deleted=True)
        self.datamodel.restore(record)
        flash(_("Restored: %(title)s", title=str(record)), "success")
        return redirect(url_for(f"{type(self).__name__}.show", pk=record.id))
