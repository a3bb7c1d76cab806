"""Background jobs: asked for with the business rows, run once, told, stopped, failed, and after a crash."""

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core.actor import SYSTEM, Actor, current_actor
from app.core.clock import frozen_at, utc_now
from app.core.db import db, unit_of_work
from app.core.errors import NotFound, RuleViolation, WrongState
from app.jobs.housekeeping import push_lost, recover, start_nightly
from app.jobs.liveness import hold, is_held
from app.jobs.queue import queue_of
from app.jobs.registry import JOBS, JobContext, JobKind, cancel, enqueue, job
from app.jobs.runner import run_job
from models.outbox import Job, JobStatus, OutboxMessage
from models.users import PortalUser
from tests.jobs.portal import make_user, where
from tests.jobs.steps import broken_off, wait_for

ROOT = Path(__file__).resolve().parents[2]


def ask(kind: str, actor: Actor = SYSTEM, **params: Any) -> int:
    with unit_of_work():
        return enqueue(actor, kind, params).id


def run(job_id: int) -> Job:
    run_job(job_id, threading.Event())
    return stored(job_id)


def stored(job_id: int) -> Job:
    db.session.rollback()
    row = db.session.get(Job, job_id, populate_existing=True)
    assert row is not None
    db.session.expunge(row)
    db.session.rollback()
    return row


def person(name: str) -> Actor:
    return Actor(user_id=make_user(name), name=name)


def test_asking_is_part_of_the_callers_transaction(portal: Flask, jobs: dict[str, JobKind]) -> None:
    job("test-nothing")(lambda context: None)
    with broken_off(unit_of_work(), db.session()):
        enqueue(SYSTEM, "test-nothing")
    assert db.session.scalars(select(Job.id)).all() == []
    assert db.session.scalars(select(OutboxMessage.id)).all() == []
    db.session.rollback()
    job_id = ask("test-nothing")
    message = db.session.scalars(select(OutboxMessage)).one()
    assert (message.topic, message.payload) == ("job.queued", {"job_id": job_id})
    assert queue_of(portal).huey.pending_count() == 0, "the broker is told after the commit, by the relay"


def test_an_unknown_job_cannot_be_asked_for(portal: Flask) -> None:
    with pytest.raises(LookupError), unit_of_work():
        enqueue(SYSTEM, "no-such-job")


def test_two_jobs_cannot_have_one_name(jobs: dict[str, JobKind]) -> None:
    job("test-name")(lambda context: None)
    with pytest.raises(ValueError, match="test-name"):
        job("test-name")(lambda context: None)


@pytest.mark.parametrize("is_read_only", [False, True])
def test_a_job_runs_as_its_asker_and_tells_its_progress(
    portal: Flask, jobs: dict[str, JobKind], is_read_only: bool
) -> None:
    seen: list[tuple[Actor, int, int]] = []

    @job("test-count", is_read_only=is_read_only)
    def count(context: JobContext, *, upto: int) -> dict[str, Any]:
        for number in range(1, upto + 1):
            db.session.scalars(select(PortalUser.id)).all()
            db.session.rollback()
            context.progress(number, upto)
            if number == 1:
                seen.append((current_actor(), *told(portal)))
        assert current_actor() == context.actor
        return {"counted": upto}

    asker = person("asker")
    row = run(ask("test-count", asker, upto=4))
    assert (row.status, row.result, row.error) == (JobStatus.DONE.value, {"counted": 4}, None)
    assert (row.done_units, row.total_units) == (4, 4)
    assert row.started_at is not None
    assert row.finished_at is not None
    assert row.started_at <= row.finished_at
    actor, done, total = seen[0]
    assert actor.user_id == asker.user_id
    assert (done, total) == (1, 4), "others see the progress while the job runs"
    assert current_actor() == SYSTEM


def told(portal: Flask) -> tuple[int, int]:
    """Return the progress of the only job as another connection sees it."""
    with db.engine.connect() as connection:
        row = connection.execute(select(Job.done_units, Job.total_units)).one()
    return row.done_units, row.total_units


def test_progress_inside_an_open_transaction_does_not_block_the_job(
    portal: Flask, jobs: dict[str, JobKind]
) -> None:
    @job("test-portion")
    def portion(context: JobContext) -> None:
        with unit_of_work() as session:
            session.add(Job(kind="a row of the job"))
            session.flush()
            context.progress(1, 2)
            assert not context.cancelled
        context.progress(2, 2)

    started = utc_now()
    row = run(ask("test-portion"))
    assert (row.status, row.done_units) == (JobStatus.DONE.value, 2)
    assert utc_now() - started < timedelta(seconds=3), "it waited for its own lock"


