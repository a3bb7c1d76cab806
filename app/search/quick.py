"""The WHERE clause of the quick search: a row matches if one of its searched columns contains the text.

Upper and lower case are alike. Both databases answer from an index, whatever the text holds.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    column,
    event,
    false,
    func,
    inspect,
    literal_column,
    select,
    table,
    true,
)
from sqlalchemy.orm import Session

from app.search.folding import SEPARATOR, escape_like, fold, is_searchable, tokens
from app.search.index import create_search, drop_search, keep_in_step, reindex, search_columns

__all__ = ["create_search", "drop_search", "install", "match", "reindex"]


def install(session_class: type[Session]) -> None:
    """Keep the search index in step with every flush of these sessions; safe to call twice."""
    if not event.contains(session_class, "after_flush", keep_in_step):
        event.listen(session_class, "after_flush", keep_in_step)


def match(model: Any, text: str, dialect: str) -> ColumnElement[bool]:
    """Return the condition that a searched column of the row contains the text.

    Args:
        model: a mapped class with `__search__`, or an alias of one.
        text: any text at all; an empty one matches every row, one that cannot be stored none.
        dialect: `sqlite` or `postgresql`.
    """
    if not text:
        return true()
    names = search_columns(inspect(model).mapper.class_)
    if not names or not is_searchable(text):
        return false()
    if dialect == "postgresql":
        return _match_postgresql(model, names, fold(text))
    found = table(f"{inspect(model).mapper.local_table.name}_search", column("rowid"))
    hits = literal_column(found.name).op("MATCH", is_comparison=True)(f'"{tokens(text)}"')
    clause: ColumnElement[bool] = model.id.in_(select(found.c.rowid).where(hits))
    return clause


def _match_postgresql(model: Any, names: tuple[str, ...], needle: str) -> ColumnElement[bool]:
    """Return an indexed test of all character pairs of the needle, then the exact one.

    The expression is written as `app.search.index` writes it in the index, constants included, or
    the database would not recognise it.
    """
    separator: ColumnElement[str] = literal_column(f"E'\\x{ord(SEPARATOR):02x}'")
    body: Any = None
    for name in names:
        part = func.coalesce(getattr(model, name), literal_column("''"))
        body = part if body is None else body.op("||")(separator).op("||")(part)
    folded = func.search_fold(body)
    grams = func.search_grams(folded).op("COLLATE")(literal_column('"C"'))
    return and_(
        grams.op("@>", is_comparison=True)(func.search_keys(func.search_fold(needle))),
        folded.op("LIKE", is_comparison=True)(func.search_fold(f"%{escape_like(needle)}%")),
    )
