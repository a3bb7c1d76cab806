"""PostgreSQL: per model one index over the single characters, pairs and triples of a row's text.

Beside it stands one index per searched column for “begins with”: a plain one serves no LIKE, because the
database sorts by the rules of a language. The database keeps them itself. The functions fold and cut text exactly as `app.search.folding` does.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal_column, text

from app.search.columns import search_columns
from app.search.folding import SEPARATOR, escape_like

_FUNCTIONS = (
    """CREATE OR REPLACE FUNCTION search_fold(body text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT lower(translate(body, 'İΣ', 'iσ') COLLATE "{collation}") $$""",
    """CREATE OR REPLACE FUNCTION search_grams(body text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT a || ARRAY(SELECT a[i] || a[i + 1] FROM generate_series(1, cardinality(a) - 1) AS i)
    || ARRAY(SELECT a[i] || a[i + 1] || a[i + 2] FROM generate_series(1, cardinality(a) - 2) AS i)
    FROM (SELECT string_to_array(body, NULL) AS a OFFSET 0) AS characters $$""",
    """CREATE OR REPLACE FUNCTION search_keys(needle text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT CASE WHEN cardinality(a) < 3 THEN ARRAY[needle]
    ELSE ARRAY(SELECT DISTINCT a[i] || a[i + 1] || a[i + 2] FROM generate_series(1, least(cardinality(a) - 2, 32)) AS i)
    END FROM (SELECT string_to_array(needle, NULL) AS a OFFSET 0) AS characters $$""",
)
_COLLATIONS = ("pg_c_utf8", "und-x-icu", "default")
"""By whose rules PostgreSQL lowers letters: its own since version 17, else ICU's, else the database's."""
_SEPARATOR = f"E'\\x{ord(SEPARATOR):02x}'"


def create(connection: Connection, models: Iterable[type[Any]]) -> None:
    """Make the functions and the indexes of these models, where they are missing."""
    known = set(connection.scalars(text("SELECT collname FROM pg_collation")))
    collation = next(name for name in _COLLATIONS if name in known)
    for function in _FUNCTIONS:
        connection.exec_driver_sql(function.format(collation=collation))
    for model in models:
        table = model.__tablename__
        body = body_sql(search_columns(model))
        connection.exec_driver_sql(
            f"CREATE INDEX IF NOT EXISTS ix_{table}_search ON {table}"
            f' USING gin ((search_grams(search_fold({body}))) COLLATE "C")'
        )
        alive = " WHERE deleted_at IS NULL" if hasattr(model, "deleted_at") else ""
        for name in prefixed_columns(model):
            connection.exec_driver_sql(
                f"CREATE INDEX IF NOT EXISTS ix_{table}_{name}_search ON {table} ({name} text_pattern_ops, id){alive}"
            )


def prefixed_columns(model: type[Any]) -> tuple[str, ...]:
    """Return the searched columns that a list filters by their beginning; nobody asks for half a number."""
    return tuple(name for name in search_columns(model) if name != "code")


def body_sql(names: Iterable[str], prefix: str = "") -> str:
    """Return the SQL of a row's searched text: its columns with the separator between them."""
    return f" || {_SEPARATOR} || ".join(f"coalesce({prefix}{name}, '')" for name in names)


def drop(connection: Connection, models: Iterable[type[Any]]) -> None:
    """Remove the indexes of these models and the functions."""
    for model in models:
        for name in ("", *(f"_{column}" for column in prefixed_columns(model))):
            connection.exec_driver_sql(f"DROP INDEX IF EXISTS ix_{model.__tablename__}{name}_search")
    for name in ("search_keys", "search_grams", "search_fold"):
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}(text)")


def contains(model: Any, names: tuple[str, ...], needle: str) -> ColumnElement[bool]:
    """Return the exact test that a row's text contains the folded needle; no index serves it."""
    return _folded_body(model, names).op("LIKE", is_comparison=True)(
        func.search_fold(f"%{escape_like(needle)}%")
    )


def is_candidate(model: Any, names: tuple[str, ...], needle: str) -> ColumnElement[bool]:
    """Return the indexed test that a row holds every piece of the folded needle.

    The expression is written as `create` writes it in the index, constants included, or the database
    would not recognise it.
    """
    grams = func.search_grams(_folded_body(model, names)).op("COLLATE")(literal_column('"C"'))
    return grams.op("@>", is_comparison=True)(func.search_keys(func.search_fold(needle)))


def _folded_body(model: Any, names: tuple[str, ...]) -> ColumnElement[str]:
    body: Any = None
    for name in names:
        part = func.coalesce(getattr(model, name), literal_column("''"))
        body = part if body is None else body.op("||")(literal_column(_SEPARATOR)).op("||")(part)
    return func.search_fold(body)
