"""From announced facts to handlers: stored with the transaction, delivered at least once.

`install` turns the events that a session announced into `OutboxMessage` rows in the very transaction
that makes them true. `relay_once` leases due messages one at a time and calls their handlers.

A handler is either one of two kinds:

* an inside handler (the default) writes rows; it runs in the transaction that marks the message as
  delivered, so its rows and the mark come together or not at all;
* an outside handler (`is_outside=True`) does what no transaction can take back: it sends a mail or
  tells the queue. It runs before the mark, without holding a write lock, and must bear a repeat with
  the same message id (a process that dies between the act and the mark repeats it).

The lease is a column on both databases, set by one conditional update (with `FOR UPDATE SKIP LOCKED`
on PostgreSQL, under `BEGIN IMMEDIATE` on SQLite), so that no two relays hold a message at once.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event as Bell
from typing import Any

from sqlalchemy import event, exists, or_, select, update
from sqlalchemy.orm import Session, SessionTransaction

from app.core.actor import SYSTEM, acting_as
from app.core.clock import utc_now
from app.core.db import db, declare_read_only, unit_of_work
from app.core.events import on_commit, pending
from models.outbox import OutboxMessage

LEASE = timedelta(seconds=60)
"""How long a relay may take for one message before another may take it over."""
LONGEST_DELAY = timedelta(minutes=15)
"""Retries come after 2, 4, 8 … seconds, and never later than this."""
_ERROR_LENGTH = 1000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as its handlers see it; `id` is the same in every repeat, `attempt` counts from 1."""

    id: int
    topic: str
    payload: dict[str, Any]
    attempt: int


@dataclass(frozen=True, slots=True)
class _Handler:
    pattern: str
    function: Callable[[Delivery], None]
    is_outside: bool

    def wants(self, topic: str) -> bool:
        return topic.startswith(self.pattern[:-1]) if self.pattern.endswith("*") else topic == self.pattern


class LeaseLost(Exception):  # not an error
    """The lease ran out while the handlers ran, and somebody else delivers the message."""


HANDLERS: list[_Handler] = []
"""Every registered handler, in the order of registration."""
_bells: set[Bell] = set()


def handles(
    pattern: str, *, is_outside: bool = False
) -> Callable[[Callable[[Delivery], None]], Callable[[Delivery], None]]:
    """Register a handler for a topic, or for all topics with a prefix (`approval.*`).

    Args:
        is_outside: the handler acts outside of the database; see the module's text.
    """

    def register(function: Callable[[Delivery], None]) -> Callable[[Delivery], None]:
        HANDLERS.append(_Handler(pattern, function, is_outside))
        return function

    return register


# ---------------------------------------------------------------- storing


def install(session_class: type[Session]) -> None:
    """Store announced events with each commit of this class of sessions; safe to call twice."""
    if event.contains(session_class, "before_commit", _store_pending):
        return
    event.listen(session_class, "before_commit", _store_pending)
    event.listen(session_class, "after_transaction_create", _mark_savepoint)
    event.listen(session_class, "after_soft_rollback", _drop_rolled_back)
    event.listen(session_class, "after_transaction_end", _forget_transaction)
    on_commit(_ring)


def _store_pending(session: Session) -> None:
    events = pending(session)
    if not events or session.in_nested_transaction():
        return  # a savepoint's events wait for the transaction: it may still be rolled back
    session.add_all(OutboxMessage(topic=item.topic, payload=item.payload) for item in events)
    events.clear()
    session.info["announced"] = True


def _mark_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info.setdefault("event_marks", {})[transaction] = len(pending(session))


def _drop_rolled_back(session: Session, transaction: SessionTransaction) -> None:
    rolled_back = transaction
    while rolled_back.parent is not None and not rolled_back.nested:
        rolled_back = rolled_back.parent  # a failed flush takes the savepoint around it with it
    if rolled_back.parent is None:
        pending(session).clear()
        session.info.pop("announced", None)
    else:
        del pending(session)[session.info["event_marks"][rolled_back] :]


