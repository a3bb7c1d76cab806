"""The threads that do the work: Huey's workers, and the relay that empties the outbox.

Inside the web process (`start_inline_consumer`) or in a process of its own (`flask worker`); both use
the same class. Huey's own signal handlers are left out: the process belongs to the server.
"""

import logging
import time
from collections.abc import Callable
from threading import Event as Bell
from threading import Thread
from typing import Any

from flask import Flask
from huey.consumer import Consumer

from app.core.clock import utc_now
from app.jobs.housekeeping import push_lost, recover, start_nightly
from app.jobs.outbox import add_bell, relay_once, remove_bell
from app.jobs.queue import queue_of

RELAY_EVERY = 1.0
"""Seconds between two looks into the outbox when nobody rings."""
LOOK_AFTER_EVERY = 60.0
"""Seconds between two rounds of housekeeping."""
NIGHTLY_AFTER = 600.0
"""A portal that was off at night catches up, but not while it starts: seconds from the start."""
_LONGEST_PAUSE = 30.0

_log = logging.getLogger(__name__)


class _QuietConsumer(Consumer):
    """Huey's consumer without signal handlers; its own scheduler only sees what we never use."""

    def _set_signal_handlers(self) -> None:
        """Leave the signals of the process alone."""


class JobConsumer:
    """A relay thread and Huey's worker threads; start once, stop once."""

    def __init__(self, app: Flask, *, workers: int = 2) -> None:
        """Take the portal and how many jobs run at the same time; nothing runs yet."""
        self._app = app
        self._workers = workers
        self._queue: Any = None
        self._consumer: Any = None
        self._bell = Bell()
        self._is_stopping = Bell()
        self._relay = Thread(target=self._run_relay, name="outbox-relay", daemon=True)

    def start(self) -> None:
        """Start the threads."""
        add_bell(self._bell)
        self._bell.set()
        self._relay.start()

    def stop(self, timeout: float = 2.0) -> bool:
        """Stop the threads; a running job is told to stop and, if it does not, is left to the next start.

        Args:
            timeout: seconds to wait for them in all.

        Returns:
            Whether every thread has ended.
        """
        deadline = time.monotonic() + timeout
        remove_bell(self._bell)
        self._is_stopping.set()
        self._bell.set()
        self._stop_workers()
        self._relay.join(max(deadline - time.monotonic(), 0.1))
        self._stop_workers()  # the relay may have started them in the meantime
        threads = [self._relay, *self._worker_threads()]
        for thread in threads:
            thread.join(max(deadline - time.monotonic(), 0.0))
        is_clean = not any(thread.is_alive() for thread in threads)
        if is_clean and self._queue is not None:
            self._queue.close()
        return is_clean

    def _stop_workers(self) -> None:
        if self._consumer is not None:
            self._queue.stopping.set()
            self._consumer.stop()

    def _worker_threads(self) -> list[Thread]:
        if self._consumer is None:
            return []
        return [self._consumer.scheduler, *(thread for _, thread in self._consumer.worker_threads)]

    def _start_workers(self) -> None:
        """Reach the broker and start Huey's threads; a broker that is away is tried again by the relay."""
        queue = queue_of(self._app)
        queue.stopping.clear()
        consumer = _QuietConsumer(
            queue.huey, workers=self._workers, periodic=False, max_delay=0.5, scheduler_interval=60
        )
        consumer.start()
        self._queue, self._consumer = queue, consumer

    def _run_relay(self) -> None:
        pause = RELAY_EVERY
        started = time.monotonic()
        next_round = started
        while not self._is_stopping.is_set():
            self._bell.clear()
            steps: list[Callable[[], object]] = [self._empty_outbox]
            if self._consumer is None:
                steps.insert(0, self._start_workers)
            if time.monotonic() >= next_round:
                next_round = time.monotonic() + LOOK_AFTER_EVERY
                steps += [recover, self._look_after_workers]
                if time.monotonic() - started >= NIGHTLY_AFTER:
                    steps.append(self._start_nightly)
            outcomes = [self._try(step) for step in steps]  # every step, also after one that failed
            pause = RELAY_EVERY if all(outcomes) else min(pause * 2, _LONGEST_PAUSE)
            self._bell.wait(pause)

    def _try(self, step: Callable[[], object]) -> bool:
        """Take one step in an app context of its own; a broker that is away must not stop the notices."""
        try:
            with self._app.app_context():
                step()
        except Exception:  # noqa: BLE001  the relay outlives a database or a broker that is away for a while
            _log.exception("A step of the job consumer failed and is tried again")
            return False
        return True

    def _empty_outbox(self) -> None:
        while not self._is_stopping.is_set() and relay_once(1):
            pass

    def _look_after_workers(self) -> None:
        if self._consumer is not None and not self._is_stopping.is_set():
            self._consumer.check_worker_health()
            push_lost(self._app)

    def _start_nightly(self) -> None:
        start_nightly(self._app, utc_now())


def start_inline_consumer(app: Flask, *, workers: int = 2) -> JobConsumer:
    """Start relay and workers inside this process and return their handle; call its `stop` at the end."""
    consumer = JobConsumer(app, workers=workers)
    consumer.start()
    return consumer
