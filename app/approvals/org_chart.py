"""Loads the part of the organisation that one case needs, as it was on one business day (R046).

A person's superior, department and position come from the assignment that holds on that day; only
somebody without any assignment on that day is taken as the employee's own row says. One recursive
statement walks the superiors; departments and roles cost one more each, and only when a route asks.
"""

from datetime import date
from typing import Any

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import CTE, ColumnElement, Select, and_, case, or_, select
from sqlalchemy.orm import Session, aliased

from app.approvals.types import OrgChart, OrgNeeds, Person, Unit
from app.security.held_roles import HELD
from models.org import Department, Employee, EmployeeAssignment, EmployeeStatus, Position

_BEGINNING = date(1, 1, 1)


def load_chart(
    session: Session, day: date, submitter_id: int, needs: OrgNeeds, department_id: int | None = None
) -> OrgChart:
    """Return the submitter's chain of superiors and what else the route needs.

    Args:
        department_id: home department of the case; the submitter's on that day when not given.
    """
    start: ColumnElement[bool] = Employee.id.in_({submitter_id, *needs.people})
    if needs.roles:
        start = or_(start, Employee.id.in_(_holders(needs.roles).with_only_columns(Employee.id)))
    people = _people(session, day, start)
    units: dict[int, Unit] = {}
    if needs.has_departments:
        home = department_id or (people[submitter_id].department_id if submitter_id in people else None)
        units = _units_above(session, home)
        leaders = {unit.leader_id for unit in units.values() if unit.leader_id} - set(people)
        if leaders:
            people |= _people(session, day, Employee.id.in_(leaders))
    if needs.roles:
        people = _with_roles(session, people, needs.roles)
    return OrgChart(day, people, units)


def _people(session: Session, day: date, start: ColumnElement[bool]) -> dict[int, Person]:
    chain = _chain(day, start)
    rows = session.execute(
        select(
            chain, Employee.name, Employee.status, Employee.hired_on, Employee.left_on, Employee.deleted_at
        )
        .add_columns(Position.level)
        .join(Employee, Employee.id == chain.c.id)
        .join(Position, Position.id == chain.c.position_id)
        .order_by(chain.c.since)  # of two assignments that overlap, the later one holds
    )
    return {
        row.id: Person(
            id=row.id,
            name=row.name,
            department_id=row.department_id,
            level=row.level,
            superior_id=row.superior_id,
            is_active=_is_active(row, day),
        )
        for row in rows
    }


def _chain(day: date, start: ColumnElement[bool]) -> CTE:
    # UNION, not UNION ALL: a loop of superiors ends by itself.
    chain = _placed(Employee, day).where(start).cte("chain", recursive=True)
    above = aliased(Employee)
    return chain.union(_placed(above, day).join(chain, chain.c.superior_id == above.id))


def _placed(person: Any, day: date) -> Select[Any]:
    """Return each person with superior, department and position on the day."""
    held = aliased(EmployeeAssignment)
    is_held = held.id.is_not(None)
    return (
        select(
            person.id,
            case((is_held, held.superior_id), else_=person.superior_id).label("superior_id"),
            case((is_held, held.department_id), else_=person.department_id).label("department_id"),
            case((is_held, held.position_id), else_=person.position_id).label("position_id"),
            case((is_held, held.start_on), else_=_BEGINNING).label("since"),
        )
        .select_from(person)
        .outerjoin(
            held,
            and_(
                held.employee_id == person.id,
                held.start_on <= day,
                or_(held.end_on.is_(None), held.end_on > day),
            ),
        )
    )


def _is_active(row: Any, day: date) -> bool:
    return (
        row.status == EmployeeStatus.ACTIVE.value
        and row.deleted_at is None
        and row.hired_on <= day
        and (row.left_on is None or row.left_on > day)
    )


def _units_above(session: Session, department_id: int | None) -> dict[int, Unit]:
    unit = (
        select(Department.id, Department.name, Department.parent_id, Department.leader_id)
        .where(Department.id == department_id)
        .cte("unit", recursive=True)
    )
    above = aliased(Department)
    unit = unit.union(
        select(above.id, above.name, above.parent_id, above.leader_id).join(
            unit, unit.c.parent_id == above.id
        )
    )
    return {
        row.id: Unit(row.id, row.name, row.parent_id, row.leader_id) for row in session.execute(select(unit))
    }


def _holders(roles: frozenset[str]) -> Select[Any]:
    return (
        select(Employee.id, Role.name)
        .join(User, User.id == Employee.user_id)
        .join(HELD, HELD.c.user_id == User.id)
        .join(Role, Role.id == HELD.c.role_id)
        .where(Role.name.in_(roles), User.active)
    )


def _with_roles(session: Session, people: dict[int, Person], roles: frozenset[str]) -> dict[int, Person]:
    held: dict[int, set[str]] = {}
    for employee_id, role in session.execute(_holders(roles)):
        held.setdefault(employee_id, set()).add(role)
    return {
        key: Person(
            id=person.id,
            name=person.name,
            department_id=person.department_id,
            level=person.level,
            superior_id=person.superior_id,
            is_active=person.is_active,
            roles=frozenset(held.get(key, ())),
        )
        for key, person in people.items()
    }
