"""The page of one record, and how it goes into the bin and comes back."""

from typing import Any, ClassVar

from flask import flash, redirect, render_template, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from markupsafe import Markup
from sqlalchemy import true

from app.core.actor import current_actor
from app.core.db import db
from app.core.i18n import gettext as _
from app.security.access import rights_of_actor
from app.security.scope import condition
from app.services.attachments import is_frozen
from app.services.comments import counts_of
from views.attachments import AttachmentPages
from views.comments import CommentPages
from views.fields import Field, Kind
from views.formats import formatter_of
from views.history import HistoryPages
from views.listing import MAX_LINES, fetch_lines
from views.record_related import RelatedPages, referring
from views.record_tabs import Detail, DetailGroup, Head, Lines, Tab
from views.screen_base import (
    STAMPS,
    Answer,
    RecordActions,
    Screens,
    Shown,
    screens_by_model,
)
from views.undo import deleted_notice

PrintLinks = list[tuple[str, str]]
_OF_HEAD = ("owner", "department", "changed_by")
_LINK = Markup('<a href="{}">{}</a>')


class RecordPages(RelatedPages, AttachmentPages, CommentPages, HistoryPages):
    """The page of a record, with the parts that are read when their tab opens.

    Attributes:
        field_groups: (heading, columns) in the order of the page, as on the form; the rest follows.
    """

    field_groups: ClassVar[Any] = ()

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Answer:
        """Show one record with its lines; the other tabs are read when they are opened."""
        record = self._find(pk, load=self._relations())
        lines = [self._lines_of(view, record) for view in self.visible_lines()]
        extra = self.show_extra(record)
        return render_template(
            self.show_template, screen=self, record=record, head=self._head(record), lines=lines,
            groups=self.detail_groups(record), actions=self.record_actions(record), extra=extra,
            prints=self.print_links(record), tabs=self._tabs(record, lines, has_extra=bool(extra)),
        )  # fmt: skip

    def _relations(self) -> tuple[str, ...]:
        """Return the relations whose titles the page shows; they are read with the record."""
        links = self.datamodel.obj.__mapper__.relationships
        shown = [self.fields[name].relation for name in self.show_columns]
        wanted = dict.fromkeys([*(name for name in shown if name), *_OF_HEAD])
        return tuple(name for name in wanted if name in links)

    def visible_lines(self) -> "Screens":
        """Return the related screens that the actor may list; others do not appear at all."""
        return [view for view in self._related_views if view.may("list")]

    def _lines_of(self, view: Any, record: Any) -> Lines:
        assert view.parent_column is not None
        parent = getattr(view.datamodel.obj, view.parent_column)
        visible = view.datamodel.visible(current_actor())
        rows = view.cells(fetch_lines(db.session(), parent, record.id, view.list_fields, visible))
        return Lines(view, rows, f"{MAX_LINES}+" if len(rows) >= MAX_LINES else str(len(rows)))

    def _head(self, record: Any) -> Head:
        """Return what stands above the tabs."""
        status = next(
            (self.fields[name] for name in ("status", "state") if name in self.fields
             and self.fields[name].kind is Kind.CHOICE), None,
        )  # fmt: skip
        stored = None if status is None else getattr(record, status.name)
        title, number = str(record), getattr(record, "code", None)
        parent = self.fields[self.parent_column].relation if self.parent_column else None
        return Head(
            title=title,
            number=number if number and number not in title else None,
            status=formatter_of(status)(stored) if status is not None and stored else None,
            owner=getattr(record, "owner", None),
            department=getattr(record, "department", None),
            changed_by=getattr(record, "changed_by", None),
            changed_at=getattr(record, "changed_at", None),
            parent_title=str(getattr(record, parent)) if parent else None,
        )

    def _tabs(self, record: Any, lines: list[Lines], *, has_extra: bool) -> list[Tab]:
        """Return the tabs in order; who belongs to a partner company sees nothing of the inside."""
        tabs = [Tab("details", _("Details"))]
        tabs += [Tab(part.key, part.view.title, part.count) for part in lines]
        if has_extra:
            tabs.append(Tab("approval", _("Approval")))
        if any(view.may("list") for view, _column in referring(self)):
            tabs.append(Tab("related", _("Related records"), url=self._part("related", record)))
        if current_actor().partner_id is None:
            remarks, files = counts_of(record)
            tabs += [
                Tab("files", _("Attachments"), str(files or ""), self._part("files", record)),
                Tab("comments", _("Comments"), str(remarks or ""), self._part("comments", record)),
                Tab("history", _("History"), url=self._part("history", record)),
            ]
        return tabs

    def _part(self, method: str, record: Any) -> str:
        return url_for(f"{type(self).__name__}.{method}", pk=record.id)

    def detail_groups(self, record: Any) -> list[DetailGroup]:
        """Return the shown columns in the groups of the form; who made and changed the record comes last."""
        shown = {field.name: Detail(field, value) for field, value in self.values(record)}
        groups = []
        for title, names in self.field_groups:
            details = [shown.pop(name) for name in names if name in shown]
            if details:
                groups.append(DetailGroup(title, details))
        stamps = [shown.pop(name) for name in STAMPS if name in shown]
        if shown:
            groups.append(DetailGroup(_("Further details") if groups else None, list(shown.values())))
        if stamps:
            groups.append(DetailGroup(_("Record"), stamps))
        return groups

    def values(self, record: Any) -> Shown:
        """Return the shown columns of a record with their values, related rows by their title."""
        return [(self.fields[name], self._value(record, self.fields[name])) for name in self.show_columns]

    def _value(self, record: Any, described: Field) -> Any:
        value = getattr(record, described.name)
        if value is None or value == "":
            return ""
        if described.kind is Kind.RELATION and described.relation is not None:
            related = getattr(record, described.relation)
            return "" if related is None else self._linked(described, related)
        return formatter_of(described)(value)

    def _linked(self, described: Field, related: Any) -> Any:
        """Return a related row's title, with a link if the actor may open every row of its kind."""
        view = screens_by_model.get(described.target)
        actor = current_actor()
        if view is None or described.target is None or not actor.may("can_show", view):
            return str(related)
        scopes = rights_of_actor(db.session(), actor).scopes
        if condition(actor, described.target, scopes) is not true():
            return str(related)
        return _LINK.format(url_for(f"{view}.show", pk=related.id), str(related))

    def record_actions(self, record: Any) -> RecordActions:
        """Return the record's own actions as (address, label, style) for the head of its page; all by POST."""
        return []

    def print_links(self, record: Any) -> PrintLinks:
        """Return the printed forms of the record as (address, label)."""
        return []

    def is_deletable(self, record: Any) -> bool:
        """Whether the actor may put the record into the bin, or delete the line, now."""
        return self.may("delete") and not is_frozen(record)

    def show_extra(self, record: Any) -> str | None:
        """Return the content of the approval tab, or nothing."""
        return None

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> Answer:
        """Put a record into the bin, or delete a line."""
        record = self._find(pk)
        back = self.parent_url(record) or url_for(f"{type(self).__name__}.list")
        title, key = str(record), record.id
        self.datamodel.delete(record)
        is_undoable = self.has_bin() and self.may("restore")
        told = (
            deleted_notice(title, type(self).__name__, key)
            if is_undoable
            else _("Deleted: %(title)s", title=title)
        )
        flash(told, "success")
        return redirect(back)

    @expose("/restore/<pk>", methods=["POST"])
    @has_access
    def restore(self, pk: str) -> Answer:
        """Take a record out of the bin."""
        record = self._find(pk, deleted=True)
        self.datamodel.restore(record)
        flash(_("Restored: %(title)s", title=str(record)), "success")
        return redirect(url_for(f"{type(self).__name__}.show", pk=record.id))
