"""The broker: Huey on SQLite (default), PostgreSQL or Redis, chosen by the setting `queue_url`.

It carries one kind of message, "run the job with this key"; everything that people see stands in the
`job` table. Messages are signed with the portal's secret key, because Huey's are pickles.
"""

from dataclasses import dataclass, field
from threading import Event as Flag
from threading import Lock
from typing import Any

from flask import Flask, current_app
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.serializer import SignedSerializer
from sqlalchemy import make_url

from app.core.db import declare_read_only
from app.jobs.outbox import Delivery, handles
from app.jobs.runner import run_job

_NAME = "yingce"
_EXTENSION = "yingce_queue"


@dataclass
class JobQueue:
    """The broker of one portal in this process.

    Attributes:
        run: Huey's task that runs one job by its key.
        stopping: set while the consumer of this process stops.
    """

    huey: Any
    run: Any
    stopping: Flag
    close_lock: Lock = field(default_factory=Lock)

    def push(self, job_id: int) -> None:
        """Tell the broker to have the job run; harmless when repeated."""
        self.run(job_id)

    def close(self) -> None:
        """Close this thread's and the shared connections; the next use opens them again."""
        with self.close_lock:
            self.huey.storage.close()


_making = Lock()


def queue_of(app: Flask) -> JobQueue:
    """Return the broker of a portal, made at first use.

    Raises:
        ValueError: the setting names no supported broker.
        Exception: the broker's own error when it cannot be reached (PostgreSQL makes its tables here).
    """
    with _making:
        if _EXTENSION not in app.extensions:
            app.extensions[_EXTENSION] = _make_queue(app)
        queue: JobQueue = app.extensions[_EXTENSION]
        return queue


def _make_queue(app: Flask) -> JobQueue:
    settings = app.config["YINGCE_SETTINGS"]
    huey = make_huey(settings.queue_url, secret=settings.secret_key)
    stopping = Flag()

    def run(job_id: int) -> None:
        declare_read_only(False)
        with app.app_context():  # its end removes the session
            run_job(job_id, stopping)

    queue = JobQueue(huey, huey.task(name="run-job")(run), stopping)
    huey.on_shutdown(name="close")(queue.close)
    return queue


def make_huey(url: str, *, secret: str) -> Huey:
    """Return the Huey of a queue URL: `sqlite:///FILE`, `postgresql+psycopg://…` or `redis[s]://…`.

    Raises:
        ValueError: another scheme.
    """
    common: dict[str, Any] = {"results": False, "serializer": SignedSerializer(secret=secret, salt=_NAME)}
    parsed = make_url(url)
    scheme = parsed.drivername.partition("+")[0]
    if scheme == "sqlite":
        return SqliteHuey(_NAME, filename=parsed.database, **common)
    if scheme == "postgresql":
        dsn = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        return PostgresHuey(_NAME, dsn=dsn, **common)
    if scheme in {"redis", "rediss"}:
        return RedisHuey(_NAME, url=url, **common)
    message = f"no job queue speaks {scheme}://"
    raise ValueError(message)


@handles("job.queued", is_outside=True)
def tell_queue(delivery: Delivery) -> None:
    """Hand a committed job to the broker; a repeat finds the job taken."""
    queue_of(current_app._get_current_object()).push(delivery.payload["job_id"])  # type: ignore[attr-defined]
