"""The one database object, how each engine is set up, and the one place that commits.

SQLite (docs/adr/0002): WAL; foreign keys on; `BEGIN IMMEDIATE` for whoever means to write, because
a read transaction that turns into a write fails under load instead of waiting; recursive triggers
on, so that INSERT OR REPLACE cannot slip past an append-only trigger.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from app.core.events import publish_after_commit


class BindableSession(FlaskSession):
    """The extension's session, which also obeys an explicit bind: tests bind it to one connection."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        """Return the explicit bind if there is one, else the portal's engine."""
        return self.bind if self.bind is not None else super().get_bind(*args, **kwargs)


db = SQLAlchemy(session_options={"class_": BindableSession})

_read_only: ContextVar[bool] = ContextVar("read_only_transaction", default=False)


def declare_read_only(value: bool) -> None:
    """Say whether this context only reads (a GET request); decides how SQLite begins."""
    _read_only.set(value)


@event.listens_for(Engine, "connect")
def _set_up_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # SQLAlchemy's "begin" event below decides how to begin
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "busy_timeout=10000",
        "cache_size=-16000",
        "mmap_size=268435456",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN" if _read_only.get() else "BEGIN IMMEDIATE")


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Commit everything done inside, or nothing; then let the after-commit events run.

    This is the only place that commits on behalf of a request, a job or a command. Nested use joins
    the outer unit, so that a service composed of others stays one transaction.
    """
    session: Session = db.session()
    if session.info.get("unit_depth", 0):
        yield session
        return
    session.info["unit_depth"] = 1
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["unit_depth"] = 0
    publish_after_commit(session)
