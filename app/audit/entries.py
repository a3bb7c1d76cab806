"""One entry of the trail: from what happened to a row of `audit_event`, its canonical body and its link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, bindparam, func, insert, select
from sqlalchemy.sql.dml import Insert

from app.audit.canonical import DEFAULT_ALGORITHM, GENESIS, instant_text, json_text, link_of_text, normal_form
from app.core.actor import Actor
from app.core.clock import utc_now
from models.audit import AuditEvent

TABLE = AuditEvent.metadata.tables[AuditEvent.__tablename__]
BODY_COLUMNS = tuple(
    sorted(column.name for column in TABLE.columns if column.name not in {"prev_hash", "hash"})
)
"""What the hash of an entry covers, in the order of canonical JSON."""
_PLAIN = tuple(name for name in BODY_COLUMNS if name not in {"at", "changes"})
_LENGTHS = {column.name: getattr(column.type, "length", None) for column in TABLE.columns}
_LOCK = 0x79696E676365_0001
"""Number of the advisory lock that makes writers of the chain take turns on PostgreSQL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that happened and is not yet written.

    Attributes:
        changes: in normal form (`app.audit.canonical.normal_form`): column → [old, new]; no personal
            value in clear.
        acting_for: name of the person whom the actor represents.
    """

    actor: Actor
    action: str
    record_type: str | None = None
    record_id: str | None = None
    record_version: int | None = None
    changes: dict[str, Any]
    reason: str | None = None
    acting_for: str | None = None


def append(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write entries as the next links, inside the connection's transaction, in one INSERT.

    Writers take turns from here to the end of their transactions: PostgreSQL by an advisory lock,
    SQLite because a writing transaction began IMMEDIATE. So call it as late as possible.

    Raises:
        IntegrityError: somebody wrote without taking a turn; the transaction must be rolled back.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    # A statement of its own: on PostgreSQL only a statement begun after the lock sees the newest head.
    head = connection.execute(select(TABLE.c.seq, TABLE.c.hash).order_by(TABLE.c.seq.desc()).limit(1)).first()
    seq, link = (0, GENESIS) if head is None else (int(head.seq), str(head.hash))
    at = utc_now()
    rows = []
    for entry in entries:
        seq += 1
        row = _row(entry, seq, at)
        text = json_text(row["changes"])
        row["prev_hash"] = link
        link = row["hash"] = link_of_text(link, body_text(row, instant_text(at), text), row["algorithm"])
        if connection.dialect.name == "sqlite":
            row["changes"] = text
        rows.append({f"v_{name}": value for name, value in row.items()})
    connection.execute(_statement(connection.dialect.name), rows)


def body_text(row: Mapping[str, Any], at: str, changes: str) -> str:
    """Return the canonical JSON of an entry's body.

    A column that is null is left out, so that a column added later does not alter old bodies.

    Args:
        row: column → value, at least `BODY_COLUMNS` without `at` and `changes`.
        at: canonical text of the instant.
        changes: canonical JSON text of the changes; spliced in as it is, so that the verifier sees
            each byte that the database holds.
    """
    body = {name: value for name in _PLAIN if (value := row[name]) is not None}
    body["at"], body["changes"] = at, 0
    # Quotes within a value are escaped, so the mark occurs once.
    return json_text(body).replace('"changes":0', f'"changes":{changes}', 1)


def _row(entry: Entry, seq: int, at: datetime) -> dict[str, Any]:
    actor = entry.actor
    row = {
        "seq": seq,
        "at": at,
        "user_id": actor.user_id,
        "actor_name": actor.name,
        "acting_for": entry.acting_for,
        "session_id": actor.session_id,
        "address": actor.address,
        "request_id": actor.request_id,
        "action": entry.action,
        "record_type": entry.record_type,
        "record_id": entry.record_id,
        "record_version": entry.record_version,
        "changes": entry.changes,
        "reason": entry.reason,
        "algorithm": DEFAULT_ALGORITHM,
    }
    for name, value in row.items():
        if isinstance(value, str):
            row[name] = normal_form(value)[: _LENGTHS[name]]
    return row


def _statement(dialect: str) -> Insert:
    # On SQLite the canonical text itself is stored: the verifier can then tell even a change of
    # spelling. PostgreSQL keeps JSONB, which knows no spelling.
    types = {column.name: column.type for column in TABLE.columns}
    if dialect == "sqlite":
        types["changes"] = Text()
    return insert(TABLE).values({name: bindparam(f"v_{name}", type_=kind) for name, kind in types.items()})
