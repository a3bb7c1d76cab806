"""The search indexes of both databases: made, filled and kept in step.

The module of each database says how; this one chooses. The names of all tables and indexes of the
search end in `_search` (and SQLite's own additions to it), by which the migrations leave them alone.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, Table, event

from app.search import postgresql, sqlite
from app.search.columns import search_columns, searched_models
from models.base import FabModel

__all__ = ["create_search", "drop_search", "reindex", "searched_models"]


def create_search(connection: Connection, tables: Collection[Table] | None = None) -> None:
    """Make the search indexes that are missing and fill them; running it again changes nothing.

    Args:
        tables: only for the models of these tables; for all without it.
    """
    models = [model for model in searched_models() if tables is None or model.__table__ in tables]
    if connection.dialect.name == "postgresql":
        postgresql.create(connection, models)
        return
    for model in models:
        if not sqlite.exists(connection, model):
            sqlite.create(connection, model)


def drop_search(connection: Connection) -> None:
    """Remove the search indexes and their functions."""
    if connection.dialect.name == "postgresql":
        postgresql.drop(connection, searched_models())
        return
    for model in searched_models():
        sqlite.drop(connection, model)


def reindex(connection: Connection, model: type[Any], ids: Iterable[int] | None = None) -> None:
    """Bring the search index of these rows (of all without `ids`) in step after a bulk statement.

    Rows that are gone leave the index. PostgreSQL needs none of this.
    """
    if connection.dialect.name != "sqlite" or not search_columns(model):
        return
    if ids is None:
        sqlite.drop(connection, model)
        sqlite.create(connection, model)
    else:
        sqlite.refresh(connection, model, ids)


@event.listens_for(FabModel.metadata, "after_create")
def _after_create(_target: Any, connection: Connection, *, tables: Collection[Table], **_rest: Any) -> None:
    create_search(connection, tables)


@event.listens_for(FabModel.metadata, "before_drop")
def _before_drop(_target: Any, connection: Connection, **_rest: Any) -> None:
    drop_search(connection)
