"""What a list reads of each row: one statement per declared list, made at its first use."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from views.fields import Field, Kind, title_column

_row_statements: dict[tuple[Any, str, tuple[str, ...]], Select[Any]] = {}
"""One statement per list, made at its first use: an alias copies all columns of its table, which costs more
than reading the page. Statements are immutable."""
MOST_KEPT = 1_000
"""Statements kept per process: everybody chooses columns of his own."""


def row_statement(model: type[Any], columns: Sequence[Field], sort_column: Any) -> Select[Any]:
    """Select the key, the sort value, then each column; a relation gives its key and its title."""
    key = (model, str(sort_column.key), tuple(described.name for described in columns))
    if key not in _row_statements:
        if len(_row_statements) >= MOST_KEPT:
            _row_statements.clear()
        _row_statements[key] = _make_row_statement(model, columns, sort_column)
    return _row_statements[key]


def _make_row_statement(model: type[Any], columns: Sequence[Field], sort_column: Any) -> Select[Any]:
    wanted: list[Any] = [model.id, sort_column.label("sort_value")]
    joins = []
    for described in columns:
        column = getattr(model, described.name)
        wanted.append(column)
        if described.kind is Kind.RELATION and described.target is not None:
            other = aliased(described.target)
            joins.append((other, other.id == column))
            wanted.append(getattr(other, title_column(described.target).key))
    statement = select(*wanted).select_from(model)
    for other, on in joins:
        statement = statement.outerjoin(other, on)
    return statement


def shown_only(statement: Select[Any], columns: Sequence[Field]) -> Select[Any]:
    """Reduce a `row_statement` to the key and one shown value per column: of a relation the title."""
    selected = list(statement.selected_columns)
    kept, position = [selected[0]], 2
    for described in columns:
        is_pair = described.kind is Kind.RELATION and described.target is not None
        kept.append(selected[position + is_pair])
        position += 1 + is_pair
    return statement.with_only_columns(*kept)


def shape(columns: Sequence[Field], values: Sequence[Any]) -> list[Any]:
    """Return one value per column, for a relation the pair of key and title."""
    shaped: list[Any] = []
    position = 0
    for described in columns:
        if described.kind is Kind.RELATION and described.target is not None:
            shaped.append((values[position], values[position + 1]))
            position += 2
        else:
            shaped.append(values[position])
            position += 1
    return shaped
