"""Fixtures of the portal: an app per database, a rolled-back transaction per test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.core.db import db
from app.factory import create_app
from app.security.access import forget_rights
from config import Settings
from migrations.triggers import create_triggers
from models.base import FabModel


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The portal on an empty migrated database; once per database and worker."""
    folder: Path = tmp_path_factory.mktemp("instance")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'yingce.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    with portal_on(url, folder) as portal:
        yield portal
        with portal.app_context():
            db.session.remove()
            FabModel.metadata.drop_all(db.engine)


@contextmanager
def portal_on(url: str, folder: Path) -> Iterator[Flask]:
    """The portal on an empty database with all tables and triggers.

    No application context stays open over the whole run: several portals of one run would be popped
    in another order than they were pushed.
    """
    settings = Settings.from_environment({"YINGCE_INSTANCE": str(folder), "YINGCE_DATABASE_URL": url})
    portal = create_app(settings)
    with portal.app_context():
        FabModel.metadata.create_all(db.engine)
        with db.engine.begin() as connection:
            create_triggers(connection)
    yield portal
    with portal.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The portal's session inside an outer transaction that is always rolled back.

    Commits of the code under test release a savepoint only.
    """
    with app.app_context():
        connection = db.engine.connect()
        outer = connection.begin()
        db.session.remove()
        db.session.configure(bind=connection, join_transaction_mode="create_savepoint")
        yield db.session()
        db.session.remove()
        db.session.configure(bind=None, join_transaction_mode="conditional_savepoint")
        outer.rollback()
        connection.close()
        forget_rights()  # the next test counts its changes of rights from the same number
