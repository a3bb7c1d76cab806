"""Serves the portal with waitress and the job consumer inside, from start to clean stop.

A stop (SIGTERM, Ctrl-C) closes the listening socket first, lets running requests finish and their answers go out,
then stops the consumer. A second signal stops at once.
"""

import logging
import signal
import socket
import sqlite3
import time
from collections.abc import Callable
from types import FrameType

from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError, OperationalError

from app.bootstrap.console import say
from app.cli import prepare_database
from app.factory import create_app
from app.jobs.consumer import start_inline_consumer
from app.web_server import DRAIN_SECONDS, PortalServer, StartError, listen
from config import Settings, SettingsError

log = logging.getLogger(__name__)

DATABASE_SECONDS = 30.0
"""How long a start waits for a database server that does not answer yet."""
_SQLITE_MARKS = (
    "unable to open database", "readonly database", "disk is full", "disk I/O error", "database is locked",
    "malformed", "not a database",
)  # fmt: skip


def serve() -> int:
    """Start, serve, stop; gives the exit code after a plain line about a failure."""
    try:
        settings = Settings.from_environment()
        with listen(settings.host, settings.port) as listener:
            _serve_on(listener, settings)
    except (SettingsError, StartError) as error:
        say(str(error))
        return 1
    return 0


def wait_for_database(settings: Settings, *, seconds: float = DATABASE_SECONDS) -> None:
    """Wait until the database answers; a server that starts together with the portal may need a moment.

    Raises:
        StartError: it does not answer within ``seconds``, or (SQLite) its file cannot be opened.
    """
    engine = create_engine(settings.database_url, hide_parameters=True)
    deadline = time.monotonic() + (0 if engine.dialect.name == "sqlite" else seconds)
    is_told = False
    try:
        while True:
            try:
                with engine.connect():
                    return
            except DBAPIError as error:
                if not _is_curable(error):
                    raise
                if time.monotonic() >= deadline:
                    raise StartError(_database_line(settings, error)) from error
                if not is_told:
                    say(f"Waiting for the database {settings.database_label} …")
                    is_told = True
                time.sleep(1)
    finally:
        engine.dispose()


def _serve_on(listener: socket.socket, settings: Settings) -> None:
    wait_for_database(settings)
    app = create_app(settings)
    try:
        prepared = prepare_database(app)
    except DBAPIError as error:
        if not _is_curable(error):
            raise
        raise StartError(_database_line(settings, error)) from error
    server = PortalServer(
        app,
        listener,
        threads=settings.threads,
        most_bytes=settings.max_upload_bytes,
        proxy=settings.trusted_proxy,
    )
    consumer = start_inline_consumer(app) if settings.has_inline_jobs else None
    try:
        _stop_on_signals(server.stop)
        say(f"Yingce 营策 is ready: {settings.public_url}")
        if prepared["demo_logins"]:
            say(f"The demo log-ins are in {prepared['demo_logins']} (what each may do: README.md).")
        say("Stop with Ctrl-C.")
        cut = server.run()
        if cut:
            log.warning("%d requests were still running after %.0f seconds", cut, DRAIN_SECONDS)
    finally:
        if consumer is not None:
            consumer.stop()
    say("Stopped.")


def _stop_on_signals(stop: Callable[[], None]) -> None:
    def handle(number: int, frame: FrameType | None) -> None:
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, signal.SIG_DFL)  # the second signal does not wait
        stop()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, handle)


def _is_curable(error: DBAPIError) -> bool:
    """Whether whoever runs the portal can mend it; else it is a bug, and its trace is wanted."""
    if isinstance(error.orig, sqlite3.Error):
        return any(mark in str(error.orig) for mark in _SQLITE_MARKS)
    return isinstance(error, OperationalError)


def _database_line(settings: Settings, error: DBAPIError) -> str:
    lines = [line.strip() for line in str(error.orig).splitlines() if line.strip()]
    reason = lines[0].rstrip(".") if lines else type(error.orig).__name__
    return (
        f"The database {settings.database_label} cannot be used ({reason}): "
        "check YINGCE_DATABASE_URL, and that its server runs or its folder can be written."
    )
