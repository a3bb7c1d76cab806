"""Lists that stay fast on millions of rows: what is asked, in at most two statements (performance.md).

A page is found by key first (late row look-up) and only its 25 rows are joined to what they show;
the count stops at 10,000; the next page starts behind the last row instead of skipping rows.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    asc,
    bindparam,
    desc,
    func,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.core.errors import BadInput
from app.core.i18n import lazy_gettext as _l
from app.search.quick import Search, match
from models.base import SoftDeleted
from views.fields import MAX_INTEGER, Field
from views.list_conditions import Condition, clause, conditions_of
from views.row_statements import MOST_KEPT, row_statement, shape

COUNT_CAP = 10_000
COUNT_KEPT = 30.0
"""Seconds for which “more than the cap” is believed of a whole table."""
PAGE_SIZES = (25, 50, 100, 200)
MAX_OFFSET = 2_000_000
MAX_TEXT = 100
MAX_LINES = 200


@dataclass(frozen=True)
class ListQuery:
    """What a list page was asked for, typed and checked."""

    text: str = ""
    conditions: tuple[Condition, ...] = ()
    sort: str = "id"
    is_descending: bool = True
    page: int = 0
    size: int = 25
    after: tuple[Any, int] | None = None
    is_bin: bool = False


@dataclass(frozen=True)
class ListPage:
    """The rows of one page, each a tuple: key, then one value (for a relation a pair key, title) per column."""

    rows: list[tuple[Any, ...]]
    count: int
    is_count_capped: bool
    has_next: bool
    next_cursor: str | None
    query: ListQuery = field(default_factory=ListQuery)


def parse_query(
    args: "MultiDict[str, str]",
    fields: dict[str, Field],
    *,
    sortable: Sequence[str],
    default_sort: tuple[str, bool],
    default_size: int = 25,
) -> ListQuery:
    """Read a list's address strictly.

    Args:
        default_size: rows of a page when the address names no number.

    Raises:
        BadInput: an unknown column or operator, a bad number, a bad cursor; the message names it.
    """
    sort, is_descending = default_sort
    wanted = args.get("sort", "")
    if wanted:
        sort, is_descending = wanted.lstrip("-"), wanted.startswith("-")
        if sort not in sortable:
            raise BadInput("bad-sort", _l("The list cannot be sorted by “%(name)s”.", name=sort[:60]))
    size = whole_number(args, "size", default=default_size, most=200)
    page = whole_number(args, "page", default=0, most=MAX_OFFSET)
    if page * size > MAX_OFFSET:
        raise BadInput("bad-page", _l("The list has no such page."))
    text = args.get("q", "").strip()
    if len(text) > MAX_TEXT or "\x00" in text:
        raise BadInput("bad-search", _l("Search for at most %(count)s characters.", count=MAX_TEXT))
    return ListQuery(
        text=text,
        conditions=conditions_of(args, fields),
        sort=sort,
        is_descending=is_descending,
        page=page,
        size=max(size, 1),
        after=_cursor(args["after"], fields.get(sort)) if args.get("after") else None,
        is_bin=args.get("bin") == "1",
    )


def whole_number(args: "MultiDict[str, str]", name: str, *, default: int, most: int) -> int:
    """Return a whole number of the address.

    Raises:
        BadInput: it is no number from 0 to `most`.
    """
    text = args.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) > most:
        raise BadInput(
            "bad-number", _l("“%(name)s” must be a whole number from 0 to %(most)s.", name=name, most=most)
        )
    return int(text)


def _cursor(text: str, described: Field | None) -> tuple[Any, int]:
    typed: Any = None
    key: Any = None
    try:
        value, key = json.loads(urlsafe_b64decode(text.encode()).decode())
        typed = described.parse(value) if described is not None else int(value)
    except (BadInput, ValueError, TypeError, AttributeError, RecursionError) as problem:
        raise _bad_cursor() from problem
    if typed is None or type(key) is not int or not 0 <= key <= MAX_INTEGER:
        raise _bad_cursor()
    return typed, key


def _bad_cursor() -> BadInput:
    return BadInput("bad-cursor", _l("This page address is out of date. Start from the first page."))


def cursor_of(value: Any, key: int) -> str:
    """Return the address part that starts the next page behind this row."""
    return urlsafe_b64encode(json.dumps([str(value), key]).encode()).decode()


def clause_of(model: type[Any], query: ListQuery, dialect: str) -> list[ColumnElement[bool]]:
    """Return the WHERE clauses of the search text and the filters."""
    clauses = [clause(model, condition, dialect) for condition in query.conditions]
    if query.text:
        clauses.append(match(model, query.text, dialect))
    return clauses


def _search_of(model: type[Any], query: ListQuery, dialect: str) -> tuple[Search | None, ListQuery]:
    """Return the one text that leads the search for rows, and the query without it.

    It is the quick search, else the first “contains” filter, of which the column's own test stays.
    """
    if query.text:
        return Search(model, query.text, dialect), replace(query, text="")
    for condition in query.conditions:
        if condition.operator == "contains" and condition.field.name in getattr(model, "__search__", ()):
            plain = replace(condition, operator="has")
            others = tuple(plain if other is condition else other for other in query.conditions)
            return Search(model, str(condition.values[0]), dialect), replace(query, conditions=others)
    return None, query


def capped_count(
    session: Session,
    model: type[Any],
    clauses: Sequence[ColumnElement[bool]],
    search: Search | None = None,
) -> tuple[int, bool]:
    """Return how many rows match, counting no further than the cap, and whether there are more."""
    keys = select(model.id).where(*clauses).limit(COUNT_CAP + 1)
    some = (search.restrict(keys) if search is not None else keys).subquery()
    count = session.scalar(select(func.count()).select_from(some)) or 0
    return min(count, COUNT_CAP), count > COUNT_CAP


_capped_until: dict[tuple[str, type[Any], bool], float] = {}
"""Whole tables found to hold more rows than the cap, and until when that is believed."""


def _count(
    session: Session,
    model: type[Any],
    query: ListQuery,
    clauses: Sequence[ColumnElement[bool]],
    *,
    whole: bool,
) -> tuple[int, bool]:
    """Return the count; that a whole table is beyond the cap is asked once in `COUNT_KEPT` seconds."""
    if not whole:
        return capped_count(session, model, clauses)
    key = (str(session.get_bind().engine.url), model, query.is_bin)
    if _capped_until.get(key, 0.0) > monotonic():
        return COUNT_CAP, True
    count, is_capped = capped_count(session, model, clauses)
    if is_capped:
        _capped_until[key] = monotonic() + COUNT_KEPT
    return count, is_capped


def _is_whole(model: type[Any], query: ListQuery, visible: ColumnElement[bool]) -> bool:
    """Whether the list shows every row of the table, or of its bin: no filter, and a scope of all."""
    if query.text or query.conditions:
        return False
    if not issubclass(model, SoftDeleted):
        return visible is true()
    column = model.deleted_at
    return bool(visible.compare(column.is_not(None) if query.is_bin else column.is_(None)))


def fetch_page(
    session: Session,
    model: type[Any],
    columns: Sequence[Field],
    query: ListQuery,
    visible: ColumnElement[bool],
) -> ListPage:
    """Return one page of a list in two statements, the count and the rows; a search finds its keys first."""
    whole = _is_whole(model, query, visible)
    dialect = session.get_bind().dialect.name
    search, plain = _search_of(model, query, dialect)
    clauses = [visible, *clause_of(model, plain, dialect)]
    clauses = [clause for clause in clauses if clause is not true()] or [true()]
    if search is not None:
        count, is_capped = capped_count(session, model, clauses, search)
        found = _searched_keys(session, query, clauses, search, count)
        statement = row_statement(model, columns, getattr(model, query.sort)).where(model.id.in_(found))
        statement = statement.order_by(*_order(model, query))
    else:
        count, is_capped = _count(session, model, query, clauses, whole=whole)
        statement = (_whole_page if whole else _page)(model, columns, query, clauses)
    rows = session.execute(statement, _bound(query)).all()
    has_next = len(rows) > query.size
    rows = rows[: query.size]
    last = rows[-1] if rows and has_next else None
    next_cursor = cursor_of(_plain(last[1]), last[0]) if last is not None and last[1] is not None else None
    shaped = [(row[0], *shape(columns, row[2:])) for row in rows]
    return ListPage(shaped, count, is_capped, has_next, next_cursor, query)


_line_statements: dict[tuple[Any, ...], Select[Any]] = {}
"""One statement per kind of line, for whoever sees all lines of a record that he sees; see `_row_statements`."""


def fetch_lines(
    session: Session, parent: Any, key: int, columns: Sequence[Field], visible: ColumnElement[bool]
) -> ListPage:
    """Return the first `MAX_LINES` lines of a record by key, in one statement; nobody asks how many there are.

    Args:
        parent: the lines' foreign key to the record.
        key: the record's key.
    """
    model = parent.class_
    memo = (parent, *(described.name for described in columns))
    is_whole = visible is true()
    statement = _line_statements.get(memo) if is_whole else None
    if statement is None:
        query = ListQuery(sort="id", is_descending=False)
        statement = _page(model, columns, query, [visible, parent == bindparam("parent_key")])
        if is_whole:
            _line_statements[memo] = statement
    rows = session.execute(statement, {"parent_key": key, "page_size": MAX_LINES}).all()
    shaped = [(row[0], *shape(columns, row[2:])) for row in rows]
    return ListPage(shaped, len(shaped), is_count_capped=False, has_next=False, next_cursor=None)


def _bound(query: ListQuery) -> dict[str, Any]:
    """Return the values of a page statement's parameters."""
    bound: dict[str, Any] = {"page_size": query.size + 1}
    if query.after is not None:
        bound["after_value"], bound["after_key"] = query.after
    elif query.page:
        bound["page_start"] = query.page * query.size
    return bound


