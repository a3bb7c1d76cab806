"""Row scope: which rows of a record type an actor reaches; the one place below the framework.

Lists, records, forms, pickers, actions, exports, files, the REST interface and reports all read
through `scoped` or `condition`, so that a row out of scope does not exist for the actor (R005, R090).
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.core.actor import Actor
from models.base import FabModel
from models.org import Department, Employee
from models.users import DataScope, Scope

_WIDTH = {Scope.OWN: 1, Scope.SUBORDINATES: 2, Scope.DEPARTMENT: 3, Scope.SUBTREE: 4, Scope.ALL: 5}


def record_type(model: type[FabModel]) -> str:
    """Return the name of a model's record type: its table."""
    return str(model.__tablename__)


def is_reference(model: type[FabModel]) -> bool:
    """Whether the rows belong to nobody, so that a right to read them means all of them."""
    return (
        not hasattr(model, "owner_id") and _parent(model) is None and not hasattr(model, "__scope_column__")
    )


def _parent(model: type[FabModel]) -> str | None:
    return getattr(model, "__locked_with__", None) or getattr(model, "__scope_via__", None)


def load_scopes(session: Session, role_ids: frozenset[int]) -> dict[str, Scope]:
    """Return the widest scope per record type that any of the roles grants."""
    widest: dict[str, Scope] = {}
    rows = session.execute(
        select(DataScope.record_type, DataScope.scope).where(DataScope.role_id.in_(role_ids))
    )
    for name, value in rows:
        scope = Scope(value)
        if name not in widest or _WIDTH[scope] > _WIDTH[widest[name]]:
            widest[name] = scope
    return widest


def narrower(one: Scope, other: Scope) -> Scope:
    """Return the scope that reaches fewer rows."""
    return min(one, other, key=_WIDTH.__getitem__)


def subordinate_ids(employee_id: int | None) -> Select[Any]:
    """Return a select of the keys of everybody below an employee, himself included."""
    # without names, because one statement may ask for several such trees
    below = select(Employee.id).where(Employee.id == employee_id).cte(recursive=True)
    other = aliased(Employee)
    return select(below.union(select(other.id).where(other.superior_id == below.c.id)).c.id)


def department_ids(department_id: int | None) -> Select[Any]:
    """Return a select of the keys of a department and all below it."""
    # without names, as above
    tree = select(Department.id).where(Department.id == department_id).cte(recursive=True)
    other = aliased(Department)
    return select(tree.union(select(other.id).where(other.parent_id == tree.c.id)).c.id)


def upward_department_ids(department_id: int | None) -> Select[Any]:
    """Return a select of the keys of a department and all above it."""
    # without names, as above
    line = (
        select(Department.id, Department.parent_id).where(Department.id == department_id).cte(recursive=True)
    )
    above = aliased(Department)
    return select(line.union(select(above.id, above.parent_id).where(above.id == line.c.parent_id)).c.id)


def condition(actor: Actor, model: type[Any], scopes: dict[str, Scope]) -> ColumnElement[bool]:
    """Return the WHERE clause that keeps the rows within the actor's scope."""
    if actor.is_system:
        return true()
    parent = _parent(model)
    if parent is not None:
        relation = model.__mapper__.relationships[parent]
        above = relation.mapper.class_
        link = next(iter(relation.local_columns))
        inner = condition(actor, above, scopes)
        if inner is true() or str(inner) == "true":
            return true()
        reached: ColumnElement[bool] = link.in_(select(above.id).where(inner))
        return reached
    if actor.partner_id is not None:
        column = getattr(model, "__partner_column__", None)
        return false() if column is None else getattr(model, column) == actor.partner_id
    if is_reference(model):
        return true()
    scope = scopes.get(record_type(model))
    if scope is None:
        return false()
    return _of_scope(actor, model, scope)


def _of_scope(actor: Actor, model: type[Any], scope: Scope) -> ColumnElement[bool]:
    if scope is Scope.ALL:
        return true()
    mine = or_(model.owner_id == actor.employee_id, model.created_by_id == actor.user_id)
    if scope is Scope.OWN:
        return mine
    if scope is Scope.SUBORDINATES:
        return or_(model.owner_id.in_(subordinate_ids(actor.employee_id)), mine)
    if scope is Scope.DEPARTMENT:
        return or_(model.department_id == actor.department_id, mine)
    return or_(model.department_id.in_(department_ids(actor.department_id)), mine)
