"""The document of a record: its content and its lines as canonical JSON, its digest, and the kept copies.

All lines of a record are read by scalar subqueries that give JSON, so that they can ride on another
statement; whatever the number of line tables, reading them costs no further round trip.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ColumnElement, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from app.approvals.content import LineKind, line_kinds
from app.audit.canonical import digest_of, json_text, normal_form
from app.core.types import Instant, Scaled
from models.approvals import RecordSnapshot

_PREFIX = "lines_"
Document = dict[str, Any]


def line_columns(session: Session, model: Any, record_id: int) -> list[ColumnElement[Any]]:
    """Return one JSON column per kind of line, to be selected together with anything else."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return [_json_rows(kind, record_id, is_postgresql=is_postgresql) for kind in line_kinds(model)]


def _json_rows(kind: LineKind, record_id: int, *, is_postgresql: bool) -> ColumnElement[Any]:
    values = [getattr(kind.model, name) for name in kind.columns]
    rows: ColumnElement[Any]
    if is_postgresql:
        rows = func.coalesce(
            func.jsonb_agg(func.jsonb_build_array(*values)), text("'[]'::jsonb"), type_=JSONB()
        )
    else:
        rows = func.json_group_array(func.json_array(*values), type_=JSON())
    query = select(rows).where(getattr(kind.model, kind.parent_key) == record_id)
    return query.scalar_subquery().label(_PREFIX + kind.name)


def build_document(record: Any, row: Mapping[str, Any]) -> Document:
    """Make the document from a freshly read record and a row that has its `line_columns`.

    Keys: `record_type`, `record_id`, `columns` (name → value), `lines` (relationship → list of name
    → value, in canonical order, without keys: the same content typed anew has the same digest).
    """
    model: Any = type(record)
    return {
        "record_type": record.__tablename__,
        "record_id": record.id,
        "columns": normal_form({name: getattr(record, name) for name in record.__document_columns__}),
        "lines": {kind.name: _lines(kind, row[_PREFIX + kind.name]) for kind in line_kinds(model)},
    }


def _lines(kind: LineKind, raws: list[list[Any]]) -> list[dict[str, Any]]:
    columns = kind.model.__table__.columns
    types = [columns[name].type for name in kind.columns]
    lines = [
        {name: _value(of_type, raw) for name, of_type, raw in zip(kind.columns, types, values, strict=True)}
        for values in raws
    ]
    return sorted(lines, key=json_text)


def _value(of_type: Any, raw: Any) -> Any:
    if raw is None:
        return None
    if isinstance(of_type, Scaled):
        return normal_form(of_type.python_type(raw).scaleb(-of_type.places))
    if isinstance(of_type, Boolean):
        return bool(raw)
    if isinstance(of_type, Instant):
        instant = datetime.fromisoformat(raw)
        return normal_form(instant if instant.tzinfo else instant.replace(tzinfo=UTC))
    return normal_form(raw)


def document_of(session: Session, record: Any) -> Document:
    """Return the document as the database holds it now; pending changes are flushed first."""
    session.flush()
    session.refresh(record)
    return read_document(session, record)


def read_document(session: Session, record: Any) -> Document:
    """Return the document of a record that was just read from the database."""
    columns = line_columns(session, type(record), record.id)
    row = session.execute(select(*columns)).one()._asdict() if columns else {}
    return build_document(record, row)


def keep(session: Session, document: Document, *, user_id: int | None) -> RecordSnapshot:
    """Store the document as the record's next version; an unchanged one is stored once."""
    digest = digest_of(document)
    key = {"record_type": document["record_type"], "record_id": document["record_id"]}
    last: RecordSnapshot | None = session.scalar(
        select(RecordSnapshot).filter_by(**key).order_by(RecordSnapshot.version_no.desc()).limit(1)
    )
    if last is not None and last.sha256 == digest:
        return last
    version_no = 1 if last is None else last.version_no + 1
    snapshot = RecordSnapshot(
        **key, version_no=version_no, payload=document, sha256=digest, created_by_id=user_id
    )
    session.add(snapshot)
    return snapshot