def _forget_transaction(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        pending(session).clear()  # also a session that was closed without commit or rollback
        session.info.pop("event_marks", None)


# ---------------------------------------------------------------- waking


def add_bell(bell: Bell) -> None:
    """Ring this bell after each commit with events of this process."""
    _bells.add(bell)


def remove_bell(bell: Bell) -> None:
    """Stop ringing it."""
    _bells.discard(bell)


def _ring() -> None:
    for bell in tuple(_bells):
        bell.set()


# ---------------------------------------------------------------- delivering


@dataclass(frozen=True, slots=True)
class _Claim:
    delivery: Delivery
    leased_until: datetime


def relay_once(limit: int = 100) -> int:
    """Deliver due messages, oldest first, each in a transaction of its own; return how many were tried.

    Must run in an app context and outside of any unit of work. A handler's failure is kept with its
    message and tried again later; the other messages go on.

    Raises:
        RuntimeError: called within a unit of work, whose rollback would undo the marks.
        SQLAlchemyError: the database cannot be reached; nothing is lost, call again.
    """
    if db.session().info.get("unit_depth", 0):
        message = "relay_once runs its own units of work"
        raise RuntimeError(message)
    tried = 0
    with acting_as(SYSTEM):
        while tried < limit and _is_any_due():
            claim = _claim()
            if claim is None:
                break
            _deliver(claim)
            tried += 1
    return tried


def _is_due(now: datetime) -> Any:
    return (
        OutboxMessage.delivered_at.is_(None)
        & (OutboxMessage.available_at <= now)
        & or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until <= now)
    )


def _is_any_due() -> bool:
    """Look without a write lock: the relay asks each second, and most of the time nothing is due."""
    declare_read_only(True)
    try:
        return bool(db.session().scalar(select(exists().where(_is_due(utc_now())))))
    finally:
        db.session().rollback()
        declare_read_only(False)


def _claim() -> _Claim | None:
    now = utc_now()
    oldest = (
        select(OutboxMessage.id)
        .where(_is_due(now))
        .order_by(OutboxMessage.available_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    with unit_of_work() as session:
        row = session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == oldest, _is_due(now))
            .values(leased_until=now + LEASE, attempts=OutboxMessage.attempts + 1)
            .returning(OutboxMessage.id, OutboxMessage.topic, OutboxMessage.payload, OutboxMessage.attempts)
            .execution_options(synchronize_session=False)
        ).one_or_none()
    return None if row is None else _Claim(Delivery(*row), now + LEASE)


def _deliver(claim: _Claim) -> None:
    wanted = [handler for handler in HANDLERS if handler.wants(claim.delivery.topic)]
    try:
        for handler in wanted:
            if handler.is_outside:
                _call_outside(handler, claim.delivery)
        with unit_of_work() as session:
            _mark_delivered(session, claim)
            for handler in wanted:
                if not handler.is_outside:
                    handler.function(claim.delivery)
    except LeaseLost:
        _log.warning("Message %s took longer than its lease; another relay has it", claim.delivery.id)
    except Exception as error:  # noqa: BLE001  whatever it is: kept with the message and tried again
        _log.exception("Message %s (%s) was not delivered", claim.delivery.id, claim.delivery.topic)
        _put_off(claim, error)


def _call_outside(handler: _Handler, delivery: Delivery) -> None:
    """Call the handler with a session that only reads: a slow mail server must not hold the database."""
    declare_read_only(True)
    try:
        handler.function(delivery)
    finally:
        db.session().rollback()
        declare_read_only(False)


def _mark_delivered(session: Session, claim: _Claim) -> None:
    """Mark first: the row lock holds until the handlers' rows are committed with it."""
    marked = session.execute(
        update(OutboxMessage)
        .where(*_still_mine(claim))
        .values(delivered_at=utc_now(), leased_until=None, last_error=None)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if marked is None:
        raise LeaseLost


def _put_off(claim: _Claim, error: Exception) -> None:
    delay = min(timedelta(seconds=2 ** min(claim.delivery.attempt, 16)), LONGEST_DELAY)
    with unit_of_work() as session:
        session.execute(
            update(OutboxMessage)
            .where(*_still_mine(claim))
            .values(
                available_at=utc_now() + delay,
                leased_until=None,
                last_error=f"{type(error).__name__}: {error}"[:_ERROR_LENGTH],
            )
            .execution_options(synchronize_session=False)
        )


def _still_mine(claim: _Claim) -> tuple[Any, ...]:
    return (
        OutboxMessage.id == claim.delivery.id,
        OutboxMessage.delivered_at.is_(None),
        OutboxMessage.leased_until == claim.leased_until,
    )