def test_what_a_job_left_open_is_rolled_back_and_its_progress_kept(
    portal: Flask, jobs: dict[str, JobKind]
) -> None:
    @job("test-bug")
    def bug(context: JobContext) -> None:
        context.progress(3, 9)
        db.session.add(Job(kind="half"))
        db.session.flush()
        raise ZeroDivisionError("the customer's secret")

    row = run(ask("test-bug"))
    assert row.status == JobStatus.FAILED.value
    assert row.error is not None
    assert row.error.startswith("The task ended with an error of the portal.")
    assert "secret" not in row.error
    assert (row.done_units, row.total_units) == (3, 9)
    assert db.session.scalars(select(Job.kind)).all() == ["test-bug"]


def test_a_refusal_is_told_in_its_own_words(portal: Flask, jobs: dict[str, JobKind]) -> None:
    @job("test-refused")
    def refuse(_context: JobContext) -> None:
        raise RuleViolation("too-many", "Choose fewer than 100,000 rows.")

    row = run(ask("test-refused"))
    assert (row.status, row.error) == (JobStatus.FAILED.value, "Choose fewer than 100,000 rows.")


def test_a_repeated_message_runs_a_job_once(portal: Flask, jobs: dict[str, JobKind]) -> None:
    runs: list[int] = []
    job("test-once")(lambda context: runs.append(1))
    job_id = ask("test-once")
    run(job_id)
    run(job_id)
    assert runs == [1]


def test_two_workers_never_run_one_job_at_once(portal: Flask, jobs: dict[str, JobKind]) -> None:
    runs: list[str] = []
    job("test-race")(lambda context: runs.append(threading.current_thread().name))
    for _ in range(5):
        job_id = ask("test-race")
        gate = threading.Barrier(4)

        def work(key: int = job_id, gate: threading.Barrier = gate) -> None:
            with portal.app_context():
                gate.wait()
                run_job(key, threading.Event())

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        # all four may have found the lock held by the loser of a moment ago: then the job still waits
        if stored(job_id).status == JobStatus.QUEUED.value:
            run(job_id)
    assert len(runs) == 5


def test_a_job_of_an_account_that_is_off_is_not_run(portal: Flask, jobs: dict[str, JobKind]) -> None:
    runs: list[int] = []
    job("test-off")(lambda context: runs.append(1))
    asker = person("leaver")
    job_id = ask("test-off", asker)
    with unit_of_work() as session:
        session.execute(update(PortalUser).where(PortalUser.id == asker.user_id).values(active=False))
    row = run(job_id)
    assert (row.status, runs) == (JobStatus.FAILED.value, [])
    assert row.error == "The account that asked for this task is switched off, so it was not run."


def test_a_kind_that_is_gone_fails_with_its_name(portal: Flask, jobs: dict[str, JobKind]) -> None:
    job("test-gone")(lambda context: None)
    job_id = ask("test-gone")
    del JOBS["test-gone"]
    assert run(job_id).error == "This version of the portal does not know the task “test-gone”."


def test_a_waiting_job_is_cancelled_at_once_and_never_runs(portal: Flask, jobs: dict[str, JobKind]) -> None:
    runs: list[int] = []
    job("test-waiting")(lambda context: runs.append(1))
    asker = person("asker")
    job_id = ask("test-waiting", asker)
    with unit_of_work():
        cancel(asker, job_id=job_id)
    assert run(job_id).status == JobStatus.CANCELLED.value
    assert runs == []
    with pytest.raises(WrongState), unit_of_work():
        cancel(asker, job_id=job_id)


@pytest.mark.parametrize("raises", [True, False])
def test_a_running_job_is_cancelled_at_its_next_look(
    portal: Flask, jobs: dict[str, JobKind], raises: bool
) -> None:
    steps: list[int] = []

    @job("test-long")
    def long(context: JobContext) -> None:
        while len(steps) < 500:
            steps.append(1)
            context.progress(len(steps), 500)
            if raises:
                context.stop_if_cancelled()
            elif context.cancelled:
                return
            threading.Event().wait(0.02)

    asker = person("asker")
    job_id = ask("test-long", asker)

    def work() -> None:
        with portal.app_context():
            run_job(job_id, threading.Event())

    thread = threading.Thread(target=work)
    thread.start()
    wait_for(lambda: stored(job_id).status == JobStatus.RUNNING.value, 5)
    with unit_of_work():
        cancel(asker, job_id=job_id)
    thread.join(5)
    assert not thread.is_alive()
    assert stored(job_id).status == JobStatus.CANCELLED.value
    assert 0 < len(steps) < 500


