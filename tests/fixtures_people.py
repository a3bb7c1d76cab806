"""One person per seeded role with an account, an employee and two doors: a cookie and a token.

The organisation: the head office above marketing and sales; a senior above the director above the group
lead above a staff member. `colleague` is staff in sales, so that his records are out of the others' sight;
`stranger` has an account whose role grants nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from secrets import token_hex
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role
from flask_jwt_extended import create_access_token, create_refresh_token
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from app.approvals.seeds import seed_definitions
from app.core.actor import SYSTEM, acting_as
from app.core.db import declare_read_only
from app.security import roles
from app.security.seed import sync_rights
from app.security.sessions import open_session
from models.org import Department, Employee, EmployeeAssignment, Position
from models.partners import Partner, PartnerKind
from models.users import PortalUser
from views.rights import declared_rights

PASSWORD = "Correct-Horse-9"
NO_RIGHTS = "NoRights"
_HASH = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")  # a good hash would cost a second per test


class PortalClient(FlaskClient):
    """A client whose every request has a fresh application context, as on a server.

    Flask's own client would share the context of the test, and with it `g`: the log-in of one request
    would be there in the next.
    """

    token: str | None = None

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request, with the bearer token if there is one, and return the answer."""
        if self.token is not None:
            headers = dict(kwargs.get("headers") or {})
            kwargs["headers"] = {"Authorization": f"Bearer {self.token}", **headers}
        with fresh_context(self.application):
            return super().open(*args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """Send GET; the answer's `json` is whatever it is, so that tests need not ask for its type first."""
        return self.open(*args, method="GET", **kwargs)

    def post(self, *args: Any, **kwargs: Any) -> Any:
        """Send POST."""
        return self.open(*args, method="POST", **kwargs)

    def put(self, *args: Any, **kwargs: Any) -> Any:
        """Send PUT."""
        return self.open(*args, method="PUT", **kwargs)

    def patch(self, *args: Any, **kwargs: Any) -> Any:
        """Send PATCH."""
        return self.open(*args, method="PATCH", **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Send DELETE."""
        return self.open(*args, method="DELETE", **kwargs)

    def csrf_token(self) -> str:
        """Return a form token of this client's session."""
        with self.session_transaction() as cookie:
            value = cookie.setdefault("csrf_token", token_hex(20))
        return str(
            URLSafeTimedSerializer(self.application.secret_key or "", salt="wtf-csrf-token").dumps(value)
        )


@contextmanager
def fresh_context(app: Flask) -> Iterator[None]:
    """Give what happens inside an application context and an actor of its own, as a server's request has."""
    with app.app_context(), acting_as(SYSTEM):
        try:
            yield
        finally:
            declare_read_only(False)


@dataclass
class Person:
    """Somebody with an account; the keys stay readable after any rollback."""

    app: Flask
    session: Session = field(repr=False)
    role: str
    user: PortalUser
    employee: Employee | None
    password: str = PASSWORD

    def __post_init__(self) -> None:
        self.user_id: int = self.user.id
        self.username: str = self.user.username
        self.employee_id: int | None = self.employee.id if self.employee else None
        self.department_id: int | None = self.employee.department_id if self.employee else None

    @property
    def inside(self) -> Employee:
        """The employee behind the account; a partner's account has none."""
        assert self.employee is not None
        return self.employee

    def _open_session(self) -> str:
        key = open_session(self.session, user_id=self.user_id, address="127.0.0.1", agent="test")
        self.session.commit()
        return key

    def log_in(self, client: FlaskClient) -> None:
        """Give the client the cookie of a new log-in, without the slow form."""
        key = self._open_session()
        with client.session_transaction() as cookie:
            cookie.clear()
            cookie.update(_user_id=str(self.user_id), _fresh=True, sid=key)
            cookie.permanent = True

    def browser(self) -> PortalClient:
        """Return a client that is logged in by cookie."""
        client = PortalClient(self.app, TestResponse, use_cookies=True)
        client.environ_base.update(REMOTE_ADDR="127.0.0.1")
        self.log_in(client)
        return client

    def token(self, *, refresh: bool = False) -> str:
        """Return a token of a new log-in, without the slow door."""
        claims = {"sid": self._open_session()}
        make = create_refresh_token if refresh else create_access_token
        with fresh_context(self.app), self.app.test_request_context():
            return str(make(identity=str(self.user_id), additional_claims=claims))

    def api(self) -> PortalClient:
        """Return a client that sends a token with each request."""
        client = PortalClient(self.app, TestResponse, use_cookies=False)
        client.token = self.token()
        return client


@dataclass
class People:
    """The persons by their role, and the organisation around them."""

    app: Flask
    session: Session = field(repr=False)
    head_office: Department
    marketing: Department
    sales: Department
    position: Position
    administrator: Person
    staff: Person
    group_lead: Person
    director: Person
    senior: Person
    inspector: Person
    analyst: Person
    partner: Person
    colleague: Person
    stranger: Person

    def all(self) -> dict[str, Person]:
        """Return each person by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Person)}

    def anonymous(self) -> PortalClient:
        """Return a client of nobody."""
        return PortalClient(self.app, TestResponse, use_cookies=True)


PLACES: dict[str, tuple[str, str | None, str | None]] = {
    "senior": (roles.SENIOR, "head_office", None),
    "director": (roles.DIRECTOR, "marketing", "senior"),
    "group_lead": (roles.GROUP_LEAD, "marketing", "director"),
    "staff": (roles.STAFF, "marketing", "group_lead"),
    "colleague": (roles.STAFF, "sales", "senior"),
    "administrator": (roles.ADMINISTRATOR, "head_office", "senior"),
    "inspector": (roles.INSPECTOR, "head_office", "senior"),
    "analyst": (roles.ANALYST, "sales", "senior"),
    "partner": (roles.PARTNER, None, None),
    "stranger": (NO_RIGHTS, "head_office", "senior"),
}
"""User name → role, department, superior."""
DEPARTMENTS = {
    "head_office": ("D-T-1", "总部"),
    "marketing": ("D-T-2", "市场部"),
    "sales": ("D-T-3", "销售部"),
}
POSITIONS = {
    roles.STAFF: ("专员", 1),
    roles.GROUP_LEAD: ("组长", 2),
    roles.DIRECTOR: ("总监", 3),
    roles.SENIOR: ("总经理", 5),
}
"""Role → post and its level, by which an amount climbs; everybody else is in the first one."""


@pytest.fixture
def people(app: Flask, session: Session) -> People:
    """One person per seeded role, in the transaction of the test; see the module's docstring."""
    if session.scalar(select(PortalUser.id).filter_by(username="staff")) is None:
        make_people(app, session)
    return find_people(app, session)


def find_people(app: Flask, session: Session) -> People:
    """Return the people that `make_people` stored."""
    departments: dict[str, Any] = {
        name: session.scalars(select(Department).filter_by(code=code)).one()
        for name, (code, _) in DEPARTMENTS.items()
    }
    position = session.scalars(select(Position).filter_by(code="PO-T-1")).one()
    persons: dict[str, Any] = {}
    for name, (role, _, _) in PLACES.items():
        user = session.scalars(select(PortalUser).filter_by(username=name)).one()
        persons[name] = Person(
            app, session, role, user, session.scalar(select(Employee).filter_by(user_id=user.id))
        )
    return People(app=app, session=session, position=position, **departments, **persons)


def make_people(app: Flask, session: Session) -> None:
    """Store rights, roles, the organisation and its people, and commit."""
    with acting_as(SYSTEM):
        with app.app_context():
            declared = declared_rights()
        sync_rights(session, declared)
        departments = {
            name: Department(code=code, name=title, kind="sales")
            for name, (code, title) in DEPARTMENTS.items()
        }
        departments["marketing"].parent = departments["sales"].parent = departments["head_office"]
        positions = {
            role: Position(code=f"PO-T-{level}", title=title, level=level)
            for role, (title, level) in POSITIONS.items()
        }
        session.add_all([*departments.values(), *positions.values(), Role(name=NO_RIGHTS)])
        session.flush()
        seeded = {role.name: role for role in session.scalars(select(Role))}
        employees: dict[str, Employee] = {}
        for number, (name, (role, place, superior)) in enumerate(PLACES.items(), start=1):
            user = PortalUser(username=name, first_name=role, last_name=str(number), active=True, language="en",
                              email=f"{name}@example.com", password=_HASH, roles=[seeded[role]])  # fmt: skip
            session.add(user)
            session.flush()
            if place is not None:
                employees[name] = _employee(
                    session,
                    code=f"E-T-{number}",
                    name=f"{role} {number}",
                    user_id=user.id,
                    department_id=departments[place].id,
                    position_id=positions[role if role in POSITIONS else roles.STAFF].id,
                    superior_id=employees[superior].id if superior else None,
                )
        departments["head_office"].leader = departments["sales"].leader = employees["senior"]
        departments["marketing"].leader = employees["director"]
        _partner(session, employees["staff"])
        seed_definitions(session)
        session.commit()


def _employee(session: Session, **columns: Any) -> Employee:
    employee = Employee(**columns, hired_on=date(2020, 1, 1))
    session.add(employee)
    session.flush()
    post = {name: columns[name] for name in ("department_id", "position_id", "superior_id")}
    session.add(EmployeeAssignment(employee_id=employee.id, start_on=date(2020, 1, 1), **post))
    return employee


def _partner(session: Session, owner: Employee) -> None:
    company = Partner(code="PA-T-1", name="测试经销商", kind=PartnerKind.DISTRIBUTOR.value,
                      owner_id=owner.id, department_id=owner.department_id)  # fmt: skip
    session.add(company)
    session.flush()
    session.scalars(select(PortalUser).filter_by(username="partner")).one().partner_id = company.id
