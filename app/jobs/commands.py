"""`flask --app run worker`: relay and workers in a process of their own, until a signal ends it."""

import signal
from threading import Event as Flag
from types import FrameType

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.jobs.consumer import start_inline_consumer


@click.command("worker", help="Run background jobs in this process until it is stopped.")
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 32), help="Jobs at the same time."
)
@click.option("--patience", default=10.0, show_default=True, type=click.FloatRange(0.5, 600),
              help="Seconds that running jobs get to stop.")  # fmt: skip
@with_appcontext
def worker(workers: int, patience: float) -> None:
    """Start the consumer and wait for SIGTERM or SIGINT."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    is_over = Flag()

    def end(_number: int, _frame: FrameType | None) -> None:
        is_over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    consumer = start_inline_consumer(app, workers=workers)
    click.echo(f"{workers} workers wait for jobs.")
    is_over.wait()
    if not consumer.stop(patience):
        click.echo("A job did not stop in time; it is dealt with at the next start.", err=True)
