"""Fills a database with the data set, as fast as the database allows: without indexes, then with them."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from app.core.db import db
from app.factory import create_app
from app.search.index import create_search, drop_search, reindex, searched_models
from config import Settings
from migrations.triggers import create_triggers
from models.base import FabModel
from tests.benchmarks.company import Sizes
from tests.benchmarks.data import TABLES, Table
from tests.benchmarks.people import store_people

Tell = Callable[[str], None]


def build(url: str, instance: Path, sizes: Sizes, tell: Tell) -> None:
    """Make the schema and store all rows.

    Args:
        url: address of an empty database.
        instance: the portal's folder of keys.
        tell: takes a line about the progress.
    """
    app = create_app(
        Settings.from_environment({"YINGCE_INSTANCE": str(instance), "YINGCE_DATABASE_URL": url})
    )
    with app.app_context():
        FabModel.metadata.create_all(db.engine)
        with db.engine.begin() as connection:
            create_triggers(connection)
        store_people()
        # the peer's own tables while the database is small: on SQLite each of its migrations checks every row
        subprocess.run([sys.executable, "-m", "tests.benchmarks.peer", url], check=True)
        db.session.remove()
        _without_indexes(url, sizes, tell)
        db.engine.dispose()


def _without_indexes(url: str, sizes: Sizes, tell: Tell) -> None:
    tables = [FabModel.metadata.tables[table.name] for table in TABLES]
    indexes = [index for table in tables for index in table.indexes]
    with db.engine.begin() as connection:
        drop_search(connection)
        for index in indexes:
            index.drop(connection, checkfirst=True)
    db.engine.dispose()
    address = make_url(url)
    is_sqlite = address.get_backend_name() == "sqlite"
    for table in TABLES:
        start = time.perf_counter()
        if is_sqlite:
            _into_sqlite(str(address.database), table, sizes)
        else:
            _into_postgresql(url.replace("+psycopg", ""), table, sizes)
        tell(f"{table.name}: {sizes.of(table.name):,} rows in {time.perf_counter() - start:.0f} s")
    start = time.perf_counter()
    with db.engine.begin() as connection:
        for index in indexes:
            index.create(connection)
        create_search(connection)
        for model in searched_models():
            if inspect(model).local_table.name in {table.name for table in TABLES}:
                reindex(connection, model)
    if not is_sqlite:  # which has no statistics of its own accord, and the portal asks for none
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    tell(f"indexes in {time.perf_counter() - start:.0f} s")


def _into_sqlite(path: str, table: Table, sizes: Sizes) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-200000"):
        connection.execute(f"PRAGMA {pragma}")
    marks = ", ".join("?" * len(table.columns))
    connection.execute("BEGIN")
    connection.executemany(
        f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})",
        _texts(table, sizes),
    )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _texts(table: Table, sizes: Sizes) -> Iterator[tuple[object, ...]]:
    def stored(at: datetime) -> str:
        return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")

    for row in table.rows(sizes, stored):
        yield tuple(value.isoformat() if hasattr(value, "isoformat") else value for value in row)


def _into_postgresql(url: str, table: Table, sizes: Sizes) -> None:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the rows fit; no foreign key is looked up
        columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
        with cursor.copy(
            sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
        ) as copy:
            for row in table.rows(sizes, lambda at: at):
                copy.write_row(row)
        cursor.execute(
            sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT max(id) FROM {}))").format(
                sql.Literal(table.name), sql.Identifier(table.name)
            )
        )
