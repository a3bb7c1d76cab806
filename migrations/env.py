"""Alembic's environment: runs on the connection that `app.migration` hands over, batch mode on SQLite."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, Connection, engine_from_config, pool

import models  # noqa: F401  maps every class
from app.core.types import Instant, Scaled
from models.base import FabModel

OWNED_BY_SEARCH = (
    "_search",
    "_search_config",
    "_search_content",
    "_search_data",
    "_search_docsize",
    "_search_idx",
)


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave out the tables of the search index, which its own DDL makes."""
    return not (kind == "table" and name is not None and name.endswith(OWNED_BY_SEARCH))


def include_object(_object: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
    """Leave out the expression indexes of the search, which no model declares."""
    return not (kind == "index" and reflected and name is not None and name.endswith("_search"))


def render_item(kind: str, item: Any, context_of_file: AutogenContext) -> str | Literal[False]:
    """Write our column types as plain SQL types, so that a migration never depends on the code."""
    if kind == "type" and isinstance(item, Scaled):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        context_of_file.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def run(connection: Connection) -> None:
    """Run the migrations on an open connection."""
    context.configure(
        connection=connection,
        target_metadata=FabModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        include_name=include_name,
        include_object=include_object,
        render_item=render_item,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    section = context.config.get_section(context.config.config_ini_section, {})
    with engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool).connect() as own:
        run(own)
