"""Delivery: at least once, by one relay at a time, with the handler's rows and the mark together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core.clock import frozen_at, utc_now
from app.core.db import db, unit_of_work
from app.core.events import announce
from app.jobs.housekeeping import purge_outbox
from app.jobs.outbox import LEASE, LONGEST_DELAY, Delivery, handles, relay_once
from models.outbox import Job, Notice, OutboxMessage
from tests.jobs.portal import make_user, where
from tests.jobs.steps import StillContext

pytestmark = pytest.mark.usefixtures("no_handlers")
ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


def announce_one(topic: str = "thing.done", **payload: object) -> int:
    with unit_of_work() as session:
        announce(session, topic, **payload)
    key = db.session.scalars(select(OutboxMessage.id).order_by(OutboxMessage.id.desc())).first()
    db.session.rollback()
    assert key is not None
    return key


def message(key: int) -> OutboxMessage:
    db.session.rollback()
    row = db.session.get(OutboxMessage, key, populate_existing=True)
    assert row is not None
    db.session.rollback()
    db.session.refresh(row)
    db.session.expunge(row)
    db.session.rollback()
    return row


def test_handlers_get_their_topics_by_name_and_by_prefix(portal: Flask) -> None:
    seen: list[tuple[str, str]] = []
    handles("approval.assigned")(lambda delivery: seen.append(("name", delivery.topic)))
    handles("approval.*")(lambda delivery: seen.append(("prefix", delivery.topic)))
    handles("approval")(lambda delivery: seen.append(("other", delivery.topic)))
    for topic in ("approval.assigned", "approval.rejected", "approvals.closed"):
        announce_one(topic)
    assert relay_once() == 3
    assert seen == [
        ("name", "approval.assigned"),
        ("prefix", "approval.assigned"),
        ("prefix", "approval.rejected"),
    ]
    assert relay_once() == 0, "also a topic that nobody handles is done with"


def test_rows_of_a_handler_and_the_mark_come_together(portal: Flask) -> None:
    @handles("thing.done")
    def store(delivery: Delivery) -> None:
        db.session.add(Job(kind=f"from-{delivery.id}"))
        announce(db.session(), "thing.followed")

    key = announce_one()
    assert relay_once(1) == 1
    assert message(key).delivered_at is not None
    assert db.session.scalars(select(Job.kind)).all() == [f"from-{key}"]
    assert db.session.scalars(select(OutboxMessage.topic).order_by(OutboxMessage.id)).all() == [
        "thing.done",
        "thing.followed",
    ]


def test_a_failing_handler_stores_nothing_and_is_tried_again_ever_later(portal: Flask) -> None:
    @handles("thing.done")
    def fail(delivery: Delivery) -> None:
        db.session.add(Job(kind="half"))
        db.session.flush()
        announce(db.session(), "never.said")
        raise LookupError(f"attempt {delivery.attempt}")

    with frozen_at(NOON):
        key = announce_one()
    now, delays = NOON, []
    for attempt in range(1, 14):
        with frozen_at(now):
            assert relay_once() == 1
            assert relay_once() == 0, "not again before its time"
            row = message(key)
        assert (row.attempts, row.last_error) == (attempt, f"LookupError: attempt {attempt}")
        assert row.leased_until is None
        delays.append((row.available_at - now).total_seconds())
        now = row.available_at
    assert delays[:5] == [2, 4, 8, 16, 32]
    assert delays[-1] == LONGEST_DELAY.total_seconds()
    assert db.session.scalars(select(Job.kind)).all() == []
    assert db.session.scalars(select(OutboxMessage.topic)).all() == ["thing.done"]


def test_a_failing_message_does_not_hold_up_the_others(portal: Flask) -> None:
    seen: list[int] = []

    @handles("thing.done")
    def fail_first(delivery: Delivery) -> None:
        if delivery.payload["number"] == 1:
            raise LookupError
        seen.append(delivery.payload["number"])

    for number in (1, 2, 3):
        announce_one(number=number)
    assert relay_once() == 3
    assert seen == [2, 3]


def test_an_outside_handler_runs_while_others_can_write(portal: Flask) -> None:
    @handles("thing.done", is_outside=True)
    def slow(_delivery: Delivery) -> None:
        db.session.scalars(select(Job.id)).all()  # its reading must not keep writers waiting

        def write() -> None:
            with portal.app_context(), unit_of_work() as session:
                session.add(Job(kind="meanwhile"))

        writer = threading.Thread(target=write)
        writer.start()
        writer.join(5)
        assert not writer.is_alive()

    key = announce_one()
    assert relay_once() == 1
    assert message(key).last_error is None
    assert db.session.scalars(select(Job.kind)).all() == ["meanwhile"]


def test_a_relay_that_lost_its_lease_does_not_mark(portal: Flask) -> None:
    stored: list[int] = []

    @handles("thing.done", is_outside=True)
    def outlast(delivery: Delivery) -> None:
        def take_over() -> None:
            with portal.app_context(), unit_of_work() as session:
                session.execute(update(OutboxMessage).values(leased_until=utc_now() + 2 * LEASE))

        other = threading.Thread(target=take_over)
        other.start()
        other.join()

    @handles("thing.done")
    def store(delivery: Delivery) -> None:
        stored.append(delivery.id)

    key = announce_one()
    assert relay_once() == 1
    row = message(key)
    assert (row.delivered_at, row.last_error, stored) == (None, None, [])


def test_relay_refuses_to_run_inside_a_unit(portal: Flask) -> None:
    with pytest.raises(RuntimeError), unit_of_work():
        relay_once()


class Watch:
    """A slow handler that notes who delivered what, and whether two did so at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy: set[int] = set()
        self.seen: Counter[int] = Counter()
        self.clashes: list[int] = []
        self.relays: set[str] = set()

    def __call__(self, delivery: Delivery) -> None:
        with self._lock:
            if delivery.id in self._busy:
                self.clashes.append(delivery.id)
            self._busy.add(delivery.id)
            self.relays.add(threading.current_thread().name)
        time.sleep(0.005)
        with self._lock:
            self._busy.discard(delivery.id)
            self.seen[delivery.id] += 1


