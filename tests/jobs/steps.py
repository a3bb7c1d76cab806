"""Small steps that several tests of jobs share."""

import time
from collections.abc import Callable

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


def wait_for(condition: Callable[[], object], seconds: float) -> float:
    """Wait until the condition holds and return the seconds it took; fail after the limit."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, "did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - started
