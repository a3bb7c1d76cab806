"""Stores departments, posts, people and their accounts; the passwords go to a file for the reader only."""

import csv
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from secrets import choice
from string import ascii_letters, digits

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.demo.organisation import DEPARTMENTS, PARTNER_ACCOUNTS, PEOPLE, POSTS
from app.security.roles import PARTNER
from app.services.numbering import next_code
from models.org import Department, Employee, EmployeeAssignment, Position
from models.partners import Partner
from models.users import PortalUser

HIRED_ON = date(2021, 3, 1)
FOUNDED_AT = datetime(2025, 10, 8, 1, 0, tzinfo=UTC)
"""When the demo company began to use the portal; earlier than everything it filed."""
_LENGTH = 14
_ALPHABET = "".join(sorted(set(ascii_letters + digits) - set("0O1lI")))


def new_password(given: str | None) -> str:
    """Return the password that the settings name for all, else a random one without look-alike characters."""
    return given or "".join(choice(_ALPHABET) for _ in range(_LENGTH))


def store_people(session: Session) -> dict[str, Employee]:
    """Store the organisation; returns person's key → employee."""
    departments = _departments(session)
    posts = {}
    for key, (title, title_en, level) in POSTS.items():
        posts[key] = Position(code=next_code(session, "PO"), title=title, title_en=title_en, level=level)
    session.add_all(posts.values())
    session.flush()
    people: dict[str, Employee] = {}
    for person in PEOPLE:
        superior = people[person.superior].id if person.superior else None
        employee = Employee(
            code=next_code(session, "E"),
            name=person.name,
            name_en=person.name_en,
            email=f"{person.key}@lanxu.example",
            department_id=departments[person.department].id,
            position_id=posts[person.post].id,
            superior_id=superior,
            hired_on=HIRED_ON,
        )
        session.add(employee)
        session.flush()
        session.add(
            EmployeeAssignment(
                employee_id=employee.id,
                department_id=employee.department_id,
                position_id=employee.position_id,
                superior_id=superior,
                start_on=HIRED_ON,
            )
        )
        people[person.key] = employee
    for department in DEPARTMENTS:
        departments[department.key].leader_id = people[department.leader].id
    session.flush()
    return people


def _departments(session: Session) -> dict[str, Department]:
    stored: dict[str, Department] = {}
    for fact in DEPARTMENTS:
        stored[fact.key] = Department(
            code=next_code(session, "D"),
            name=fact.name,
            name_en=fact.name_en,
            kind=fact.kind,
            parent_id=stored[fact.parent].id if fact.parent else None,
        )
        session.add(stored[fact.key])
        session.flush()
    return stored


def store_accounts(
    session: Session, people: dict[str, Employee], password: str | None
) -> list[tuple[str, ...]]:
    """Give everybody an account; returns the lines of the log-in file."""
    roles = {role.name: role for role in session.scalars(select(Role))}
    secrets = {person.key: new_password(password) for person in PEOPLE}
    hashes = hash_all(secrets)
    lines: list[tuple[str, ...]] = []
    for person in PEOPLE:
        employee = people[person.key]
        account = PortalUser(
            first_name=person.name[1:],
            last_name=person.name[:1],
            username=person.key,
            email=employee.email,
            password=hashes[person.key],
            active=True,
            roles=[roles[person.role]],
        )
        session.add(account)
        session.flush()
        employee.user_id = account.id
        department = str(employee.department.name)
        lines.append((person.key, secrets[person.key], person.name, person.role, department))
    session.flush()
    return lines


def store_partner_accounts(
    session: Session, partners: dict[str, Partner], password: str | None
) -> list[tuple[str, ...]]:
    """Give four partners an account that sees only their own records (R005); returns lines as above."""
    role = session.scalars(select(Role).where(Role.name == PARTNER)).one()
    secrets = {key: new_password(password) for key, *_names in PARTNER_ACCOUNTS}
    hashes = hash_all(secrets)
    lines: list[tuple[str, ...]] = []
    for key, name, _name_en in PARTNER_ACCOUNTS:
        session.add(
            PortalUser(
                first_name=name[2:],
                last_name=name[:2],
                username=key,
                email=f"{key}@partner.example",
                password=hashes[key],
                active=True,
                roles=[role],
                partner_id=partners[key].id,
            )
        )
        lines.append((key, secrets[key], name, PARTNER, partners[key].name))
    session.flush()
    return lines


def hash_all(secrets: dict[str, str]) -> dict[str, str]:
    """Return key → hash. A good hash is slow on purpose; the processors share the work, as it needs no lock."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(secrets, pool.map(generate_password_hash, secrets.values()), strict=True))


def write_log_ins(path: Path, lines: list[tuple[str, ...]]) -> None:
    """Write the log-ins where only the owner of the instance folder reads them."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("username", "password", "name", "role", "department"))
        writer.writerows(lines)
