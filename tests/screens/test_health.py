"""The two addresses for whoever watches the portal."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from app import migration
from app.core.db import db
from app.factory import create_app
from config import Settings


@contextmanager
def _at_revision(revision: str | None) -> Iterator[None]:
    """Let the database claim to be at a revision."""
    with db.engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)")
        )
        before = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    _write([] if revision is None else [revision])
    try:
        yield
    finally:
        _write(list(before))


def _write(revisions: list[str]) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        for revision in revisions:
            connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})


def test_ready_at_the_newest_revision(app: Flask) -> None:
    with app.app_context(), _at_revision(migration.head_revision()):
        answer = app.test_client().get("/readyz")
    assert answer.json == {"status": "ok", "checks": {"database": "ok", "migrations": "ok", "folder": "ok"}}
    assert answer.status_code == 200


def test_not_ready_when_a_migration_is_missing(app: Flask) -> None:
    with app.app_context(), _at_revision("an-older-one"):
        answer = app.test_client().get("/readyz")
        alive = app.test_client().get("/livez")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["checks"] == {
        "database": "ok",
        "migrations": "not migrated to this version",
        "folder": "ok",
    }
    assert "an-older-one" not in answer.text
    assert alive.status_code == 200


def test_not_ready_without_database_and_folder_but_alive(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    settings = Settings.from_environment({
        "YINGCE_INSTANCE": str(folder),
        "YINGCE_DATABASE_URL": "postgresql+psycopg://nobody:secret-word@127.0.0.1:1/nothing",
    })  # fmt: skip
    portal = create_app(settings)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    answer = portal.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["checks"] == {"database": "failed", "migrations": "failed", "folder": "failed"}
    assert "secret-word" not in answer.text
    assert str(folder) not in answer.text
    assert portal.test_client().get("/livez").status_code == 200
