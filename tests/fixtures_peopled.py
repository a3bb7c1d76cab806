"""The portal with its people already stored, for tests of pages and resources.

Rights, roles and people are made once per database instead of once per test; what a test changes is rolled
back by the `session` fixture as everywhere.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask

from app.core.db import db
from tests.conftest import postgres_database
from tests.fixtures_app import portal_on
from tests.fixtures_people import make_people


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The portal on a database with one person per role."""
    folder = tmp_path_factory.mktemp("peopled")
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'yingce.db'}"
        if request.param == "postgresql":
            url = stack.enter_context(postgres_database(request.getfixturevalue("postgres_server")))
        portal = stack.enter_context(portal_on(url, folder))
        with portal.app_context():
            make_people(portal, db.session())
            db.session.remove()
        yield portal
