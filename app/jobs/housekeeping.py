"""What the relay looks after once a minute, and what is done once a night."""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Flask, current_app
from flask_babel import force_locale
from sqlalchemy import delete, exists, select

from app.core.actor import SYSTEM, acting_as
from app.core.clock import company_zone, utc_now
from app.core.db import db, unit_of_work
from app.core.i18n import lazy_gettext as _l
from app.jobs.liveness import is_held
from app.jobs.queue import queue_of
from app.jobs.registry import JOBS, JobContext, enqueue, job
from app.jobs.runner import give_back, language_of, running_jobs
from app.storage import attachment_store
from models.attachments import Attachment
from models.outbox import Job, JobStatus, Notice, OutboxMessage

NIGHT = time(2, 30)
"""Nightly jobs are asked for at this time of the company's day, or later if the portal was off."""
LOST_AFTER = timedelta(seconds=60)
"""A job that waits so long while the broker is empty was lost by the broker."""
KEEP_DELIVERED = timedelta(days=30)
_PORTION = 1000


def recover() -> int:
    """Deal with every job whose process died: restart it or mark it as failed; return how many."""
    dead = [row for row in running_jobs() if not is_held(row[0])]
    for job_id, kind, user_id in dead:
        with force_locale(language_of(user_id)), acting_as(SYSTEM):
            give_back(job_id, JOBS.get(kind))
    return len(dead)


def push_lost(app: Flask) -> int:
    """Hand jobs to the broker again that it lost (a worker died between taking and starting one)."""
    with unit_of_work() as session:
        waiting = session.scalars(
            select(Job.id)
            .where(Job.status == JobStatus.QUEUED.value, Job.created_at < utc_now() - LOST_AFTER)
            .order_by(Job.id)
        ).all()
    queue = queue_of(app)
    if not waiting or queue.huey.pending_count():
        return 0
    for job_id in waiting:
        queue.push(job_id)
    return len(waiting)


def start_nightly(app: Flask, now: datetime) -> list[str]:
    """Ask for tonight's jobs, once per business day whatever the number of processes; return their names."""
    local = now.astimezone(company_zone())
    if local.time() < NIGHT:
        return []
    huey = queue_of(app).huey
    started = []
    for kind in [kind for kind in JOBS.values() if kind.is_nightly]:
        if huey.put_if_empty(_night_key(kind.name, local.date()), 1):
            try:
                with unit_of_work():
                    enqueue(SYSTEM, kind.name)
            except BaseException:
                huey.delete(_night_key(kind.name, local.date()))
                raise
            huey.delete(_night_key(kind.name, local.date() - timedelta(days=2)))
            started.append(kind.name)
    return started


def _night_key(kind: str, day: date) -> str:
    return f"nightly:{kind}:{day.isoformat()}"


@job("purge-outbox", label=_l("Remove delivered messages"), restartable=True, is_nightly=True)
def purge_outbox(context: JobContext) -> dict[str, Any]:
    """Remove messages delivered more than 30 days ago that no notice refers to, in small portions."""
    old = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.delivered_at < utc_now() - KEEP_DELIVERED,
            ~exists().where(Notice.message_id == OutboxMessage.id),
        )
        .order_by(OutboxMessage.id)
        .limit(_PORTION)
    )
    removed = 0
    while not context.cancelled:
        with unit_of_work() as session:
            keys = session.scalars(old).all()
            session.execute(
                delete(OutboxMessage)
                .where(OutboxMessage.id.in_(keys))
                .execution_options(synchronize_session=False)
            )
        removed += len(keys)
        if len(keys) < _PORTION:
            break
    return {"removed": removed}


@job("sweep-files", label=_l("Remove files that no record names"), restartable=True, is_nightly=True)
def sweep_files(context: JobContext) -> dict[str, Any]:
    """Remove contents older than a day that no attachment names: their transaction was never committed."""
    store = attachment_store(current_app.config["YINGCE_SETTINGS"].storage_url)
    named = set(db.session.scalars(select(Attachment.sha256).distinct()))
    return {"removed": store.sweep(named)}
