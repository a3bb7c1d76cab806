"""The quick search: rows of which one searched column contains the text, upper and lower case alike.

Both databases answer from an index, whatever the text holds. `match` is the plain WHERE clause;
`Search` restricts a list's statements in the way that reads the fewest rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, column, event, false, inspect, select, table, true
from sqlalchemy.orm import Session

from app.search import postgresql
from app.search.columns import search_columns
from app.search.folding import fold, is_searchable, phrase
from app.search.index import create_search, drop_search, reindex
from app.search.sqlite import keep_in_step

__all__ = ["Search", "create_search", "drop_search", "install", "match", "reindex"]

WINDOW = 4_000
"""So many newest (or oldest) rows are read plainly before PostgreSQL gathers all matches of a frequent text."""


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
    names = _names(model)
    if not names or not is_searchable(text):
        return false()
    needle = fold(text)
    if dialect == "postgresql":
        return and_(postgresql.is_candidate(model, names, needle), postgresql.contains(model, names, needle))
    index = _index(model)
    clause: ColumnElement[bool] = model.id.in_(select(index.c.rowid).where(_hit(index, needle)))
    return clause


def _names(model: Any) -> tuple[str, ...]:
    return search_columns(inspect(model).mapper.class_)


def _index(model: Any) -> Any:
    name = f"{inspect(model).mapper.local_table.name}_search"
    return table(name, column("rowid"), column(name))


def _hit(index: Any, needle: str) -> ColumnElement[bool]:
    clause: ColumnElement[bool] = index.c[index.name].op("MATCH", is_comparison=True)(phrase(needle))
    return clause


@dataclass(frozen=True)
class Search:
    """A search of one model for one text, as a list uses it: for its count and for its page.

    A frequent text matches a large part of the table. SQLite then gives the matches one by one in
    the order of their keys, if asked from the index's side; PostgreSQL would gather all of them
    first, so a page by key looks among the newest rows before it asks the index.
    """

    model: Any
    text: str
    dialect: str

    @property
    def is_streamed(self) -> bool:
        """Whether the database gives the matches one by one in the order of their keys."""
        return (
            self.dialect == "sqlite"
            and bool(self.text)
            and bool(_names(self.model))
            and is_searchable(self.text)
        )

    def restrict(self, statement: Select[Any]) -> Select[Any]:
        """Return a statement on the model restricted to the matches, to be counted or to be read by key."""
        if not self.is_streamed:
            return statement.where(match(self.model, self.text, self.dialect))
        index = _index(self.model)
        return statement.join(index, index.c.rowid == self.model.id).where(_hit(index, fold(self.text)))

    def keys(
        self,
        session: Session,
        statement: Select[Any],
        *,
        size: int,
        order: tuple[ColumnElement[Any], ...],
        is_by_key: bool,
        is_descending: bool = True,
        count: int,
        parameters: Mapping[str, Any] | None = None,
    ) -> list[int]:
        """Return the keys of a page.

        Args:
            statement: a select of the model's key with every other condition and the page's offset.
            size: how many keys at most.
            order: by what the list is sorted, ending with the key.
            is_by_key: whether the key alone is what the list is sorted by.
            count: how many rows match, at least; of a few, PostgreSQL is asked for all at once.
            parameters: values of the statement's bound parameters.
        """
        statement = statement.limit(size)
        if not is_by_key:
            found = statement.where(match(self.model, self.text, self.dialect)).order_by(*order)
            return list(session.scalars(found, parameters))
        if self.is_streamed:
            key = _index(self.model).c.rowid
            found = self.restrict(statement).order_by(key.desc() if is_descending else key.asc())
            return list(session.scalars(found, parameters))
        statement = statement.order_by(*order)
        if self.dialect == "postgresql" and count > WINDOW:
            near = list(session.scalars(self._near(statement, is_descending=is_descending), parameters))
            if len(near) == size:
                return near
        return list(session.scalars(self.restrict(statement), parameters))

    def _near(self, statement: Select[Any], *, is_descending: bool) -> Select[Any]:
        """Return the matches among the first rows of the page's order alone; a full page of them is the page."""
        names = _names(self.model)
        edge = (
            statement.with_only_columns(self.model.id).limit(1).offset(None).correlate(None).scalar_subquery()
        )
        near = self.model.id > edge - WINDOW if is_descending else self.model.id < edge + WINDOW
        return statement.where(near, postgresql.contains(self.model, names, fold(self.text)))
