"""Small steps that several tests of jobs share."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, Actor


class StillContext:
    """A job context that nobody cancels and that keeps what it was told."""

    actor: Actor = SYSTEM
    cancelled = False

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []

    def progress(self, done: int, total: int) -> None:
        self.told.append((done, total))

    def stop_if_cancelled(self) -> None:
        """Nobody cancels."""


class BrokenOff(Exception):
    """What breaks a transaction off in a test."""


@contextmanager
def broken_off(transaction: AbstractContextManager[object], session: Session) -> Iterator[Session]:
    """Run the block inside a unit of work or a savepoint that fails at its end."""
    with suppress(BrokenOff), transaction:
        yield session
        raise BrokenOff


def wait_for(condition: Callable[[], object], seconds: float) -> float:
    """Wait until the condition holds and return the seconds it took; fail after the limit."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, "did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - started
