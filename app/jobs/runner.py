"""Runs one job: takes it exactly once, restores its actor, keeps its outcome in our own table.

The broker only carries the key of the row. A repeated message finds the row taken and does nothing.
"""

import logging
from dataclasses import dataclass
from threading import Event as Flag
from typing import Any
from uuid import uuid4

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select, update

from app.core.actor import SYSTEM, Actor, acting_as
from app.core.clock import utc_now
from app.core.db import db, declare_read_only, unit_of_work
from app.core.errors import RuleViolation
from app.core.events import announce
from app.core.i18n import gettext as _
from app.jobs.context import RunningJob
from app.jobs.liveness import hold
from app.jobs.registry import JOBS, JobKind, JobStopped
from app.security.access import load_log_in
from models.outbox import Job, JobStatus

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Order:
    job_id: int
    kind: str
    params: dict[str, Any]
    user_id: int | None


@dataclass(frozen=True, slots=True)
class _Outcome:
    status: JobStatus
    result: dict[str, Any] | None = None
    error: str | None = None


def run_job(job_id: int, stopping: Flag) -> None:
    """Run a queued job to its end and keep the outcome; do nothing if it is not (or no longer) queued.

    Args:
        stopping: set when the portal stops; the job then sees `context.cancelled`.
    """
    with hold(job_id) as is_mine:
        order = _take(job_id) if is_mine else None
        if order is None:
            return
        actor, language = _asker(order.user_id)
        with force_locale(language), acting_as(actor or SYSTEM):
            if actor is None:
                error = _("The account that asked for this task is switched off, so it was not run.")
                finish(job_id, status=JobStatus.FAILED, error=error)
                return
            _run(order, actor, stopping)


def _take(job_id: int) -> _Order | None:
    with unit_of_work() as session:
        row = session.execute(
            update(Job)
            .where(Job.id == job_id, Job.status == JobStatus.QUEUED.value)
            .values(status=JobStatus.RUNNING.value, started_at=utc_now())
            .returning(Job.id, Job.kind, Job.params, Job.user_id)
            .execution_options(synchronize_session=False)
        ).one_or_none()
    return None if row is None else _Order(*row)


def _asker(user_id: int | None) -> tuple[Actor | None, str]:
    """Return who asked, with today's rights (None: the account is off), and the language to answer in."""
    default: str = current_app.config["YINGCE_SETTINGS"].language
    if user_id is None:
        return SYSTEM, default
    with unit_of_work() as session:
        log_in = load_log_in(session, user_id, None)
    return (None, default) if log_in is None else (log_in.actor, log_in.language or default)


def language_of(user_id: int | None) -> str:
    """Return the language in which a job answers."""
    return _asker(user_id)[1]


def _run(order: _Order, actor: Actor, stopping: Flag) -> None:
    kind = JOBS.get(order.kind)
    if kind is None:
        error = _("This version of the portal does not know the task “%(kind)s”.", kind=order.kind)
        finish(order.job_id, status=JobStatus.FAILED, error=error)
        return
    context = RunningJob(job_id=order.job_id, actor=actor, is_read_only=kind.is_read_only, stopping=stopping)
    declare_read_only(kind.is_read_only)
    try:
        outcome = _outcome(kind, context, order)
    finally:
        db.session().rollback()  # whatever the job left open is not part of its outcome
        declare_read_only(False)
    if outcome is None:
        give_back(order.job_id, kind)
        return
    finish(
        order.job_id, status=outcome.status, result=outcome.result, error=outcome.error, units=context.units
    )


def _outcome(kind: JobKind, context: RunningJob, order: _Order) -> _Outcome | None:
    """Call the job's function; None means that the portal was stopped and the job did not end."""
    try:
        result = kind.function(context, **order.params)
        if not context.was_told_to_stop:
            return _Outcome(JobStatus.DONE, result=result)
        return _Outcome(JobStatus.CANCELLED, result=result) if context.is_cancelled else None
    except JobStopped:
        return _Outcome(JobStatus.CANCELLED) if context.is_cancelled else None
    except RuleViolation as refusal:
        return _Outcome(JobStatus.FAILED, error=str(refusal))
    except Exception:  # noqa: BLE001  a bug of a job ends that job: logged with a number that the person can quote
        number = uuid4().hex[:12]
        _log.exception("Job %s (%s) failed, error %s", order.job_id, kind.name, number)
        return _Outcome(
            JobStatus.FAILED,
            error=_(
                "The task ended with an error of the portal. Tell the administrator the number %(number)s.",
                number=number,
            ),
        )


def finish(
    job_id: int,
    *,
    status: JobStatus,
    result: dict[str, Any] | None = None,
    error: str | None = None,
    units: tuple[int, int] = (0, 0),
) -> None:
    """Keep the outcome of a running job, in one transaction with the announcement `job.finished`."""
    values: dict[str, Any] = {
        "status": status.value,
        "finished_at": utc_now(),
        "result": result,
        "error": error,
    }
    if units[1]:
        values |= {"done_units": units[0], "total_units": units[1]}
    with unit_of_work() as session:
        ended = session.execute(
            update(Job)
            .where(Job.id == job_id, Job.status == JobStatus.RUNNING.value)
            .values(**values)
            .returning(Job.id)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if ended is not None:
            announce(session, "job.finished", job_id=job_id, status=status.value)


def give_back(job_id: int, kind: JobKind | None) -> None:
    """Deal with a running job whose process stopped: queue it again if it may restart, else fail it."""
    if kind is None or not kind.restartable:
        error = _(
            "The portal was stopped while this task ran. What it had stored until then is kept; "
            "check it and start the task again."
        )
        finish(job_id, status=JobStatus.FAILED, error=error)
        return
    with unit_of_work() as session:
        again = session.execute(
            update(Job)
            .where(Job.id == job_id, Job.status == JobStatus.RUNNING.value)
            .values(status=JobStatus.QUEUED.value, started_at=None, done_units=0, total_units=0)
            .returning(Job.id)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if again is not None:
            announce(session, "job.queued", job_id=job_id)


def running_jobs() -> list[tuple[int, str, int | None]]:
    """Return (key, kind, account) of every job that is marked as running."""
    with unit_of_work() as session:
        rows = session.execute(
            select(Job.id, Job.kind, Job.user_id)
            .where(Job.status == JobStatus.RUNNING.value)
            .order_by(Job.id)
        ).all()
    return [(row.id, row.kind, row.user_id) for row in rows]
