"""`flask --app run import …`: bring a file in, or take a batch back.

Exit codes: 0 all is stored (or was before), 1 nothing was done, 2 wrong use, 3 stored with refused rows.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from app.core.actor import SYSTEM, acting_as
from app.core.db import db, declare_read_only, unit_of_work
from app.core.errors import RuleViolation
from app.imports.mapping import currency_code, zone_named
from app.imports.order import ImportOrder, Outcome, Progress
from app.imports.problems import Problem, TooManyProblems, counted, cure_of, problems_csv, text_of
from app.imports.registry import IMPORTERS
from app.imports.run import run_import
from app.imports.sources import find_source, owner_of
from app.imports.undo import undo_import
from models.imports import ImportKind

STORED_WITH_REFUSALS = 3
SHOWN = 10
"""Refused rows printed in full."""

import_group = AppGroup("import", help="Import customers and purchases from CSV or XLSX, and undo it.")


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(
        (
            click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)),
            click.option("--map", "maps", multiple=True, metavar="FIELD=HEADER", help="Which column holds a field; repeat it. FIELD= leaves it out."),
            click.option("--dry-run", is_flag=True, help="Do everything but store it."),
            click.option("--source", help="Name or number of the customer source; the only one by default."),
            click.option("--zone", help="Time zone of times in the file, such as Europe/London; the company's by default."),
            click.option("--currency", help="Currency of the prices, three letters; CNY by default."),
            click.option("--owner", help="Number of the employee responsible for new customers; the head of the company by default."),
            click.option("--errors", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write the refused rows to this CSV file."),
        )
    ):  # fmt: skip
        function = option(function)
    return function


@import_group.command("customers")
@_options
def import_customers(**options: Any) -> None:
    """Import customers with their contact ways from FILE."""
    _import(ImportKind.CUSTOMERS.value, **options)


@import_group.command("purchases")
@_options
def import_purchases(**options: Any) -> None:
    """Import purchases, one line per article, from FILE; unknown customers are made."""
    _import(ImportKind.PURCHASES.value, **options)


@import_group.command("undo")
@click.argument("batch", type=click.IntRange(min=1))
def undo(batch: int) -> None:
    """Remove everything that the import batch with this number stored."""
    with _as_system():
        removed = undo_import(batch_id=batch)
    click.echo(f"Batch {batch} is undone.")
    for table, rows in removed.items():
        click.echo(f"  {table}: {rows:,} rows removed")


@contextmanager
def _as_system() -> Iterator[None]:
    declare_read_only(False)
    with acting_as(SYSTEM), force_locale("en"):
        try:
            yield
        except TooManyProblems as refusal:
            _print_problems(refusal.problems)
            raise click.ClickException(str(refusal)) from refusal
        except RuleViolation as refusal:
            raise click.ClickException(str(refusal)) from refusal
        except OSError as error:
            if error.filename is None:
                raise
            message = f"{error.filename}: {error.strerror}"
            raise click.ClickException(message) from error


def _import(kind: str, *, file: Path, maps: tuple[str, ...], dry_run: bool, source: str | None, zone: str | None,
            currency: str | None, owner: str | None, errors: Path | None) -> None:  # fmt: skip
    with _as_system():
        order = _order(kind, file, maps, source=source, zone=zone, currency=currency, owner=owner)
        try:
            with _progress_bar() as progress:
                outcome = run_import(order, dry_run=dry_run, progress=progress)
        except TooManyProblems as refusal:
            _write_errors(errors, refusal.problems)
            raise
        _write_errors(errors, outcome.problems)
        _summarise(outcome, dry_run=dry_run)
    db.session.remove()
    if outcome.refused:
        sys.exit(STORED_WITH_REFUSALS)


def _order(kind: str, file: Path, maps: tuple[str, ...], *, source: str | None, zone: str | None,
           currency: str | None, owner: str | None) -> ImportOrder:  # fmt: skip
    columns = {}
    for text in maps:
        name, sign, header = text.partition("=")
        if not sign:
            message = f"--map {text}: write FIELD=HEADER; the fields are {', '.join(f.name for f in IMPORTERS[kind].fields)}."
            raise click.UsageError(message)
        columns[name.strip()] = header.strip()
    with unit_of_work() as session:
        source_id = find_source(session, source)
        owner_id, department_id = owner_of(session, SYSTEM, owner)
    return ImportOrder(
        kind=kind, path=file, file_name=file.name, source_id=source_id, zone=zone_named(zone),
        currency=currency_code(currency), owner_id=owner_id, department_id=department_id, columns=columns,
    )  # fmt: skip


@contextmanager
def _progress_bar() -> Iterator[Progress]:
    with click.progressbar(length=1000, label="Importing", file=sys.stderr) as bar:

        def tell(done: int, total: int) -> None:
            share = 1000 * done // max(total, 1)
            bar.update(max(0, share - bar.pos))

        yield tell


def _summarise(outcome: Outcome, *, dry_run: bool) -> None:
    if outcome.is_repeated:
        click.echo(f"This file was imported before, as batch {outcome.batch_id}; nothing was changed.")
        return
    head = "Dry run; nothing was stored." if dry_run else f"Imported as batch {outcome.batch_id}."
    click.echo(f"{head}  ({outcome.form})")
    click.echo(f"  Rows read       {outcome.read:>10,}")
    click.echo(f"  Rows stored     {outcome.stored:>10,}")
    click.echo(f"  Already there   {outcome.unchanged:>10,}")
    click.echo(f"  Refused         {outcome.refused:>10,}")
    for table, rows in outcome.created.items():
        click.echo(f"  New {table}: {rows:,}")
    click.echo("  Columns: " + ", ".join(f"{field}={header}" for field, header in outcome.columns.items()))
    _print_problems(outcome.problems)


def _print_problems(problems: list[Problem]) -> None:
    by_reason = {problem.reason: problem for problem in reversed(problems)}
    for reason, rows in counted(problems):
        click.echo(f"  {rows:>8,} refused ({reason}): {text_of(by_reason[reason])}", err=True)
    for problem in problems[:SHOWN]:
        where = f"line {problem.line}" + (f", {problem.column} “{problem.value}”" if problem.column else "")
        click.echo(f"  {where}: {text_of(problem)} {cure_of(problem)}", err=True)
    if len(problems) > SHOWN:
        click.echo(f"  … and {len(problems) - SHOWN:,} more; --errors FILE writes them all.", err=True)


def _write_errors(path: Path | None, problems: list[Problem]) -> None:
    if path is None:
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(problems_csv(problems))
    click.echo(f"{len(problems):,} refused rows are in {path}", err=True)
