"""Database migrations by program: one head, one process at a time, a backup before each upgrade on SQLite."""

import fcntl
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from app.core.clock import utc_now

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
_LOCK_NUMBER = 7_215_001
_KEEP_BACKUPS = 5


def alembic_config() -> Config:
    """Return Alembic's configuration without a file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    return config


def head_revision() -> str | None:
    """Return the newest revision that this code knows."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def current_revision(engine: Engine) -> str | None:
    """Return the revision that the database is at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def single_process(engine: Engine, instance: Path) -> Iterator[None]:
    """Let one process at a time prepare the database; the others wait."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": _LOCK_NUMBER})
            connection.commit()
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": _LOCK_NUMBER})
                connection.commit()
        return
    with (instance / "prepare.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def upgrade(engine: Engine, instance: Path, revision: str = "head") -> bool:
    """Bring the database to a revision; returns whether anything had to be done."""
    before = current_revision(engine)
    if revision == "head" and before == head_revision():
        return False
    if before is not None:
        _back_up(engine, instance)
    _run(engine, lambda config: command.upgrade(config, revision))
    return True


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to a revision."""
    _run(engine, lambda config: command.downgrade(config, revision))


def revise(engine: Engine, message: str) -> None:
    """Write a new migration from the difference between models and database."""
    _run(engine, lambda config: command.revision(config, message=message, autogenerate=True))


def _run(engine: Engine, action: Callable[[Config], object]) -> None:
    config = alembic_config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        action(config)
        connection.commit()


def _back_up(engine: Engine, instance: Path) -> None:
    """Copy the SQLite file by the database's own backup call, which is safe under writes; keep the last five."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    folder = instance / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"before-upgrade-{utc_now():%Y%m%dT%H%M%SZ}.db"
    with sqlite3.connect(engine.url.database) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    for old in sorted(folder.glob("before-upgrade-*.db"))[:-_KEEP_BACKUPS]:
        old.unlink()
