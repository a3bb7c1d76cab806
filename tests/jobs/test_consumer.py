"""The threads: a committed job is run within two seconds, and the portal stops within two."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from huey import PostgresHuey, RedisHuey, SqliteHuey
from sqlalchemy import select

from app.core.actor import SYSTEM
from app.core.db import db, unit_of_work
from app.core.events import announce
from app.jobs.consumer import JobConsumer, start_inline_consumer
from app.jobs.outbox import HANDLERS, Delivery, handles
from app.jobs.queue import make_huey, queue_of
from app.jobs.registry import JobContext, JobKind, enqueue, job
from models.outbox import Job, JobStatus, OutboxMessage
from tests.jobs.portal import make_portal, where
from tests.jobs.steps import wait_for
from tests.jobs.test_jobs import ask, stored

ROOT = Path(__file__).resolve().parents[2]
Starter = Callable[..., JobConsumer]


@pytest.fixture
def start(portal: Flask) -> Iterator[Starter]:
    """Start consumers that end with the test."""
    started: list[JobConsumer] = []

    def start_one(app: Flask = portal) -> JobConsumer:
        started.append(start_inline_consumer(app))
        return started[-1]

    yield start_one
    for consumer in started:
        consumer.stop()


def is_done(job_id: int) -> bool:
    return bool(stored(job_id).status == JobStatus.DONE.value)


def is_outbox_empty() -> bool:
    waiting = db.session.scalars(select(OutboxMessage.id).where(OutboxMessage.delivered_at.is_(None))).all()
    db.session.rollback()
    return not waiting


def test_a_committed_job_runs_within_two_seconds(
    portal: Flask,
    jobs: dict[str, JobKind],
    start: Starter,
    record_property: Callable[[str, object], None],
) -> None:
    threads: list[str] = []

    @job("test-quick")
    def quick(context: JobContext) -> dict[str, Any]:
        threads.append(threading.current_thread().name)
        context.progress(1, 1)
        return {"done": True}

    consumer = start()
    wait_for(lambda: "yingce_queue" in portal.extensions, 5)
    time.sleep(1.5)  # idle workers look least often now
    waits = []
    for _ in range(3):
        job_id = ask("test-quick")
        waits.append(wait_for(lambda key=job_id: is_done(key), 2))  # type: ignore[misc]
    record_property("seconds from commit to done", max(waits))
    assert all(name.startswith("Worker-") for name in threads)
    started = time.monotonic()
    assert consumer.stop()
    assert time.monotonic() - started < 2


def test_many_jobs_are_each_run_once(portal: Flask, jobs: dict[str, JobKind], start: Starter) -> None:
    ran: list[int] = []
    job("test-many")(lambda context, *, number: ran.append(number))
    start()
    with unit_of_work():
        for number in range(40):
            enqueue(SYSTEM, "test-many", {"number": number})

    def is_all_done() -> bool:
        statuses = set(db.session.scalars(select(Job.status)))
        db.session.rollback()  # a reader that stays open keeps SQLite's writers waiting
        return statuses == {JobStatus.DONE.value}

    wait_for(is_all_done, 20)
    assert sorted(ran) == list(range(40))


def test_a_stop_fails_what_cannot_start_again_and_queues_the_rest(
    portal: Flask, jobs: dict[str, JobKind], start: Starter
) -> None:
    def until_told(context: JobContext) -> None:
        while not context.cancelled:
            time.sleep(0.01)

    job("test-once-only")(until_told)
    job("test-restartable", restartable=True)(until_told)
    consumer = start()
    first, second = ask("test-once-only"), ask("test-restartable")
    wait_for(lambda: {stored(key).status for key in (first, second)} == {JobStatus.RUNNING.value}, 5)
    started = time.monotonic()
    assert consumer.stop()
    assert time.monotonic() - started < 2
    assert stored(first).status == JobStatus.FAILED.value
    assert stored(first).error is not None
    assert stored(second).status == JobStatus.QUEUED.value


def test_a_job_that_does_not_listen_does_not_keep_the_portal_from_stopping(
    portal: Flask, jobs: dict[str, JobKind], start: Starter
) -> None:
    release = threading.Event()

    @job("test-deaf")
    def deaf(_context: JobContext) -> None:
        release.wait(30)

    consumer = start()
    job_id = ask("test-deaf")
    wait_for(lambda: stored(job_id).status == JobStatus.RUNNING.value, 5)
    started = time.monotonic()
    assert not consumer.stop(1.0)
    assert time.monotonic() - started < 2
    release.set()
    wait_for(lambda: stored(job_id).status == JobStatus.DONE.value, 5)
    assert consumer.stop()


def test_messages_are_delivered_while_the_broker_is_away(
    portal: Flask, tmp_path: Path, start: Starter
) -> None:
    database_url, _ = where(portal)
    away = make_portal(
        database_url, tmp_path / "instance", queue_url=f"sqlite:///{tmp_path}/no/such/folder/q.db"
    )
    seen: list[int] = []

    @handles("test.thing")
    def keep(delivery: Delivery) -> None:
        seen.append(delivery.id)

    try:
        consumer = start(away)
        with unit_of_work() as session:
            announce(session, "test.thing")
        wait_for(lambda: seen, 5)
    finally:
        HANDLERS[:] = [handler for handler in HANDLERS if handler.function is not keep]
        consumer.stop()
        with away.app_context():
            db.engine.dispose()


def test_a_message_that_is_not_signed_is_never_unpickled(
    portal: Flask, start: Starter, tmp_path: Path
) -> None:
    trap = tmp_path / "sprung"

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (trap,))

    queue = queue_of(portal)
    queue.huey.storage.enqueue(pickle.dumps(Trap()))
    start()
    wait_for(lambda: queue.huey.pending_count() == 0, 5)
    time.sleep(0.3)
    assert not trap.exists()


def test_the_queue_follows_its_address(portal: Flask, tmp_path: Path) -> None:
    secret = "s" * 32
    assert isinstance(make_huey(f"sqlite:///{tmp_path / 'q.db'}", secret=secret), SqliteHuey)
    assert (tmp_path / "q.db").exists()
    redis = make_huey("redis://localhost:6379/3", secret=secret)
    assert isinstance(redis, RedisHuey)
    assert redis.storage.conn.connection_pool.connection_kwargs["db"] == 3
    database_url, _ = where(portal)
    if database_url.startswith("postgresql"):
        assert isinstance(make_huey(database_url, secret=secret), PostgresHuey)
    with pytest.raises(ValueError, match="amqp"):
        make_huey("amqp://localhost", secret=secret)


WORKER = """
import sys
from pathlib import Path
from app.jobs.commands import worker
from app.jobs.registry import job
from tests.jobs.portal import make_portal

portal = make_portal(sys.argv[1], Path(sys.argv[2]))
portal.cli.add_command(worker)

@job("test-outside")
def outside(context):
    return {"ran": True}

portal.cli.main(args=["worker"], obj=__import__("flask.cli").cli.ScriptInfo(create_app=lambda: portal))
"""


def test_a_worker_of_its_own_runs_the_jobs_of_the_portal(portal: Flask, jobs: dict[str, JobKind]) -> None:
    job("test-outside")(lambda context: None)
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, *where(portal)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "2 workers wait for jobs.\n"
            job_id = ask("test-outside")
            wait_for(lambda: is_done(job_id), 10)
            assert stored(job_id).result == {"ran": True}
            wait_for(is_outbox_empty, 5)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
