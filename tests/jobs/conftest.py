"""A fresh portal per test and database, without handlers and jobs of other tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.core.db import db
from app.jobs import outbox, registry
from tests.jobs.portal import make_portal, make_tables


@pytest.fixture
def portal(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """A portal with tables and without data, in an app context."""
    portal = make_portal(database_url, tmp_path / "instance")
    make_tables(portal)
    with portal.app_context():
        yield portal
        db.session.remove()
        db.engine.dispose()
    queue = portal.extensions.get("yingce_queue")
    if queue is not None:
        queue.close()


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
