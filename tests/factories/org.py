"""People, posts and departments."""

from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from models.org import Department, Employee, EmployeeAssignment, Position
from models.users import PortalUser

_numbers = count(1)


def make_department(session: Session, name: str | None = None, **columns: Any) -> Department:
    """Make a department."""
    number = next(_numbers)
    row = Department(code=f"T-D{number}", name=name or f"Department {number}", kind="sales", **columns)
    session.add(row)
    session.flush()
    return row


def make_position(session: Session, level: int = 1) -> Position:
    """Return the test post of a level; there is one per level."""
    row = session.scalar(select(Position).filter_by(code=f"T-PO{level}"))
    if row is None:
        row = Position(code=f"T-PO{level}", title=f"Post of level {level}", level=level)
        session.add(row)
        session.flush()
    return row


def make_employee(
    session: Session,
    name: str = "Somebody",
    *,
    level: int = 1,
    superior: Employee | None = None,
    department: Department | None = None,
    **columns: Any,
) -> Employee:
    """Make an active employee with an account, without any dated assignment."""
    number = next(_numbers)
    user = PortalUser(
        username=f"user{number}",
        first_name=name,
        last_name="Test",
        email=f"user{number}@example.com",
        active=True,
    )
    row = Employee(
        code=f"T-E{number}",
        name=name,
        user=user,
        department=department or make_department(session),
        position=make_position(session, level),
        superior=superior,
        **{"hired_on": date(2020, 1, 1)} | columns,
    )
    session.add(row)
    session.flush()
    return row


def make_placement(
    session: Session,
    employee: Employee,
    superior: Employee | None,
    start_on: date,
    end_on: date | None = None,
) -> EmployeeAssignment:
    """Say who a person's superior was from one day to another (half-open)."""
    row = EmployeeAssignment(
        employee_id=employee.id,
        department_id=employee.department_id,
        position_id=employee.position_id,
        superior_id=None if superior is None else superior.id,
        start_on=start_on,
        end_on=end_on,
    )
    session.add(row)
    session.flush()
    return row


def actor_of(employee: Employee, *permissions: tuple[str, str]) -> Actor:
    """Return the employee as the actor of a command."""
    return Actor(
        user_id=employee.user_id,
        name=employee.name,
        employee_id=employee.id,
        department_id=employee.department_id,
        permissions=frozenset(permissions),
    )


@dataclass(frozen=True)
class Line:
    """A line of superiors: staff (level 1) → manager (3) → director (4) → vice (5) → general (6)."""

    department: Department
    general: Employee
    vice: Employee
    director: Employee
    manager: Employee
    staff: Employee
    colleague: Employee
    administrator: Employee


def make_line(session: Session) -> Line:
    """Make one department with its line of superiors, a colleague of staff and an administrator."""
    department = make_department(session)
    general = make_employee(session, "General", level=6, department=department)
    vice = make_employee(session, "Vice", level=5, superior=general, department=department)
    director = make_employee(session, "Director", level=4, superior=vice, department=department)
    manager = make_employee(session, "Manager", level=3, superior=director, department=department)
    staff = make_employee(session, "Staff", superior=manager, department=department)
    colleague = make_employee(session, "Colleague", superior=manager, department=department)
    administrator = make_employee(session, "Administrator", department=department)
    return Line(department, general, vice, director, manager, staff, colleague, administrator)