def _page(
    model: type[Any], columns: Sequence[Field], query: ListQuery, clauses: Sequence[ColumnElement[bool]]
) -> Select[Any]:
    """Return the statement of a page: its keys by an index, then what only these rows show."""
    sort_column = getattr(model, query.sort)
    ordered = _order(model, query)
    keys = _keys(model, query, clauses)
    inner = keys.order_by(*ordered).limit(bindparam("page_size", type_=Integer)).subquery()
    statement = row_statement(model, columns, sort_column).join(inner, inner.c.id == model.id)
    return statement.order_by(*ordered)


def _searched_keys(
    session: Session, query: ListQuery, clauses: Sequence[ColumnElement[bool]], search: Search, count: int
) -> list[int]:
    """Return the keys of a page of a search."""
    return search.keys(
        session,
        _keys(search.model, query, clauses),
        size=query.size + 1,
        order=_order(search.model, query),
        is_by_key=query.sort == "id",
        is_descending=query.is_descending,
        count=count,
        parameters=_bound(query),
    )


def _order(model: type[Any], query: ListQuery) -> tuple[ColumnElement[Any], ...]:
    direction = desc if query.is_descending else asc
    if query.sort == "id":
        return (direction(model.id),)
    return direction(getattr(model, query.sort)), direction(model.id)


