"""What can be asked to run in the background: a name, a function, and what happens after a crash.

    @job("export-list", label=_l("List export"), is_read_only=True)
    def export_list(context: JobContext, *, screen: str) -> dict[str, Any] | None: ...

The function does its work in units of work of its own and commits in portions: on SQLite nobody
else can write while it holds a transaction open.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import update

from app.core.actor import Actor
from app.core.clock import utc_now
from app.core.db import db
from app.core.errors import NotFound, WrongState
from app.core.events import announce
from app.core.i18n import lazy_gettext as _l
from models.outbox import Job, JobStatus

CANCEL_ANY = ("can_cancel", "JobView")
"""The right to stop another person's job; one's own may always be stopped."""


class JobContext(Protocol):
    """What a running job is told and may tell."""

    @property
    def actor(self) -> Actor:
        """The person who asked for the job, with today's rights."""

    @property
    def cancelled(self) -> bool:
        """Whether the job shall stop now: somebody cancelled it, or the portal is being stopped."""

    def progress(self, done: int, total: int) -> None:
        """Tell how many of how many units (rows, pages) are done; cheap enough for every row."""

    def stop_if_cancelled(self) -> None:
        """Raise JobStopped if the job shall stop now."""


class JobStopped(Exception):  # an outcome, not an error
    """Raised inside a job that stops because it was told to."""


JobFunction = Callable[..., "dict[str, Any] | None"]


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of background job.

    Attributes:
        label: lazy name for people.
        restartable: it may run again from the start when the process died in the middle of it.
        is_read_only: it only reads; on SQLite it then never keeps writers waiting.
        is_nightly: it is asked for once each night, by the system, without parameters.
    """

    name: str
    label: Any
    function: JobFunction
    restartable: bool
    is_read_only: bool
    is_nightly: bool


JOBS: dict[str, JobKind] = {}
"""Every registered kind by name."""


def job(
    name: str,
    *,
    label: Any | None = None,
    restartable: bool = False,
    is_read_only: bool = False,
    is_nightly: bool = False,
) -> Callable[[JobFunction], JobFunction]:
    """Register `run(context: JobContext, **params) -> dict | None` under a name; see JobKind.

    Raises:
        ValueError: the name is taken by another function.
    """

    def register(function: JobFunction) -> JobFunction:
        if name in JOBS:
            message = f"two jobs are named {name!r}"
            raise ValueError(message)
        JOBS[name] = JobKind(name, label or name, function, restartable, is_read_only, is_nightly)
        return function

    return register


def enqueue(actor: Actor, kind: str, params: Mapping[str, Any] | None = None) -> Job:
    """Ask for a job in the caller's transaction; the queue is told after the commit.

    Args:
        kind: name of a registered job.
        params: JSON-ready keyword arguments of its function.

    Returns:
        The row, with its key, from which progress and result are read.

    Raises:
        LookupError: no such job is registered.
    """
    if kind not in JOBS:
        message = f"no job is named {kind!r}"
        raise LookupError(message)
    session = db.session()
    row = Job(kind=kind, params=dict(params or {}), user_id=actor.user_id)
    session.add(row)
    session.flush()
    announce(session, "job.queued", job_id=row.id)
    return row


def cancel(actor: Actor, *, job_id: int) -> None:
    """Stop a job: at once if it still waits, else at its next look at `context.cancelled`.

    Raises:
        NotFound: there is no such job, or it is somebody else's.
        WrongState: it has already ended.
    """
    session = db.session()
    row = session.get(Job, job_id)
    if row is None or not (row.user_id == actor.user_id or actor.may(*CANCEL_ANY)):
        raise NotFound("job-not-found", _l("There is no such task."))
    at_once = {"status": JobStatus.CANCELLED.value, "finished_at": utc_now()}
    if not (
        _change(job_id, JobStatus.QUEUED, at_once)
        or _change(job_id, JobStatus.RUNNING, {"cancel_requested": True})
    ):
        raise WrongState("job-ended", _l("The task has already ended."))
    session.refresh(row)


def _change(job_id: int, status: JobStatus, values: dict[str, Any]) -> bool:
    """Change a job that is still in this status, whoever else looks at it right now."""
    statement = (
        update(Job).where(Job.id == job_id, Job.status == status.value).values(**values).returning(Job.id)
    )
    changed = db.session().execute(statement.execution_options(synchronize_session=False)).one_or_none()
    return changed is not None