def test_several_relays_deliver_each_message_once(portal: Flask) -> None:
    count, watch = 60, Watch()
    handles("thing.done")(watch)
    with unit_of_work() as session:
        for number in range(count):
            announce(session, "thing.done", number=number)

    def relay() -> int:
        with portal.app_context():
            return sum(iter(lambda: relay_once(5), 0))

    with ThreadPoolExecutor(4) as pool:
        tried = sum(future.result(60) for future in [pool.submit(relay) for _ in range(4)])
    assert tried == count
    assert not watch.clashes
    assert (len(watch.seen), set(watch.seen.values())) == (count, {1})
    if portal.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        assert len(watch.relays) > 1, "one relay did everything: nothing was tried"


VICTIM = """
import os, signal, sys
from pathlib import Path
from app.core.db import db, unit_of_work
from app.core.events import announce
from app.jobs.outbox import handles, relay_once
from tests.jobs.portal import make_portal

portal = make_portal(sys.argv[1], Path(sys.argv[2]))

@handles("thing.done", is_outside=True)
def send(delivery):
    with open(sys.argv[3], "a") as sent:
        sent.write(f"{delivery.id}\\n")
    os.kill(os.getpid(), signal.SIGKILL)

with portal.app_context():
    relay_once()
"""


def test_a_crash_between_sending_and_marking_repeats_the_same_id(portal: Flask, tmp_path: Path) -> None:
    key = announce_one()
    sent = tmp_path / "sent.txt"
    died = subprocess.run(
        [sys.executable, "-c", VICTIM, *where(portal), str(sent)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    assert sent.read_text() == f"{key}\n"
    assert message(key).delivered_at is None

    repeated: list[tuple[int, int]] = []
    handles("thing.done", is_outside=True)(lambda delivery: repeated.append((delivery.id, delivery.attempt)))
    assert relay_once() == 0, "the dead relay's lease still holds"
    with frozen_at(utc_now() + LEASE + timedelta(seconds=1)):
        assert relay_once() == 1
    assert repeated == [(key, 2)]
    assert message(key).delivered_at is not None


def test_old_delivered_messages_go_and_those_with_a_notice_stay(portal: Flask) -> None:
    user_id = make_user("reader")
    with frozen_at(utc_now() - timedelta(days=40)):
        gone, noticed = announce_one("a"), announce_one("b")
        assert relay_once() == 2
        undelivered = announce_one("c")
    recent = announce_one("d")
    with unit_of_work() as session:
        session.execute(
            update(OutboxMessage).where(OutboxMessage.id == recent).values(delivered_at=utc_now())
        )
        session.add(Notice(message_id=noticed, user_id=user_id, topic="b", payload={}))
    assert purge_outbox(StillContext()) == {"removed": 1}
    left = set(db.session.scalars(select(OutboxMessage.id)))
    assert left == {noticed, undelivered, recent}
    assert gone not in left
