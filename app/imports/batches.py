"""The row of a batch: written past the session, because its refused rows are personal and many.

The audit trail gets one entry per import and undo instead, with counts and a digest.
"""

from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.core.actor import current_actor
from app.core.clock import utc_now
from app.imports.bulk import table_of
from app.search.index import reindex
from models.imports import ImportBatch, ImportStatus

BATCH = table_of(ImportBatch)
_LOCK = 0x79696E676365_0002
"""Number of the advisory lock that makes imports and undos take turns on PostgreSQL."""


def take_turn(session: Session) -> None:
    """Wait until no other import or undo runs; SQLite has one writer anyway."""
    if session.connection().dialect.name == "postgresql":
        session.connection().execute(select(func.pg_advisory_xact_lock(_LOCK)))


def posted_batch(session: Session, kind: str, sha256: str) -> int | None:
    """Return the key of the batch as which this file was imported, unless it was undone."""
    query = select(BATCH.c.id).where(
        BATCH.c.kind == kind, BATCH.c.sha256 == sha256, BATCH.c.status == ImportStatus.POSTED.value
    )
    return session.connection().scalar(query)


def create_batch(session: Session, **values: Any) -> int:
    """Store a batch as a draft and return its key."""
    now, user_id = utc_now(), current_actor().user_id
    row = {
        "status": ImportStatus.DRY_RUN.value, "read_rows": 0, "stored_rows": 0, "unchanged_rows": 0,
        "refused_rows": 0, "mapping": {}, "problems": [], "custom_data": {}, "row_version": 1,
        "created_at": now, "changed_at": now, "created_by_id": user_id, "changed_by_id": user_id, **values,
    }  # fmt: skip
    key = session.connection().scalar(insert(BATCH).returning(BATCH.c.id), row)
    assert key is not None
    reindex(session.connection(), ImportBatch, [key])
    return int(key)


def change_batch(session: Session, batch_id: int, **values: Any) -> None:
    """Change a batch; its version moves on."""
    stamps = {"changed_at": utc_now(), "changed_by_id": current_actor().user_id}
    session.connection().execute(
        update(BATCH)
        .where(BATCH.c.id == batch_id)
        .values(**values, **stamps, row_version=BATCH.c.row_version + 1)
    )
    reindex(session.connection(), ImportBatch, [batch_id])


def remove_draft(session: Session, batch_id: int) -> None:
    """Delete a batch that was never posted."""
    session.connection().execute(
        delete(BATCH).where(BATCH.c.id == batch_id, BATCH.c.status == ImportStatus.DRY_RUN.value)
    )
    reindex(session.connection(), ImportBatch, [batch_id])
