"""The portal and its people, for the tests of its pages."""

import pytest
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from app.security import roles
from models.users import DataScope
from tests.fixtures_app import session
from tests.fixtures_people import People, Person, people
from tests.fixtures_peopled import app

__all__ = ["app", "people", "personnel", "session"]


@pytest.fixture
def personnel(people: People, session: Session) -> Person:
    """A person who may do all that staff may, and administer accounts and roles, and nothing else."""
    with acting_as(SYSTEM):
        staff = session.scalars(select(Role).filter_by(name=roles.STAFF)).one()
        pairs = session.scalars(select(PermissionView)).unique()
        office = [pair for pair in pairs if pair.view_menu.name in {"UserView", "RoleView"}]
        role = Role(name="Personnel", permissions=[*staff.permissions, *office])
        session.add(role)
        session.flush()
        for scope in session.scalars(select(DataScope).filter_by(role_id=staff.id)).all():
            session.add(DataScope(role_id=role.id, record_type=scope.record_type, scope=scope.scope))
        people.analyst.user.roles = [role]
        session.commit()
    return people.analyst
