"""The trail is written by the session itself: whatever a transaction changes, it also tells (R015).

`install` hangs the trail onto a session class. From then on each flush is collected, and when the
transaction commits, its entries become the next links of the chain, as the last statements of that
same transaction: either both are stored or neither. A rolled-back savepoint takes its entries along.

Not seen: rows that the database itself removes by ON DELETE CASCADE (the entry of the parent stands
for them), SQL sent past the session, and the session's old `bulk_*` methods, which nobody here uses.
"""

import contextvars
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.orm import (
    ORMExecuteState,
    Session,
    SessionTransaction,
    UOWTransaction,
    scoped_session,
    sessionmaker,
)

from app.audit.bulk import execute_audited
from app.audit.canonical import normal_form
from app.audit.collect import (
    Masker,
    plan_of,
)
from app.audit.entries import TABLE, Entry, append
from app.audit.flush import after_delete, after_flush, before_flush
from app.audit.pending import forget, pending_of
from app.core.actor import Actor, acting_as, current_actor
from app.core.db import db, declare_read_only

__all__ = ["install", "record", "record_apart", "record_refusal"]

SessionSource = type[Session] | sessionmaker[Any] | scoped_session[Any]


_maskers: WeakKeyDictionary[type[Session], Masker] = WeakKeyDictionary()


def install(source: SessionSource, *, personal_key: bytes | None = None) -> None:
    """Hang the trail onto every session of `source`; a second call only replaces the key.

    Args:
        source: a session class, a sessionmaker or a scoped session (`db.session`).
        personal_key: secret under which personal values become comparable marks (see
            `app.audit.keys`); without it the trail tells only that they changed.
    """
    if isinstance(source, scoped_session):
        source = source.session_factory
    session_class: type[Session] = source.class_ if isinstance(source, sessionmaker) else source
    masker = _maskers.get(session_class)
    if masker is not None:
        masker.key = personal_key
        return
    masker = _maskers[session_class] = Masker(personal_key)
    listeners: dict[str, Callable[..., Any]] = {
        "before_flush": before_flush,
        "after_flush": partial(after_flush, masker),
        "persistent_to_deleted": partial(after_delete, masker),
        "after_flush_postexec": _after_flush_postexec,
        "do_orm_execute": partial(_on_execute, masker),
        "before_commit": _before_commit,
        "after_commit": _after_commit,
        "after_transaction_create": _after_transaction_create,
        "after_transaction_end": _after_transaction_end,
    }
    for name, listener in listeners.items():
        event.listen(session_class, name, listener)


def record(
    session: Session,
    *,
    action: str,
    record_type: str | None = None,
    record_id: object | None = None,
    changes: Mapping[str, Any] | None = None,
    reason: str | None = None,
    record_version: int | None = None,
    acting_for: str | None = None,
) -> None:
    """Add an entry of its own to the session's transaction: a decision, an import, an export.

    Args:
        action: what was done, for example `plan.submit`; at most 60 characters.
        record_type: table name of the record, if there is one.
        changes: anything that has a canonical form. Never a personal value in clear: a mass of rows
            is told by its number and `app.audit.canonical.digest_of` over the rows.
        acting_for: name of the person whom the actor represents.

    Raises:
        RuntimeError: the trail is not installed on the session's class.
        TypeError, ValueError: `changes` has no canonical form.
    """
    if not any(base in _maskers for base in type(session).__mro__):
        message = "the audit trail is not installed on this session"
        raise RuntimeError(message)
    entry = Entry(
        actor=current_actor(),
        action=action,
        record_type=record_type,
        record_id=None if record_id is None else str(record_id),
        record_version=record_version,
        changes=normal_form(dict(changes or {})),
        reason=reason,
        acting_for=acting_for,
    )
    pending = pending_of(session)
    pending.entries.append(entry)
    if not session.in_transaction():
        session.begin()  # so that a rollback forgets the entry, even if nothing else was touched
    if pending.is_committing:
        _write(session)


def record_apart(actor: Actor, *, action: str, **facts: Any) -> None:
    """Write one entry in a transaction of its own, on a connection of its own, and commit it.

    For what must be told although nothing is stored: a refused attempt, a failed log-in, the
    download of a file by a request that only reads.

    SQLite has one writer. So call this after the caller's transaction has been rolled back, never
    within a unit of work; what the portal's session has read since is let go first, because even a
    reading transaction may hold the write lock there.

    Args:
        actor: who did it.
        action: see `record`.
        facts: the other arguments of `record`.

    Raises:
        RuntimeError: a unit of work is open in this context.
    """
    if db.session.registry.has():
        current: Session = db.session()
        if current.info.get("unit_depth", 0):
            message = "an entry of its own needs the unit of work to be rolled back or committed first"
            raise RuntimeError(message)
        if current.in_transaction():
            current.rollback()
    # A context of its own: a request that declared to only read may still tell what it read.
    contextvars.copy_context().run(_record_and_commit, actor, action, facts)


def record_refusal(
    actor: Actor,
    *,
    action: str,
    record_type: str | None,
    record_id: object | None,
    code: str,
    reason: str,
) -> None:
    """Write a denied attempt (R090); see `record_apart` for when it may be called.

    The entry's action is `denied`; its changes hold the attempted action and the stable code.

    Args:
        actor: who tried.
        action: what was tried, for example `plan.approve`.
        code: stable code of the refusal (`app.core.errors.RuleViolation.code`).
        reason: the sentence that the actor was shown.

    Raises:
        RuntimeError: a unit of work is open in this context.
    """
    changes = {"action": action, "code": code}
    record_apart(
        actor, action="denied", record_type=record_type, record_id=record_id, changes=changes, reason=reason
    )


def _record_and_commit(actor: Actor, action: str, facts: Mapping[str, Any]) -> None:
    declare_read_only(False)
    with acting_as(actor), db.session.session_factory() as own, own.begin():
        record(own, action=action, **facts)


def _after_flush_postexec(session: Session, _context: UOWTransaction) -> None:
    pending = pending_of(session)
    pending.olds.clear()
    if pending.is_committing:
        _write(session)


def _on_execute(masker: Masker, state: ORMExecuteState) -> Any:
    mapper = state.bind_mapper
    plan = plan_of(mapper) if mapper is not None and not state.is_select else None
    if mapper is None or plan is None or state.execution_options.get("audit_covered"):
        return None
    result, entries = execute_audited(state, mapper, plan, masker)
    pending_of(state.session).entries.extend(entries)
    return result


def _before_commit(session: Session) -> None:
    if session.get_nested_transaction() is not None:
        return  # only a savepoint ends
    session.flush()
    pending_of(session).is_committing = True
    _write(session)


def _write(session: Session) -> None:
    pending = pending_of(session)
    if pending.entries:
        entries, pending.entries = pending.entries, []
        append(session.connection(bind_arguments={"clause": TABLE}), entries)


def _after_commit(session: Session) -> None:
    savepoint = session.get_nested_transaction()
    if savepoint is not None:
        pending_of(session).marks.pop(savepoint, None)


def _after_transaction_create(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        pending = pending_of(session)
        pending.marks[transaction] = len(pending.entries)


def _after_transaction_end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        forget(session)
    elif transaction.nested:
        # A released savepoint has left no mark; this one was rolled back.
        pending = pending_of(session)
        del pending.entries[pending.marks.pop(transaction, len(pending.entries)) :]
