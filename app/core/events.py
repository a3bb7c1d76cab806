"""Things that happened, told after the commit and never before it.

A service says `announce(session, PlanSubmitted(...))` inside its transaction. The event becomes an
outbox row in that same transaction (see `models.outbox`), so that a crash after the commit loses
nothing; handlers run from the outbox, at least once, and must be idempotent by the row's id.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Event:
    """A fact in the past tense: a topic such as `approval.assigned` and JSON-ready values."""

    topic: str
    payload: dict[str, Any]


Listener = Callable[[], None]
_wake_up: list[Listener] = []


def on_commit(listener: Listener) -> None:
    """Register a cheap call that follows each commit with events (it wakes the outbox relay)."""
    _wake_up.append(listener)


def pending(session: Session) -> list[Event]:
    """Return the session's announced but uncommitted events, a live list."""
    events: list[Event] = session.info.setdefault("events", [])
    return events


def announce(session: Session, topic: str, **payload: Any) -> None:
    """Announce a fact; it is stored with the transaction and delivered after the commit."""
    pending(session).append(Event(topic, payload))


def publish_after_commit(session: Session) -> None:
    """Wake whoever relays the outbox, if the transaction that just ended announced anything."""
    if session.info.pop("announced", False):
        for listener in _wake_up:
            listener()