def test_nobody_else_may_cancel_or_learn_of_a_job(portal: Flask, jobs: dict[str, JobKind]) -> None:
    job("test-mine")(lambda context: None)
    job_id = ask("test-mine", person("owner"))
    with pytest.raises(NotFound), unit_of_work():
        cancel(person("stranger"), job_id=job_id)
    with pytest.raises(NotFound), unit_of_work():
        cancel(SYSTEM, job_id=job_id + 1)
    assert stored(job_id).status == JobStatus.QUEUED.value
    keeper = Actor(user_id=make_user("keeper"), name="k", permissions=frozenset({("can_cancel", "JobView")}))
    with unit_of_work():
        cancel(keeper, job_id=job_id)
    assert stored(job_id).status == JobStatus.CANCELLED.value


VICTIM = """
import sys, threading
from pathlib import Path
from app.jobs.registry import job
from app.jobs.runner import run_job
from tests.jobs.portal import make_portal

portal = make_portal(sys.argv[1], Path(sys.argv[2]))

@job("test-victim", restartable=sys.argv[4] == "True")
def victim(context):
    print("running", flush=True)
    threading.Event().wait(60)

with portal.app_context():
    run_job(int(sys.argv[3]), threading.Event())
"""


@pytest.mark.parametrize("restartable", [False, True])
def test_a_job_whose_process_was_killed_is_failed_or_queued_again(
    portal: Flask, jobs: dict[str, JobKind], restartable: bool
) -> None:
    job("test-victim", restartable=restartable)(lambda context: {"ran": "to the end"})
    job_id = ask("test-victim")
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            VICTIM,
            *where(portal),
            str(job_id),
            str(restartable),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        assert is_held(job_id)
        assert recover() == 0, "it still runs, in another process"
        assert stored(job_id).status == JobStatus.RUNNING.value
        process.send_signal(signal.SIGKILL)
    wait_for(lambda: not is_held(job_id), 5)
    assert recover() == 1
    row = stored(job_id)
    if restartable:
        assert row.status == JobStatus.QUEUED.value
        assert db.session.scalars(select(OutboxMessage.topic)).all() == ["job.queued", "job.queued"]
        db.session.rollback()
        assert run(job_id).result == {"ran": "to the end"}
    else:
        assert row.status == JobStatus.FAILED.value
        assert row.error is not None
        assert row.error.startswith("The portal was stopped while this task ran.")
        assert run(job_id).status == JobStatus.FAILED.value, "it does not run again by itself"


def test_the_lock_of_a_job_is_exclusive_and_ends(portal: Flask) -> None:
    assert not is_held(7)
    with hold(7) as is_first:
        assert is_first
        assert is_held(7)
        assert not is_held(8)
        with hold(7) as is_second:
            assert not is_second
    assert not is_held(7)
    with hold(7) as is_mine:
        assert is_mine


def test_a_job_that_the_broker_lost_is_pushed_again(portal: Flask, jobs: dict[str, JobKind]) -> None:
    job("test-lost")(lambda context: None)
    job_id = ask("test-lost")
    assert push_lost(portal) == 0, "it has only just been asked for"
    with frozen_at(utc_now() + timedelta(minutes=2)):
        assert push_lost(portal) == 1
        assert push_lost(portal) == 0, "the broker has it"
    huey = queue_of(portal).huey
    huey.execute(huey.dequeue())
    assert stored(job_id).status == JobStatus.DONE.value


def test_nightly_jobs_are_asked_for_once_a_night(portal: Flask, jobs: dict[str, JobKind]) -> None:
    job("test-night", is_nightly=True)(lambda context: None)
    before = datetime(2027, 2, 28, 18, 29, tzinfo=UTC)  # 02:29 on 1 March in Shanghai
    assert start_nightly(portal, before) == []
    assert "test-night" in start_nightly(portal, before + timedelta(minutes=1))
    assert start_nightly(portal, before + timedelta(hours=8)) == []
    assert "test-night" in start_nightly(portal, before + timedelta(days=1, minutes=1))
    assert "test-night" in start_nightly(portal, before + timedelta(days=2, minutes=1))
    asked = db.session.scalars(select(Job.kind).where(Job.kind == "test-night")).all()
    assert len(asked) == 3
    db.session.rollback()
    assert any(kind.is_nightly for kind in JOBS.values() if kind.name == "purge-outbox")
