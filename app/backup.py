"""Backup and restore of the database and of the attached files while the portal serves.

SQLite is copied by the database's own backup call: a plain copy of the file under writes is broken.
PostgreSQL is dumped by its own `pg_dump`, and restored by `pg_restore`. A restore needs an empty
database, and is followed by a check of the audit chain. The attached files stand beside it, in
FILE.files.tar: they are copied after the database, so that whatever it names is there. The keys are
in neither: keep the instance folder's keys apart from the data (security.md 5).
"""

import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import Engine, inspect

from app.storage import FileStore

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


def back_up_files(store: FileStore, target: Path) -> int:
    """Write the attached files beside a backup of the database and return how many there are.

    Args:
        target: the backup that was just made.

    Raises:
        BackupError: there is such a file already.
    """
    beside = files_of(target)
    if beside.exists():
        message = f"{beside} exists already; name another file."
        raise BackupError(message)
    part = beside.with_name(f"{beside.name}.part")
    part.unlink(missing_ok=True)
    count = store.pack(part)
    part.rename(beside)
    return count


def restore_files(store: FileStore, source: Path) -> int:
    """Put the files that stand beside a backup into the store and return how many there were.

    Raises:
        BackupError: a file was altered since it was attached.
    """
    beside = files_of(source)
    if not beside.is_file():
        return 0
    try:
        return store.unpack(beside)
    except ValueError as problem:
        message = f"{beside} holds a file that was altered: {problem}"
        raise BackupError(message) from problem


def files_of(backup: Path) -> Path:
    """Return where the files of a backup stand."""
    return backup.with_name(f"{backup.name}.files.tar")


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
