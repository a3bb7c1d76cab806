"""One person per seeded role with an account, an employee and two doors: a cookie and a token.

The organisation: the head office above marketing and sales; a senior above the director above the group
lead above a staff member. `colleague` is staff in sales, so that his records are out of the others' sight.
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

from app.core.actor import SYSTEM, acting_as
from app.core.clock import today
from app.core.db import declare_read_only
from app.security import roles
from app.security.seed import sync_rights
from app.security.sessions import open_session
from models.org import Department, Employee, EmployeeAssignment, Position
from models.partners import Partner, PartnerKind
from models.users import PortalUser
from views.rights import declared_rights

PASSWORD = "Correct-Horse-9"
_HASH = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")  # a good hash would cost a second per test


class PortalClient(FlaskClient):
    """A client whose every request has a fresh application context, as on a server.

    Flask's own client would share the context of the test, and with it `g`: the log-in of one request
    would be there in the next.
    """

    token: str | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request, with the bearer token if there is one."""
        if self.token is not None:
            headers = dict(kwargs.get("headers") or {})
            kwargs["headers"] = {"Authorization": f"Bearer {self.token}", **headers}
        with fresh_context(self.application):
            return super().open(*args, **kwargs)

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

    def all(self) -> dict[str, Person]:
        """Return each person by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Person)}

    def anonymous(self) -> PortalClient:
        """Return a client of nobody."""
        return PortalClient(self.app, TestResponse, use_cookies=True)


@pytest.fixture
def people(app: Flask, session: Session) -> People:
    """One person per seeded role, stored in the transaction of the test; see the module's docstring."""
    with acting_as(SYSTEM):
        return make_people(app, session)


def make_people(app: Flask, session: Session) -> People:
    """Store rights, roles, the organisation and its people, and commit."""
    with app.app_context():
        declared = declared_rights()
    sync_rights(session, declared)
    head_office = Department(code="D-T-1", name="总部", kind="management")
    marketing = Department(code="D-T-2", name="市场部", kind="promotion", parent=head_office)
    sales = Department(code="D-T-3", name="销售部", kind="sales", parent=head_office)
    position = Position(code="PO-T-1", title="专员", level=1)
    session.add_all([head_office, marketing, sales, position])
    session.flush()
    seeded = {role.name: role for role in session.scalars(select(Role))}
    number = iter(range(1, 100))

    def person(role: str, department: Department | None, superior: Person | None) -> Person:
        return _person(
            app,
            session,
            role=seeded[role],
            number=next(number),
            department=department,
            position=position,
            superior=superior,
        )

    senior = person(roles.SENIOR, head_office, None)
    director = person(roles.DIRECTOR, marketing, senior)
    group_lead = person(roles.GROUP_LEAD, marketing, director)
    found = People(
        app=app, session=session, head_office=head_office, marketing=marketing, sales=sales, position=position,
        senior=senior, director=director, group_lead=group_lead,
        staff=person(roles.STAFF, marketing, group_lead),
        colleague=person(roles.STAFF, sales, senior),
        administrator=person(roles.ADMINISTRATOR, head_office, senior),
        inspector=person(roles.INSPECTOR, head_office, senior),
        analyst=person(roles.ANALYST, sales, senior),
        partner=person(roles.PARTNER, None, None),
    )  # fmt: skip
    marketing.leader_id, sales.leader_id, head_office.leader_id = (
        director.employee_id,
        senior.employee_id,
        senior.employee_id,
    )
    company = Partner(code="PA-T-1", name="测试经销商", kind=PartnerKind.DISTRIBUTOR.value,
                      owner_id=found.staff.employee_id, department_id=marketing.id)  # fmt: skip
    session.add(company)
    session.flush()
    found.partner.user.partner_id = company.id
    session.commit()
    return found


def _person(
    app: Flask,
    session: Session,
    *,
    role: Role,
    number: int,
    department: Department | None,
    position: Position,
    superior: Person | None,
) -> Person:
    name = f"{role.name}{number}"
    user = PortalUser(username=name.lower(), first_name=role.name, last_name=str(number), active=True,
                      email=f"{name.lower()}@example.com", password=_HASH, roles=[role], language="en")  # fmt: skip
    session.add(user)
    session.flush()
    if department is None:
        return Person(app, session, role.name, user, None)
    above = superior.employee_id if superior else None
    employee = Employee(code=f"E-T-{number}", name=name, user_id=user.id, department_id=department.id,
                        position_id=position.id, superior_id=above, hired_on=date(2020, 1, 1))  # fmt: skip
    session.add(employee)
    session.flush()
    session.add(EmployeeAssignment(employee_id=employee.id, department_id=department.id, position_id=position.id,
                                   superior_id=above, start_on=min(date(2020, 1, 1), today())))  # fmt: skip
    session.flush()
    return Person(app, session, role.name, user, employee)
