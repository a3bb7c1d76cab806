"""Whether a job is truly running somewhere: a lock that the operating system frees with the process.

PostgreSQL: a session-level advisory lock on a connection that the job keeps for itself; the server
frees it when the connection ends. SQLite (one machine by nature): a locked file in the data folder.
No heartbeat has to be written, and a killed process is noticed without waiting for a time limit.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app
from sqlalchemy import text

from app.core.db import db

_LOCK_CLASS = 0x4A4F42
"""First key of the advisory locks: the portal's jobs ("JOB")."""


def _is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


@contextmanager
def hold(job_id: int) -> Iterator[bool]:
    """Hold the lock of a running job; yields False if another process or thread holds it."""
    keeper = _hold_advisory(job_id) if _is_postgresql() else _hold_file(job_id)
    with keeper as is_mine:
        yield is_mine


def is_held(job_id: int) -> bool:
    """Whether some process runs the job now."""
    if not _is_postgresql() and not _lock_file(job_id).exists():
        return False
    with hold(job_id) as is_mine:
        return not is_mine


@contextmanager
def _hold_advisory(job_id: int) -> Iterator[bool]:
    keys = {"class": _LOCK_CLASS, "job": job_id}
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_mine = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:class, :job)"), keys))
        try:
            yield is_mine
        finally:
            if is_mine:
                connection.execute(text("SELECT pg_advisory_unlock(:class, :job)"), keys)


@contextmanager
def _hold_file(job_id: int) -> Iterator[bool]:
    path = _lock_file(job_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        is_mine = _try_lock(handle)
        try:
            yield is_mine
        finally:
            if is_mine:
                path.unlink(missing_ok=True)
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(handle).st_nlink > 0  # else its holder removed the file while we waited to open it


def _lock_file(job_id: int) -> Path:
    instance: Path = current_app.config["YINGCE_SETTINGS"].instance
    return instance / "locks" / f"job-{job_id}.lock"
