"""What is announced is stored with the transaction that made it true, or not at all."""

from threading import Event

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.db import db, unit_of_work
from app.core.events import announce
from app.jobs.outbox import add_bell, remove_bell
from models.outbox import Job, OutboxMessage
from tests.jobs.steps import broken_off


def stored_topics() -> list[str]:
    topics = list(db.session.scalars(select(OutboxMessage.topic).order_by(OutboxMessage.id)))
    db.session.rollback()
    return topics


def test_a_commit_stores_the_event_beside_the_rows(portal: Flask) -> None:
    with unit_of_work() as session:
        session.add(Job(kind="x"))
        announce(session, "thing.done", thing_id=7, title="春季促销")
    message = db.session.scalars(select(OutboxMessage)).one()
    assert (message.topic, message.payload) == ("thing.done", {"thing_id": 7, "title": "春季促销"})
    assert message.delivered_at is None
    assert message.attempts == 0


def test_a_commit_outside_of_a_unit_stores_it_too(portal: Flask) -> None:
    announce(db.session(), "thing.done")
    db.session.add(Job(kind="x"))
    db.session.commit()
    assert stored_topics() == ["thing.done"]


def test_a_rollback_announces_nothing_then_or_later(portal: Flask) -> None:
    with broken_off(unit_of_work(), db.session()) as session:
        session.add(Job(kind="x"))
        announce(session, "thing.done")
    with unit_of_work() as session:
        session.add(Job(kind="y"))
    assert stored_topics() == []
    assert db.session.scalars(select(Job.kind)).all() == ["y"]


def test_a_session_closed_without_an_end_announces_nothing(portal: Flask) -> None:
    session = db.session()
    session.add(Job(kind="x"))
    session.flush()
    announce(session, "thing.done")
    session.close()
    session.add(Job(kind="y"))
    session.commit()
    assert stored_topics() == []


def test_a_failing_commit_announces_nothing(portal: Flask) -> None:
    def store() -> None:
        with unit_of_work() as session:
            announce(session, "thing.done")
            session.add(Job(kind="x", status="unknown"))

    with pytest.raises(IntegrityError):
        store()
    assert stored_topics() == []


def flush_what_is_refused(session: Session) -> None:
    with session.begin_nested():
        announce(session, "flush.dropped")
        session.add(Job(kind="broken", status="unknown"))
        session.flush()


def test_a_savepoint_drops_only_its_own_events(portal: Flask) -> None:
    with unit_of_work() as session:
        announce(session, "outer.first")
        with session.begin_nested():
            session.add(Job(kind="kept"))
            announce(session, "inner.kept")
        with broken_off(session.begin_nested(), session):
            session.add(Job(kind="dropped"))
            announce(session, "inner.dropped")
            with session.begin_nested():
                announce(session, "innermost.dropped")
        with pytest.raises(IntegrityError):
            flush_what_is_refused(session)
        announce(session, "outer.last")
    assert stored_topics() == ["outer.first", "inner.kept", "outer.last"]
    assert db.session.scalars(select(Job.kind)).all() == ["kept"]


def test_a_kept_savepoint_in_a_dropped_transaction_announces_nothing(portal: Flask) -> None:
    with broken_off(unit_of_work(), db.session()) as session, session.begin_nested():
        session.add(Job(kind="x"))
        announce(session, "inner.kept")
    assert stored_topics() == []


def test_the_bell_rings_after_a_commit_with_events_only(portal: Flask) -> None:
    bell = Event()
    add_bell(bell)
    try:
        with unit_of_work() as session:
            session.add(Job(kind="silent"))
        assert not bell.is_set()
        with broken_off(unit_of_work(), db.session()) as session:
            announce(session, "thing.done")
        assert not bell.is_set()
        with unit_of_work() as session:
            announce(session, "thing.done")
            assert not bell.is_set()
        assert bell.is_set()
    finally:
        remove_bell(bell)
