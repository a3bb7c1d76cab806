"""Statements that change many rows at once, past the session's objects: they are told row by row too.

A conditional UPDATE is how two people are kept from deciding the same thing, so such statements are
welcome; they only may not escape the trail. Code that writes an entry of its own for the whole mass
(an import) says so with `execution_options(audit_covered=True)`.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Result, and_, or_, select
from sqlalchemy.orm import Mapper, ORMExecuteState
from sqlalchemy.sql.dml import DMLWhereBase

from app.audit.collect import AuditPlan, Masker, verb_of
from app.audit.entries import Entry
from app.core.actor import current_actor

MOST_ROWS = 1000
"""Rows that one statement may change to be told one by one; above, the entry tells their number."""

_Values = dict[str, Any]


def execute_audited(
    state: ORMExecuteState, mapper: Mapper[Any], plan: AuditPlan, masker: Masker
) -> tuple[Result[Any], list[Entry]]:
    """Run an INSERT, UPDATE or DELETE on an audited class and return its result and its entries."""
    if state.session.autoflush:
        state.session.flush()
    if state.is_insert:
        return _insert(state, plan)
    connection = state.session.connection(bind_arguments={"mapper": mapper})
    before = _rows(connection, mapper, plan, _criteria(state, mapper), lock=True, state=state)
    result = state.invoke_statement()
    if len(before) > MOST_ROWS:
        verb = "update-many" if state.is_update else "delete-many"
        return result, [_summary(plan, verb, int(getattr(result, "rowcount", -1)))]
    after = _rows(connection, mapper, plan, _among(mapper, list(before))) if before else {}
    found = (_entry(plan, masker, key, old, after.get(key)) for key, old in before.items())
    return result, [entry for entry in found if entry is not None]


def _insert(state: ORMExecuteState, plan: AuditPlan) -> tuple[Result[Any], list[Entry]]:
    many = state.parameters if isinstance(state.parameters, list) else [state.parameters]
    return state.invoke_statement(), [_summary(plan, "create-many", len(many))]


def _criteria(state: ORMExecuteState, mapper: Mapper[Any]) -> ColumnElement[bool] | None:
    statement = state.statement
    if not isinstance(statement, DMLWhereBase):
        message = f"the audit trail cannot follow a {type(statement).__name__}"
        raise TypeError(message)
    parameters = state.parameters
    if isinstance(parameters, list):  # update by primary key, one dictionary per row
        names = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
        return _among(mapper, [tuple(row[name] for name in names) for row in parameters])
    return statement.whereclause


def _among(mapper: Mapper[Any], keys: list[tuple[Any, ...]]) -> ColumnElement[bool]:
    if len(mapper.primary_key) == 1:
        return mapper.primary_key[0].in_([key[0] for key in keys])
    return or_(
        *(
            and_(*(column == part for column, part in zip(mapper.primary_key, key, strict=True)))
            for key in keys
        )
    )


def _rows(
    connection: Connection,
    mapper: Mapper[Any],
    plan: AuditPlan,
    criteria: ColumnElement[bool] | None,
    *,
    lock: bool = False,
    state: ORMExecuteState | None = None,
) -> dict[tuple[Any, ...], _Values]:
    """Return key → recorded columns (and the version) of the rows that match, at most one too many."""
    version = mapper.version_id_col
    names = [*plan.columns, *(["row_version"] if version is not None else [])]
    query = select(*mapper.primary_key, *plan.columns.values(), *([version] if version is not None else []))
    query = query.order_by(*mapper.primary_key).limit(MOST_ROWS + 1)  # one order, so that locks do not cross
    if criteria is not None:
        query = query.where(criteria)
    if lock:
        query = query.with_for_update()
    values = state.parameters if state is not None and isinstance(state.parameters, dict) else {}
    size = len(mapper.primary_key)
    rows = connection.execute(query, values)
    return {tuple(row[:size]): dict(zip(names, row[size:], strict=True)) for row in rows}


def _entry(
    plan: AuditPlan, masker: Masker, key: tuple[Any, ...], old: _Values, new: _Values | None
) -> Entry | None:
    record_id = ",".join(str(part) for part in key)
    after = new or {}
    differing = [name for name in plan.columns if new is None or old[name] != after[name]]
    if not differing:
        return None
    before, after = ({name: side[name] for name in differing if name in side} for side in (old, after))
    return Entry(
        actor=current_actor(),
        action="delete" if new is None else verb_of(after),
        record_type=plan.record_type,
        record_id=record_id,
        record_version=(new or old).get("row_version"),
        changes=masker.pairs(plan, record_id, before, after),
    )


def _summary(plan: AuditPlan, action: str, rows: int) -> Entry:
    return Entry(actor=current_actor(), action=action, record_type=plan.record_type, changes={"rows": rows})
