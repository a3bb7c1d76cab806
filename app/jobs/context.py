"""How a running job tells its progress and hears that it shall stop, in transactions of its own."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.db import db, declare_read_only
from app.jobs.registry import JobStopped
from models.outbox import Job

WRITE_EVERY = 0.25
"""Progress is written at most so often, in seconds."""
LOOK_EVERY = 0.5
"""The cancel flag is read at most so often, in seconds."""

_log = logging.getLogger(__name__)


class RunningJob:
    """The `JobContext` of one run.

    Its writes never join the job's own transaction: they must be seen while the job runs and must
    survive its rollback. On SQLite a job that holds an open write transaction would wait for
    itself, so its progress is then kept until it has committed its portion.
    """

    def __init__(self, *, job_id: int, actor: Actor, is_read_only: bool, stopping: Flag) -> None:
        """Take the job's key, who asked for it, and the flag that is set when the portal stops."""
        self._job_id = job_id
        self._actor = actor
        self._is_read_only = is_read_only
        self._stopping = stopping
        self._written_at = 0.0
        self._looked_at = 0.0
        self._units = (0, 0)
        self._is_cancelled = False
        self._was_told = False

    @property
    def actor(self) -> Actor:
        """The person who asked for the job."""
        return self._actor

    @property
    def units(self) -> tuple[int, int]:
        """The units done and in total as last told, also those not yet written."""
        return self._units

    @property
    def was_told_to_stop(self) -> bool:
        """Whether the job has seen `cancelled` as True, so that its return is no completion."""
        return self._was_told

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody cancelled the job, as last read."""
        return self._is_cancelled

    @property
    def cancelled(self) -> bool:
        """Whether the job shall stop now, for whichever reason."""
        if not self._is_cancelled and time.monotonic() - self._looked_at >= LOOK_EVERY:
            self._looked_at = time.monotonic()
            with self._own_transaction(is_read_only=True) as session:
                self._is_cancelled = bool(
                    session.scalar(select(Job.cancel_requested).where(Job.id == self._job_id))
                )
        self._was_told = self._is_cancelled or self._stopping.is_set()
        return self._was_told

    def stop_if_cancelled(self) -> None:
        """Raise JobStopped if the job shall stop now."""
        if self.cancelled:
            raise JobStopped

    def progress(self, done: int, total: int) -> None:
        """Tell how many of how many units are done."""
        self._units = (max(done, 0), max(total, 0))
        is_early = time.monotonic() - self._written_at < WRITE_EVERY and done < total
        if is_early or self._holds_the_only_writer():
            return
        self._written_at = time.monotonic()
        try:
            with self._own_transaction(is_read_only=False) as session:
                session.execute(
                    update(Job)
                    .where(Job.id == self._job_id)
                    .values(done_units=self._units[0], total_units=self._units[1])
                    .execution_options(synchronize_session=False)
                )
        except OperationalError:  # a busy database must not end the job for the sake of its progress bar
            _log.warning("Progress of job %s was not written", self._job_id, exc_info=True)

    def _holds_the_only_writer(self) -> bool:
        bind = db.session().get_bind()
        return (
            isinstance(bind, Engine)
            and bind.dialect.name == "sqlite"
            and not self._is_read_only
            and db.session().in_transaction()
        )

    @contextmanager
    def _own_transaction(self, *, is_read_only: bool) -> Iterator[Session]:
        declare_read_only(is_read_only)
        try:
            bind = db.session().get_bind()
            with Session(bind=bind, join_transaction_mode="create_savepoint") as session, session.begin():
                yield session
        finally:
            declare_read_only(self._is_read_only)
