"""A portal on a database of its own with the demo company's people, for tests with real commits and threads."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import migration
from app.approvals.seeds import seed_definitions
from app.core.actor import SYSTEM, acting_as
from app.core.db import db, declare_read_only, unit_of_work
from app.demo.people import store_accounts, store_people
from app.factory import create_app
from app.security.seed import sync_rights
from app.security.sessions import open_session
from config import Settings
from models.users import PortalUser
from tests.fixtures_people import PortalClient, fresh_context
from views.rights import declared_rights

PASSWORD = "demo-company-2026"


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """A migrated portal with people and accounts and nothing else, once on each database."""
    settings = Settings.from_environment(
        {
            "YINGCE_INSTANCE": str(tmp_path),
            "YINGCE_DATABASE_URL": database_url,
            "YINGCE_DEMO": "never",
            "YINGCE_LANGUAGE": "en",
        }
    )
    app = create_app(settings)
    with app.app_context(), acting_as(SYSTEM):
        declare_read_only(False)
        migration.upgrade(db.engine, settings.instance)
        with unit_of_work() as session:
            sync_rights(session, declared_rights())
            seed_definitions(session)
            store_accounts(session, store_people(session), PASSWORD)
        db.session.remove()
    yield app
    with app.app_context():
        db.engine.dispose()


def browser_of(app: Flask, username: str) -> PortalClient:
    """Return a client that is logged in as this person, through the session table instead of the slow form."""
    client = PortalClient(app, app.response_class, use_cookies=True)
    client.environ_base.update(REMOTE_ADDR="127.0.0.1")
    with fresh_context(app):
        user_id, key = _open(username)
    with client.session_transaction() as cookie:
        cookie.update(_user_id=str(user_id), _fresh=True, sid=key)
        cookie.permanent = True
    return client


def _open(username: str) -> tuple[int, str]:
    declare_read_only(False)
    with unit_of_work() as session:
        user_id = session.scalars(select(PortalUser.id).filter_by(username=username)).one()
        return user_id, open_session(session, user_id=user_id, address="127.0.0.1", agent="test")
