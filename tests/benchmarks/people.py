"""The company of the data set: departments, employees and the one account that asks for all pages."""

from datetime import date

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.approvals.seeds import seed_definitions
from app.core.clock import utc_now
from app.core.db import unit_of_work
from app.security import roles
from app.security.seed import sync_rights
from models.approvals import RecordSnapshot
from models.org import Department, DepartmentKind, Employee, Position
from models.partners import Region
from models.sources import CustomerSource, SourceKind
from models.users import PortalUser
from tests.benchmarks.company import DEPARTMENTS, EMPLOYEES, PASSWORD, REGIONS, SOURCES, USERNAME
from views.rights import declared_rights


def store_people() -> None:
    """Store everything that is small, through the portal's own session."""
    with unit_of_work() as session:
        sync_rights(session, declared_rights())
        seed_definitions(session)
    with unit_of_work() as session:
        _store_organisation(session)
        _store_references(session)


def _store_organisation(session: Session) -> None:
    kind = next(iter(DepartmentKind)).value
    departments = [Department(code=f"D-{i}", name=f"部门{i}", kind=kind) for i in range(1, DEPARTMENTS + 1)]
    position = Position(code="P-1", title="专员", level=1)
    session.add_all([*departments, position])
    session.flush()
    wanted = session.scalars(select(Role).where(Role.name.in_((roles.DIRECTOR, roles.ANALYST)))).all()
    user = PortalUser(username=USERNAME, first_name="Bench", last_name="Mark", active=True, email="b@example.com",
                      password=generate_password_hash(PASSWORD), roles=list(wanted), language="zh")  # fmt: skip
    session.add(user)
    session.flush()
    for number in range(1, EMPLOYEES + 1):
        session.add(
            Employee(
                code=f"E-{number:04d}", name=f"员工{number}", hired_on=date(2020, 1, 1), position_id=position.id,
                department_id=departments[number % DEPARTMENTS].id, user_id=user.id if number == 1 else None,
            )
        )  # fmt: skip
    session.flush()


def _store_references(session: Session) -> None:
    kind = next(iter(SourceKind)).value
    session.add_all(CustomerSource(code=f"SO-{i}", name=f"来源{i}", kind=kind) for i in range(1, SOURCES + 1))
    session.add_all(Region(code=f"RG-{i}", name=f"地区{i}") for i in range(1, REGIONS + 1))
    session.add(
        RecordSnapshot(record_type="marketing_plan", record_id=1, version_no=1, payload={}, sha256="0" * 64,
                       created_at=utc_now())
    )  # fmt: skip
    session.flush()
