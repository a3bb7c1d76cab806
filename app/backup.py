"""Backup and restore of the database while the portal serves.

SQLite is copied by the database's own backup call: a plain copy of the file under writes is broken.
PostgreSQL is dumped by its own `pg_dump`, and restored by `pg_restore`. A restore needs an empty
database, and is followed by a check of the audit chain. Keys and uploaded files are not in it: keep
the instance folder's keys apart from the data (security.md 5), and the files as files.
"""

import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import Engine, inspect

_TOOLS_HINT = "Install PostgreSQL's client programs (Debian: apt-get install postgresql-client)."


class BackupError(Exception):
    """The backup or the restore could not be made; the text says why and what to do."""


def back_up(engine: Engine, target: Path) -> int:
    """Write a consistent copy of the database; returns its size in bytes.

    Raises:
        BackupError: the file exists, or the database's own tool is missing or failed.
    """
    if target.exists():
        message = f"{target} exists already; name another file."
        raise BackupError(message)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    if engine.dialect.name == "sqlite":
        with sqlite3.connect(str(engine.url.database)) as source, sqlite3.connect(part) as copy:
            source.backup(copy)
        source.close()
        copy.close()
    else:
        _run("pg_dump", "--format=custom", "--no-owner", f"--file={part}", _address(engine))
    part.rename(target)
    return target.stat().st_size


def restore(engine: Engine, source: Path) -> None:
    """Fill an empty database from a backup.

    Raises:
        BackupError: there is no such file, the database is not empty, or the tool failed.
    """
    if not source.is_file():
        message = f"{source} does not exist."
        raise BackupError(message)
    if inspect(engine).get_table_names():
        message = "The database is not empty; a backup is restored into an empty one only."
        raise BackupError(message)
    if engine.dialect.name == "sqlite":
        engine.dispose()
        with (
            sqlite3.connect(f"file:{source}?mode=ro", uri=True) as stored,
            sqlite3.connect(str(engine.url.database)) as target,
        ):
            stored.backup(target)
        stored.close()
        target.close()
    else:
        _run(
            "pg_restore",
            "--no-owner",
            "--exit-on-error",
            "--single-transaction",
            f"--dbname={_address(engine)}",
            str(source),
        )


def _address(engine: Engine) -> str:
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _run(tool: str, *arguments: str) -> None:
    path = shutil.which(tool)
    if path is None:
        message = f"{tool} is not on this machine. {_TOOLS_HINT}"
        raise BackupError(message)
    done = subprocess.run([path, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        message = f"{tool} failed: {reason}"
        raise BackupError(message)
