"""The timeline of a record: every change of it, of its lines and of its files, read from the audit trail.

Who may show the record may read it; personal values stand in the trail as marks and stay so. Nothing
here is stored twice: what the page shows is the proof itself (R015).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import ColumnElement, String, and_, cast, or_, select

from app.core.actor import current_actor
from app.core.db import db
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.services.comments import refuse_outsiders
from models.approvals import ApprovalVerb
from models.attachments import Attachment
from models.audit import AuditEvent
from views.audit_changes import ChangeRow, change_rows, record_type_title
from views.fields import Field, Kind, fields_of, row_title, title_column
from views.interface import row_key
from views.record_tabs import is_part, part_or_page
from views.screen_base import Answer, ScreenBase

PAGE = 50
NO_CHANGES = ("denied", "export", "report")
"""Entries that name a record type without telling of a change."""
_ACTIONS: dict[str, Any] = {
    "create": _l("Created"),
    "update": _l("Changed"),
    "delete": _l("Deleted"),
    "restore": _l("Restored"),
    **{f"approval.{verb.value}": verb.label for verb in ApprovalVerb},
}
_COLOURS = {
    "create": "green",
    "delete": "red",
    "approval.approve": "green",
    "approval.reject": "red",
    "approval.return": "orange",
}
_OF_FILES = frozenset({"version_no"})
_NOT_TOLD = frozenset({"deleted_at", "custom_data", "approved_sha256"})
"""What the action itself says, or what no person reads."""


@dataclass(frozen=True, slots=True)
class Change:
    """One entry as the timeline shows it.

    Attributes:
        subject: which line or file it was; empty for the record itself.
    """

    at: datetime
    who: str
    acting_for: str | None
    action: Any
    colour: str
    subject: str
    reason: str | None
    rows: list[ChangeRow]


class HistoryPages(ScreenBase):
    """The history of a record."""

    @expose("/history/<pk>", methods=["GET"])
    @has_access
    @permission_name("show")
    def history(self, pk: str) -> Answer:
        """Show the newest changes, or the next older ones (`before=ENTRY`)."""
        record = self._find(pk)
        refuse_outsiders(current_actor())
        before = row_key(request.args.get("before", ""))
        found = _entries(self, record, before)
        part = "screen/record/history_rows.html" if before and is_part() else "screen/record/history.html"
        return part_or_page(
            part, screen=self, record=record, title=_("History"), changes=_told(self, record, found[:PAGE]),
            older=found[PAGE - 1].seq if len(found) > PAGE else None,
        )  # fmt: skip


def _entries(screen: Any, record: Any, before: int | None) -> Sequence[AuditEvent]:
    """Return the entries of the record, its lines and its files, newest first, one more than a page."""
    own = and_(AuditEvent.record_type == record.__tablename__, AuditEvent.record_id == str(record.id))
    files = and_(
        AuditEvent.record_type == Attachment.__tablename__,
        AuditEvent.record_id.in_(
            select(cast(Attachment.id, String)).where(
                Attachment.record_type == record.__tablename__, Attachment.record_id == record.id
            )
        ),
    )
    lines = [_of_lines(view, record.id) for view in screen.visible_lines()]
    statement = select(AuditEvent).where(or_(own, files, *lines), AuditEvent.action.not_in(NO_CHANGES))
    if before is not None:
        statement = statement.where(AuditEvent.seq < before)
    return db.session.scalars(statement.order_by(AuditEvent.seq.desc()).limit(PAGE + 1)).all()


def _of_lines(view: Any, key: int) -> ColumnElement[bool]:
    """Return the clause of the entries of lines: of those that stand, and of those that were deleted."""
    model, column = view.datamodel.obj, view.parent_column
    standing = select(cast(model.id, String)).where(getattr(model, column) == key)
    was_here = and_(AuditEvent.action == "delete", AuditEvent.changes[(column, 0)].as_integer() == key)
    gone = select(AuditEvent.record_id).where(AuditEvent.record_type == model.__tablename__, was_here)
    return and_(
        AuditEvent.record_type == model.__tablename__,
        or_(AuditEvent.record_id.in_(standing), AuditEvent.record_id.in_(gone)),
    )


def _told(screen: Any, record: Any, entries: Sequence[AuditEvent]) -> list[Change]:
    """Return the entries in words; titles of related rows are read once per kind."""
    models = {view.datamodel.obj.__tablename__: view.datamodel.obj for view in screen.visible_lines()}
    models |= {record.__tablename__: type(record), Attachment.__tablename__: Attachment}
    parents = {view.datamodel.obj.__tablename__: view.parent_column for view in screen.visible_lines()}
    titles = _titles(entries, models)
    names = _names(entries, {kind: model for kind, model in models.items() if kind != record.__tablename__})
    told = []
    for entry in entries:
        fields = fields_of(models[entry.record_type or ""])
        told.append(
            Change(
                at=entry.at,
                who=_("The portal") if entry.user_id is None else entry.actor_name,
                acting_for=entry.acting_for,
                action=_ACTIONS.get(entry.action, entry.action),
                colour=_COLOURS.get(entry.action, "blue"),
                subject=_subject(entry, record, names),
                reason=entry.reason,
                rows=_rows(entry, fields, parents.get(entry.record_type or ""), titles),
            )
        )
    return told


def _subject(entry: AuditEvent, record: Any, names: dict[tuple[str | None, str | None], str]) -> str:
    if entry.record_type == record.__tablename__:
        return ""
    is_file = entry.record_type == Attachment.__tablename__
    kind = _("Attachment") if is_file else str(record_type_title(entry.record_type))
    name = names.get((entry.record_type, entry.record_id))
    return f"{kind} · {name}" if name else kind


def _rows(
    entry: AuditEvent,
    fields: dict[str, Field],
    parent: str | None,
    titles: dict[tuple[str, int], str],
) -> list[ChangeRow]:
    """Return the columns that a person knows, with their old and new values; empty ones are left out."""

    def title(field: Field, key: Any) -> str:
        return titles.get((field.name, key)) or row_title(field, key)

    skipped = _NOT_TOLD | {parent}
    wanted = [
        name
        for name in entry.changes
        if name in fields
        and name not in skipped
        and (entry.record_type != Attachment.__tablename__ or name in _OF_FILES)
    ]
    return [row for row in change_rows(entry, only=wanted, title=title) if row.old or row.new]


def _titles(entries: Sequence[AuditEvent], models: dict[str, Any]) -> dict[tuple[str, int], str]:
    """Return (column, key) → title of every related row that the entries name, one statement per kind."""
    wanted: dict[Any, dict[str, set[int]]] = {}
    for entry in entries:
        fields = fields_of(models[entry.record_type or ""])
        for name, pair in entry.changes.items():
            field = fields.get(name)
            if field is None or field.kind is not Kind.RELATION or not isinstance(pair, list):
                continue
            keys = wanted.setdefault(field.target, {}).setdefault(name, set())
            keys.update(key for key in pair if isinstance(key, int))
    found: dict[tuple[str, int], str] = {}
    for target, columns in wanted.items():
        keys = set().union(*columns.values())
        rows = db.session.execute(select(target.id, title_column(target)).where(target.id.in_(keys)))
        named = {row[0]: str(row[1]) for row in rows}
        found |= {(name, key): named[key] for name, held in columns.items() for key in held if key in named}
    return found


def _names(entries: Sequence[AuditEvent], models: dict[str, Any]) -> dict[tuple[str | None, str | None], str]:
    """Return (record type, key) → name of the lines and files that stand, one statement per kind with a name."""
    found: dict[tuple[str | None, str | None], str] = {}
    for kind, model in models.items():
        name, keys = title_column(model), {entry.record_id for entry in entries if entry.record_type == kind}
        if name is model.id or not keys or model.__mapper__.columns[name.key].info.get("personal"):
            continue
        rows = db.session.execute(select(model.id, name).where(cast(model.id, String).in_(keys)))
        found |= {(kind, str(row[0])): str(row[1]) for row in rows}
    return found
