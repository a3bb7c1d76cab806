"""The search indexes of both databases: made, filled and kept in step.

SQLite: per model a full-text table `<table>_search` whose rows are the model's keys and whose words
are single characters; the session fills it in the transaction of the change, bulk statements call
`reindex`. PostgreSQL: per model an index over the single characters and pairs of a row's text, which
the database keeps itself.
"""

from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, event, inspect, text
from sqlalchemy.orm import Session, UOWTransaction

from app.search.folding import SEPARATOR, tokens
from models.base import FabModel

CHUNK = 500
"""Keys per statement of a partial reindex."""

_FUNCTIONS = (
    """CREATE OR REPLACE FUNCTION search_fold(body text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT lower(translate(body, 'İΣ', 'iσ') COLLATE "{collation}") $$""",
    """CREATE OR REPLACE FUNCTION search_grams(body text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT a || ARRAY(SELECT a[i] || a[i + 1] FROM generate_series(1, cardinality(a) - 1) AS i)
    FROM (SELECT string_to_array(body, NULL) AS a OFFSET 0) AS characters $$""",
    """CREATE OR REPLACE FUNCTION search_keys(needle text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT CASE WHEN cardinality(a) < 2 THEN a
    ELSE ARRAY(SELECT DISTINCT a[i] || a[i + 1] FROM generate_series(1, least(cardinality(a) - 1, 32)) AS i) END
    FROM (SELECT string_to_array(needle, NULL) AS a OFFSET 0) AS characters $$""",
)
_COLLATIONS = ("pg_c_utf8", "und-x-icu", "default")
"""By whose rules PostgreSQL lowers letters: its own since version 17, else ICU's, else the database's."""


def search_columns(model: Any) -> tuple[str, ...]:
    """Return the names of a model's searched columns."""
    columns: tuple[str, ...] = getattr(model, "__search__", ())
    return columns


def searched_models() -> list[type[Any]]:
    """Return every mapped model with a quick search, in the order of their tables' names."""
    found = {mapper.class_ for mapper in FabModel.registry.mappers if search_columns(mapper.class_)}
    return sorted(found, key=lambda model: str(model.__tablename__))


def body_sql(names: Iterable[str], prefix: str = "") -> str:
    """Return the SQL of a row's searched text: its columns with the separator between them."""
    return f" || E'\\x{ord(SEPARATOR):02x}' || ".join(f"coalesce({prefix}{name}, '')" for name in names)


def create_search(connection: Connection, tables: Collection[Table] | None = None) -> None:
    """Make the search indexes that are missing and fill them; running it again changes nothing.

    Args:
        tables: only for the models of these tables; for all without it.
    """
    models = [model for model in searched_models() if tables is None or model.__table__ in tables]
    if connection.dialect.name == "postgresql":
        _create_postgresql(connection, models)
        return
    for model in models:
        if not _has_table(connection, model):
            _create_table(connection, model)
            reindex(connection, model)


def drop_search(connection: Connection) -> None:
    """Remove the search indexes and their functions."""
    for model in searched_models():
        table = model.__tablename__
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"DROP INDEX IF EXISTS ix_{table}_search")
        else:
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}_search")
    if connection.dialect.name == "postgresql":
        for name in ("search_keys", "search_grams", "search_fold"):
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}(text)")


def _create_postgresql(connection: Connection, models: list[type[Any]]) -> None:
    known = set(connection.scalars(text("SELECT collname FROM pg_collation")))
    collation = next(name for name in _COLLATIONS if name in known)
    for function in _FUNCTIONS:
        connection.execute(text(function.format(collation=collation)))
    for model in models:
        table, body = model.__tablename__, body_sql(search_columns(model))
        connection.execute(
            text(
                f"CREATE INDEX IF NOT EXISTS ix_{table}_search ON {table}"
                f' USING gin ((search_grams(search_fold({body}))) COLLATE "C")'
            )
        )


def _has_table(connection: Connection, model: type[Any]) -> bool:
    found = text("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = :name")
    return bool(connection.scalar(found, {"name": f"{model.__tablename__}_search"}))


def _create_table(connection: Connection, model: type[Any]) -> None:
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE {model.__tablename__}_search USING fts5(body, tokenize = 'ascii', columnsize = 0)"
    )


def reindex(connection: Connection, model: type[Any], ids: Iterable[int] | None = None) -> None:
    """Bring the search index of these rows (of all without `ids`) in step after a bulk statement.

    Keys of rows that are gone leave the index. PostgreSQL needs none of this.
    """
    if connection.dialect.name != "sqlite" or not search_columns(model):
        return
    raw: Any = connection.connection.driver_connection
    raw.create_function("search_body", -1, _body, deterministic=True)
    table = model.__tablename__
    fill = (
        f"INSERT INTO {table}_search (rowid, body) SELECT id, search_body({', '.join(search_columns(model))})"  # noqa: S608
        f" FROM {table}"
    )
    if ids is None:
        connection.exec_driver_sql(f"DROP TABLE {table}_search")
        _create_table(connection, model)
        connection.exec_driver_sql(fill)
        return
    keys = iter(sorted(set(ids)))
    while chunk := list(islice(keys, CHUNK)):
        listed = ", ".join(str(int(key)) for key in chunk)
        connection.exec_driver_sql(f"DELETE FROM {table}_search WHERE rowid IN ({listed})")  # noqa: S608
        connection.exec_driver_sql(f"{fill} WHERE id IN ({listed})")


def _body(*values: str | None) -> str:
    return tokens(SEPARATOR.join([value or "" for value in values]))


def keep_in_step(session: Session, _context: UOWTransaction) -> None:
    """Write what a flush changed into the search index, in the same transaction (SQLite)."""
    stored = [record for record in (*session.new, *session.dirty) if _concerns_search(session, record)]
    removed = [record for record in session.deleted if search_columns(type(record))]
    if not stored and not removed:
        return
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return
    for record in stored:
        body = _body(*(getattr(record, name) for name in search_columns(type(record))))
        connection.exec_driver_sql(
            f"INSERT OR REPLACE INTO {record.__tablename__}_search (rowid, body) VALUES (?, ?)",  # noqa: S608
            (record.id, body),
        )
    for record in removed:
        key = inspect(record).identity[0]
        connection.exec_driver_sql(f"DELETE FROM {record.__tablename__}_search WHERE rowid = ?", (key,))  # noqa: S608


def _concerns_search(session: Session, record: Any) -> bool:
    names = search_columns(type(record))
    return bool(names) and (record in session.new or _is_changed(record, names))


def _is_changed(record: Any, names: tuple[str, ...]) -> bool:
    state = inspect(record)
    return any(state.attrs[name].history.has_changes() for name in names)


@event.listens_for(FabModel.metadata, "after_create")
def _after_create(_target: Any, connection: Connection, *, tables: Collection[Table], **_rest: Any) -> None:
    create_search(connection, tables)


@event.listens_for(FabModel.metadata, "before_drop")
def _before_drop(_target: Any, connection: Connection, **_rest: Any) -> None:
    drop_search(connection)