def _keys(model: type[Any], query: ListQuery, clauses: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Return the keys of the rows from the page's beginning on."""
    sort_column = getattr(model, query.sort)
    keys = select(model.id).where(*clauses)
    if query.after is not None:
        # bound as the column's own type: a Money in cents, an Instant in UTC
        here, there = (
            tuple_(sort_column, model.id),
            tuple_(bindparam("after_value", type_=sort_column.type), bindparam("after_key", type_=Integer)),
        )
        keys = keys.where(here < there if query.is_descending else here > there)
    elif query.page:
        keys = keys.offset(bindparam("page_start", type_=Integer))
    return keys


_whole_pages: dict[tuple[Any, ...], Select[Any]] = {}
"""The page statements of whole tables: few, asked most, and dearer to build than to run."""


def _whole_page(
    model: type[Any], columns: Sequence[Field], query: ListQuery, clauses: Sequence[ColumnElement[bool]]
) -> Select[Any]:
    """Return `_page` of a list without filter and scope, made at its first use."""
    way = (query.sort, query.is_descending, query.after is not None, query.page > 0, query.is_bin)
    key = (model, *way, *(described.name for described in columns))
    if key not in _whole_pages:
        if len(_whole_pages) >= MOST_KEPT:
            _whole_pages.clear()
        _whole_pages[key] = _page(model, columns, query, clauses)
    return _whole_pages[key]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
