"""Follows a flush: which rows it makes, changes and deletes, with old and new values."""

from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import InstanceState, Mapper, Session, UOWTransaction
from sqlalchemy.orm.base import NO_VALUE
from sqlalchemy.sql import ClauseElement

from app.audit.collect import (
    AuditPlan,
    Masker,
    changed_columns,
    identity_text,
    link_changes,
    old_value,
    plan_of,
    unknown_columns,
    verb_of,
)
from app.audit.entries import Entry
from app.audit.pending import pending_of
from app.core.actor import current_actor


def before_flush(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Read the old values that the session does not know, before the flush overwrites them."""
    olds = pending_of(session).olds
    olds.clear()
    for rows, is_deleted in ((session.dirty, False), (session.deleted, True)):
        for row in rows:
            state: InstanceState[Any] = inspect(row)
            plan = plan_of(state.mapper)
            if plan is None:
                continue
            # An attribute set to an SQL expression forgets its history in the flush.
            known = {
                name: old_value(state, name)
                for name in plan.columns
                if isinstance(state.dict.get(name), ClauseElement)
            }
            names = unknown_columns(state, plan, is_deleted=is_deleted)
            if names or known:
                olds[state] = known | (_stored_values(session, state, plan, names) if names else {})


def after_flush(masker: Masker, session: Session, _context: UOWTransaction) -> None:
    """Collect new and changed rows: they have their keys now, and still their history."""
    pending = pending_of(session)
    for row in session.new:
        state = inspect(row)
        plan = plan_of(state.mapper)
        if plan:
            # What was never set is null; only what the flush expired was set by the database.
            names = [name for name in plan.columns if name in state.dict or name in state.expired_attributes]
            new = _values(session, state, plan, names)
            pending.entries.append(_entry(masker, state, plan, "create", old={}, new=new))
    for row in session.dirty:
        state = inspect(row)
        plan = plan_of(state.mapper)
        if plan:
            _collect_update(masker, session, state, plan)


def _collect_update(masker: Masker, session: Session, state: InstanceState[Any], plan: AuditPlan) -> None:
    pending = pending_of(session)
    read = pending.olds.get(state, {})
    names = changed_columns(state, plan)
    names += [name for name in read if name not in state.dict and name not in names]
    old = {name: read.get(name, old_value(state, name)) for name in names}
    new = _values(session, state, plan, names)
    differing = [name for name in names if old[name] != new.get(name)]
    old, new = ({name: side.get(name) for name in differing} for side in (old, new))
    entry = _entry(masker, state, plan, verb_of(new), old=old, new=new)
    if entry.changes:
        pending.entries.append(entry)


def after_delete(masker: Masker, session: Session, row: Any) -> None:
    """Collect a deleted row; unlike `session.deleted` this event also tells of orphaned lines."""
    state: InstanceState[Any] = inspect(row)
    plan = plan_of(state.mapper)
    if plan is None:
        return
    pending = pending_of(session)
    read = pending.olds.pop(state, {})
    old = {name: read.get(name, old_value(state, name)) for name in plan.columns}
    known = {name: value for name, value in old.items() if value is not NO_VALUE}
    pending.entries.append(_entry(masker, state, plan, "delete", old=known, new={}))


def _entry(
    masker: Masker,
    state: InstanceState[Any],
    plan: AuditPlan,
    action: str,
    *,
    old: dict[str, Any],
    new: dict[str, Any],
) -> Entry:
    record_id = identity_text(state.mapper, state.object)
    changes: dict[str, Any] = masker.pairs(plan, record_id, old, new)
    if action != "delete" or new:
        changes |= link_changes(state, plan)
    version = state.dict.get("row_version")
    return Entry(
        actor=current_actor(),
        action=action,
        record_type=plan.record_type,
        record_id=record_id,
        record_version=version if isinstance(version, int) else None,
        changes=changes,
    )


def _values(session: Session, state: InstanceState[Any], plan: AuditPlan, names: list[str]) -> dict[str, Any]:
    """Return the values just written; what the database computed itself is read back."""
    known = {name: state.dict[name] for name in names if name in state.dict}
    missing = [name for name in names if name not in known or isinstance(known[name], ClauseElement)]
    return known | (_stored_values(session, state, plan, missing) if missing else {})


def _stored_values(
    session: Session, state: InstanceState[Any], plan: AuditPlan, names: list[str]
) -> dict[str, Any]:
    mapper: Mapper[Any] = state.mapper
    key = state.identity or tuple(mapper.primary_key_from_instance(state.object))
    query = select(*(plan.columns[name] for name in names)).where(
        *(column == part for column, part in zip(mapper.primary_key, key, strict=True))
    )
    found = session.connection(bind_arguments={"mapper": mapper}).execute(query).first()
    return dict(zip(names, found, strict=True)) if found is not None else {}
