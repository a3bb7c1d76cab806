"""The lock for statements that change many rows at once, past the session's objects.

An UPDATE or DELETE is allowed when none of the rows it hits belongs to a locked record; an INSERT of
lines when it names its records and none is locked.
"""

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, inspect, select, true
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql.dml import Delete, DMLWhereBase, Insert, Update

from app.approvals.content import PROOF, Parent, line_content, model_of, parent_of, record_content
from app.approvals.refusals import RecordLocked, status_is_engines
from models.approvable import EDITABLE, ApprovalStatus

_FLAG = "approval_engine_writes"


def guard_statement(state: ORMExecuteState) -> None:
    """Refuse a bulk statement that would change a locked record (a `do_orm_execute` listener).

    Raises:
        RecordLocked: a locked record would change, or a status would be moved past the engine.
    """
    statement = state.statement
    if state.session.info.get(_FLAG, 0) or not isinstance(statement, Insert | Update | Delete):
        return
    model: Any = model_of(str(getattr(statement.table, "name", "")))
    if model is None:
        return
    if isinstance(statement, Insert):
        _guard_insert(state, statement, model)
        return
    touched = _touched(state, statement) if isinstance(statement, Update) else None
    if parent_of(model) is None:
        _guard_records(state, statement, model, touched)
    else:
        _guard_lines(state, statement, model, touched)


def _guard_records(
    state: ORMExecuteState, statement: DMLWhereBase, model: Any, touched: set[str] | None
) -> None:
    if touched is not None and touched & PROOF:
        raise status_is_engines(record_type=model.__tablename__)
    if touched is None or touched & record_content(model):
        _refuse(state, model, select(model.status).where(_hit(state, statement, model)))


def _guard_lines(
    state: ORMExecuteState, statement: DMLWhereBase, model: Any, touched: set[str] | None
) -> None:
    parent = parent_of(model)
    assert parent is not None
    if touched is not None and not touched & line_content(model):
        return
    link = getattr(model, parent.parent_key)
    records = select(link).where(_hit(state, statement, model))
    _refuse(state, parent.model, select(parent.model.status).where(parent.model.id.in_(records)))
    if touched is not None and parent.parent_key in touched:
        _refuse_parents(state, statement, parent)


def _guard_insert(state: ORMExecuteState, statement: Insert, model: Any) -> None:
    parent = parent_of(model)
    if parent is not None:
        _refuse_parents(state, statement, parent)
        return
    moved = [value for name in PROOF - {"revision"} for value in _values(state, statement, name)]
    if any(value not in (None, ApprovalStatus.DRAFT.value) for value in moved):
        raise status_is_engines(record_type=model.__tablename__)


def _refuse_parents(state: ORMExecuteState, statement: Insert | DMLWhereBase, parent: Parent) -> None:
    keys = _values(state, statement, parent.parent_key)
    if not keys or not all(isinstance(key, int) for key in keys):
        message = "a bulk statement on lines must name their records by plain values"
        raise TypeError(message)
    _refuse(state, parent.model, select(parent.model.status).where(parent.model.id.in_(set(keys))))


def _refuse(state: ORMExecuteState, model: Any, statuses: Select[Any]) -> None:
    connection = state.session.connection(bind_arguments={"mapper": inspect(model)})
    parameters = state.parameters if isinstance(state.parameters, dict) else {}
    found = connection.execute(statuses.with_for_update(key_share=True), parameters)
    if any(status not in EDITABLE for status in found.scalars()):
        raise RecordLocked(record_type=model.__tablename__)


def _hit(state: ORMExecuteState, statement: DMLWhereBase, model: Any) -> ColumnElement[bool]:
    """Return the condition that the rows meet which the statement changes."""
    if isinstance(state.parameters, list):  # an update by primary key, one dictionary per row
        condition: ColumnElement[bool] = model.id.in_([row["id"] for row in state.parameters])
        return condition
    return statement.whereclause if statement.whereclause is not None else true()


def _touched(state: ORMExecuteState, statement: Update) -> set[str]:
    """Return the names that an UPDATE sets: those of `.values()` and those of its parameters."""
    names = {name for row in _set_values(statement) for name in row}
    rows = state.parameters if isinstance(state.parameters, list) else []
    return names.union(*rows) - {"id"}


def _values(state: ORMExecuteState, statement: Insert | DMLWhereBase, name: str) -> list[Any]:
    """Return what a statement gives to a column, from its parameters and from `.values()`."""
    rows = state.parameters if isinstance(state.parameters, list) else [state.parameters or {}]
    given = [row for row in (*rows, *_set_values(statement)) if name in row]
    return [row[name].value if isinstance(row[name], BindParameter) else row[name] for row in given]


def _set_values(statement: Any) -> list[dict[str, Any]]:
    """Return one dictionary per `.values()` row; SQLAlchemy has no public way to ask."""
    rows = [statement._values or {}]
    rows.append(dict(getattr(statement, "_ordered_values", None) or ()))
    for several in statement._multi_values:
        rows.extend(several)
    return [{str(getattr(key, "key", key)): value for key, value in row.items()} for row in rows]
