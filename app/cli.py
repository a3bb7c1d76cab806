"""The command line: `flask --app run …`; everything that an administrator does outside of the browser."""

from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from app import backup, migration
from app.approvals.seeds import seed_definitions
from app.audit.commands import audit
from app.audit.verify import verify
from app.core.actor import SYSTEM, acting_as
from app.core.db import db, declare_read_only, unit_of_work
from app.demo.load import LOG_INS, is_empty, load_demo
from app.imports.commands import import_group
from app.jobs.commands import worker
from app.search.index import create_search
from app.security.seed import sync_rights
from app.storage import FileStore, attachment_store
from config import Settings, describe
from views.rights import declared_rights


def prepare_database(app: Flask) -> dict[str, Any]:
    """Migrate, write rights, roles and routes, and load the demo company into an empty database.

    Safe to call by several processes at once and at every start; the second start only looks.

    Returns:
        `created`: whether anything was migrated; `demo_logins`: path of the file with the demo
        company's log-ins, or None.
    """
    settings: Settings = app.config["YINGCE_SETTINGS"]
    with app.app_context(), acting_as(SYSTEM):
        declare_read_only(False)
        with migration.single_process(db.engine, settings.instance):
            created = migration.upgrade(db.engine, settings.instance)
            with unit_of_work() as unit:
                sync_rights(unit, declared_rights())
                seed_definitions(unit)
            if settings.has_demo and is_empty(db.session()):
                load_demo(settings.instance, settings.demo_password, tell=click.echo)
        db.session.remove()
    logins = settings.instance / LOG_INS
    return {"created": created, "demo_logins": str(logins) if logins.exists() else None}


@click.command("init", help="Migrate the database; write rights, roles and routes.")
@with_appcontext
def init() -> None:
    """Prepare the database as the start does."""
    prepared = prepare_database(current_app._get_current_object())  # type: ignore[attr-defined]
    click.echo("Database is up to date." if not prepared["created"] else "Database was migrated.")


demo = AppGroup("demo", help="The demo company.")


@demo.command("load", help="Load the demo company into an empty database.")
def demo_load() -> None:
    """Load the demo company; refuses a database with other data."""
    settings: Settings = current_app.config["YINGCE_SETTINGS"]
    declare_read_only(False)
    if not is_empty(db.session()):
        message = "The database holds data already; the demo company is loaded into an empty one only."
        raise click.ClickException(message)
    log_ins = load_demo(settings.instance, settings.demo_password, tell=click.echo)
    click.echo(f"Demo company loaded; log-ins are in {log_ins}")


database = AppGroup("db", help="Migrations.")


@database.command("upgrade", help="Bring the database to a revision (default: the newest).")
@click.argument("revision", default="head")
def db_upgrade(revision: str) -> None:
    """Migrate up."""
    settings: Settings = current_app.config["YINGCE_SETTINGS"]
    changed = migration.upgrade(db.engine, settings.instance, revision)
    click.echo("Migrated." if changed else "Nothing to do.")


@database.command("downgrade", help="Take the database back to a revision.")
@click.argument("revision")
def db_downgrade(revision: str) -> None:
    """Migrate down."""
    migration.downgrade(db.engine, revision)
    click.echo("Migrated down.")


@database.command("revise", help="Write a migration from the difference between models and database.")
@click.argument("message")
def db_revise(message: str) -> None:
    """Write a new migration file."""
    migration.revise(db.engine, message)


@click.command("settings", help="Print every setting with its value, secrets hidden, and its meaning.")
def settings_command() -> None:
    """Print the table of settings with the values in force."""
    for name, value, meaning in describe():
        click.echo(f"{name}  [{value}]\n    {meaning}")


@click.command("search-reindex", help="Build the search index anew.")
@with_appcontext
def search_reindex() -> None:
    """Build the search index anew from the rows."""
    declare_read_only(False)
    with unit_of_work() as unit:
        create_search(unit.connection())
    click.echo("Search index built.")


@click.command(
    "backup",
    help="Write a consistent copy of database and attached files to FILE, also while the portal serves.",
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup_command(file: Path) -> None:
    """Back the database up."""
    try:
        size = backup.back_up(db.engine, file)
        files = backup.back_up_files(_store(), file)
    except backup.BackupError as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"{backup.files_of(file)}: {files:,} attached files.")
    click.echo(f"{file}: {size:,} bytes. Keep the keys of the instance folder in another place.")


@click.command("restore", help="Fill an empty database from FILE and check the audit chain.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def restore_command(file: Path) -> None:
    """Restore a backup into an empty database."""
    try:
        backup.restore(db.engine, file)
        files = backup.restore_files(_store(), file)
    except backup.BackupError as problem:
        raise click.ClickException(str(problem)) from problem
    proof = verify()
    if proof.finding is not None:
        message = f"Restored, but the audit chain is broken: {proof.finding}"
        raise click.ClickException(message)
    click.echo(
        f"Restored with {files:,} attached files; the audit chain of {proof.entries:,} entries is intact."
    )


def _store() -> FileStore:
    return attachment_store(current_app.config["YINGCE_SETTINGS"].storage_url)


def register(app: Flask) -> None:
    """Add the commands to the portal."""
    for command in (
        init,
        demo,
        database,
        backup_command,
        restore_command,
        settings_command,
        search_reindex,
        audit,
        worker,
        import_group,
    ):
        app.cli.add_command(command)
