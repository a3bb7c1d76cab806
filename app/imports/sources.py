"""Finds the customer source and the responsible employee that an import names."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import BadInput, RuleViolation
from app.core.i18n import lazy_gettext as _l
from models.org import Department, Employee
from models.sources import CustomerSource


def find_source(session: Session, name: str | None) -> int:
    """Return the key of a source by its name, English name or number; of the only one without a name.

    Raises:
        BadInput: there is no such source, or several and none was named.
    """
    alive = session.execute(
        select(CustomerSource.id, CustomerSource.name, CustomerSource.name_en, CustomerSource.code)
        .where(CustomerSource.deleted_at.is_(None))
        .order_by(CustomerSource.code)
    ).all()
    found = [row for row in alive if name is None or name in {row.name, row.name_en, row.code}]
    if len(found) == 1:
        return int(found[0].id)
    known = ", ".join(row.name for row in alive[:20]) or "–"
    if name is None:
        raise BadInput("source-needed", _l("Name the source of the data. There are: %(known)s", known=known))
    raise BadInput(
        "no-such-source",
        _l("There is no source “%(name)s”. There are: %(known)s", name=name[:60], known=known),
    )


def owner_of(session: Session, actor: Actor, code: str | None = None) -> tuple[int, int]:
    """Return the employee and department responsible for customers that an import makes.

    Args:
        code: number of an employee; without it the actor, and for the system the head of the company.

    Raises:
        RuleViolation: there is no such employee.
    """
    query = select(Employee.id, Employee.department_id).where(Employee.deleted_at.is_(None))
    if code is not None:
        query = query.where(Employee.code == code)
    elif actor.is_system:
        query = query.join(Department, Department.leader_id == Employee.id).where(
            Department.parent_id.is_(None)
        )
    else:
        query = query.where(Employee.id == actor.employee_id)
    row = session.execute(query.order_by(Employee.id)).first()
    if row is None:
        raise RuleViolation(
            "owner-needed", _l("Name an employee who is responsible for the imported customers.")
        )
    return int(row.id), int(row.department_id)
