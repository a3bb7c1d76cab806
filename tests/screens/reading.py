"""What the tests of the pages read out of an answer and out of the audit trail."""

import re
from html import unescape
from typing import Any

from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.audit import AuditEvent
from tests.fixtures_people import PortalClient


def post(client: PortalClient, path: str, **values: Any) -> TestResponse:
    """Send a form with its token."""
    answer: TestResponse = client.post(path, data={"csrf_token": client.csrf_token(), **values})
    return answer


def hidden(answer: TestResponse, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', answer.text)
    assert found is not None, f"no field {name}"
    value = re.search(r'value="([^"]*)"', found.group())
    assert value is not None
    return unescape(value.group(1))


def last_entry(session: Session, action: str) -> AuditEvent:
    """Return the newest entry of the trail with this action."""
    session.expire_all()
    found = session.scalars(
        select(AuditEvent).filter_by(action=action).order_by(AuditEvent.seq.desc()).limit(1)
    ).one_or_none()
    assert found is not None, f"nothing in the trail: {action}"
    return found


def denied_codes(session: Session) -> list[str]:
    """Return the codes of all denied attempts, oldest first."""
    session.expire_all()
    entries = session.scalars(select(AuditEvent).filter_by(action="denied").order_by(AuditEvent.seq))
    return [entry.changes["code"] for entry in entries]


def role_named(session: Session, name: str) -> Role:
    """Return a role, read afresh."""
    return session.scalars(select(Role).filter_by(name=name).execution_options(populate_existing=True)).one()


def pair_id(session: Session, permission: str, resource: str) -> int:
    """Return the key of a right."""
    for pair in session.scalars(select(PermissionView)).unique():
        if (pair.permission.name, pair.view_menu.name) == (permission, resource):
            return int(pair.id)
    raise LookupError(permission, resource)


def held_by(role: Role) -> set[tuple[str, str]]:
    """Return the rights of a role as pairs of names."""
    return {(pair.permission.name, pair.view_menu.name) for pair in role.permissions}
