"""SQLite: per model a table of searched texts and a full-text index of its words.

`<table>_text_search` keeps each row's folded text; triggers of that table write `<table>_search`, an
index without content of its own, which must be told the former words to forget them. The session
writes the text in the transaction of the change (`keep_in_step`), bulk statements call `refresh`.

The words of a text are made by a function of this process, so only this process writes the texts.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session, UOWTransaction

from app.search.columns import search_columns
from app.search.folding import SEPARATOR, fold, words

CHUNK = 500
"""Keys per statement of a partial refresh."""

_TRIGGERS = (
    """CREATE TRIGGER {table}_text_search_new AFTER INSERT ON {table}_text_search BEGIN
    INSERT INTO {table}_search (rowid, words) VALUES (new.id, search_words(new.body)); END""",
    """CREATE TRIGGER {table}_text_search_changed AFTER UPDATE ON {table}_text_search BEGIN
    INSERT INTO {table}_search ({table}_search, rowid, words) VALUES ('delete', old.id, search_words(old.body));
    INSERT INTO {table}_search (rowid, words) VALUES (new.id, search_words(new.body)); END""",
    """CREATE TRIGGER {table}_text_search_gone AFTER DELETE ON {table}_text_search BEGIN
    INSERT INTO {table}_search ({table}_search, rowid, words) VALUES ('delete', old.id, search_words(old.body)); END""",
)


def exists(connection: Connection, model: type[Any]) -> bool:
    """Whether the model's search tables are there."""
    found = text("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = :name")
    return bool(connection.scalar(found, {"name": f"{model.__tablename__}_text_search"}))


def create(connection: Connection, model: type[Any]) -> None:
    """Make the model's search tables and fill them from its rows."""
    table = model.__tablename__
    _teach(connection)
    connection.exec_driver_sql(
        f"CREATE TABLE {table}_text_search (id INTEGER PRIMARY KEY, body TEXT NOT NULL)"
    )
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE {table}_search USING"
        " fts5(words, content = '', tokenize = 'ascii', columnsize = 0, prefix = '4 8')"
    )
    connection.exec_driver_sql(_fill(model))
    connection.exec_driver_sql(
        f"INSERT INTO {table}_search (rowid, words) SELECT id, search_words(body) FROM {table}_text_search"  # noqa: S608
    )
    for trigger in _TRIGGERS:
        connection.exec_driver_sql(trigger.format(table=table))


def drop(connection: Connection, model: type[Any]) -> None:
    """Remove the model's search tables, if they are there."""
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {model.__tablename__}_text_search")
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {model.__tablename__}_search")


def refresh(connection: Connection, model: type[Any], ids: Iterable[int]) -> None:
    """Write the texts of these rows anew; rows that are gone leave the index."""
    table = model.__tablename__
    _teach(connection)
    keys = iter(sorted(set(ids)))
    while chunk := list(islice(keys, CHUNK)):
        listed = ", ".join(str(int(key)) for key in chunk)
        connection.exec_driver_sql(f"DELETE FROM {table}_text_search WHERE id IN ({listed})")  # noqa: S608
        connection.exec_driver_sql(f"{_fill(model)} WHERE id IN ({listed})")


def _fill(model: type[Any]) -> str:
    table, columns = model.__tablename__, ", ".join(search_columns(model))
    return f"INSERT INTO {table}_text_search (id, body) SELECT id, search_body({columns}) FROM {table}"  # noqa: S608


def _teach(connection: Connection) -> None:
    """Give the connection the functions that the statements and the triggers call."""
    raw: Any = connection.connection.driver_connection
    raw.create_function("search_body", -1, _body, deterministic=True)
    raw.create_function("search_words", 1, words, deterministic=True)


def _body(*values: str | None) -> str:
    return fold(SEPARATOR.join([value or "" for value in values]))


def keep_in_step(session: Session, _context: UOWTransaction) -> None:
    """Write the texts that a flush changed, in the same transaction."""
    stored = [record for record in (*session.new, *session.dirty) if _concerns_search(session, record)]
    removed = [record for record in session.deleted if search_columns(type(record))]
    if not stored and not removed:
        return
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return
    _teach(connection)
    for record in stored:
        body = _body(*(getattr(record, name) for name in search_columns(type(record))))
        connection.exec_driver_sql(
            f"INSERT INTO {record.__tablename__}_text_search (id, body) VALUES (?, ?)"  # noqa: S608
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (record.id, body),
        )
    for record in removed:
        key = inspect(record).identity[0]
        connection.exec_driver_sql(f"DELETE FROM {record.__tablename__}_text_search WHERE id = ?", (key,))  # noqa: S608


def _concerns_search(session: Session, record: Any) -> bool:
    names = search_columns(type(record))
    if not names or record in session.new:
        return bool(names)
    state = inspect(record)
    return any(state.attrs[name].history.has_changes() for name in names)
