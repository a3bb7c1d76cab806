"""The migrations are one line, go up and down and up again, and end where the models are, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, text

import models  # noqa: F401  maps every class
from app import migration
from models.base import FabModel

FORBIDDEN = ("from models", "import models", "from views", "import views")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = create_engine(database_url)
    yield made
    made.dispose()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(migration.alembic_config())


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def _is_own(name: str | None, kind: str, _parents: Any) -> bool:
    """As in migrations/env.py: the search index makes its tables by its own DDL."""
    return not (kind == "table" and name is not None and "_search" in name)


def _is_declared(_item: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
    return not (kind == "index" and reflected and name is not None and name.endswith("_search"))


def _differences(connection: Connection) -> list[Any]:
    options = {"compare_type": True, "include_name": _is_own, "include_object": _is_declared}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), FabModel.metadata))


def _triggers(engine: Engine) -> set[str]:
    statement = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with engine.connect() as connection:
        return set(connection.scalars(text(statement[engine.dialect.name])))


def test_there_is_one_line_of_migrations() -> None:
    scripts = _scripts()
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1
    assert all(
        not script.is_branch_point and not script.is_merge_point for script in scripts.walk_revisions()
    )


def test_no_migration_leans_on_the_models_of_today() -> None:
    """A migration keeps its meaning however the models change."""
    for path in sorted((migration.MIGRATIONS / "versions").glob("*.py")):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(FORBIDDEN)]
        assert lines == [], path.name


def test_up_down_and_up_again(engine: Engine, tmp_path: Path) -> None:
    assert migration.current_revision(engine) is None
    assert migration.upgrade(engine, tmp_path) is True
    tables, triggers = _tables(engine), _triggers(engine)
    assert migration.current_revision(engine) == migration.head_revision()
    assert set(FabModel.metadata.tables) <= tables
    assert triggers

    migration.downgrade(engine, "base")
    assert migration.current_revision(engine) is None
    assert _tables(engine) == {"alembic_version"}
    assert _triggers(engine) == set()

    assert migration.upgrade(engine, tmp_path) is True
    assert (_tables(engine), _triggers(engine)) == (tables, triggers)
    assert migration.upgrade(engine, tmp_path) is False  # nothing left to do


def test_the_migrations_make_what_the_models_say(engine: Engine, tmp_path: Path) -> None:
    migration.upgrade(engine, tmp_path)
    with engine.connect() as connection:
        assert _differences(connection) == []


def test_the_comparison_sees_a_difference(engine: Engine, tmp_path: Path) -> None:
    """A comparison that is blind would let the test above pass for ever."""
    migration.upgrade(engine, tmp_path)
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE partner ADD COLUMN forgotten INTEGER"))
        assert [found[0] for found in _differences(connection)] == ["remove_column"]
        connection.rollback()
