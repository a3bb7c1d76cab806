"""A record under approval as one document: its content and its lines, without regard to row scope.

Who is asked to decide must see what he decides on; the right to see comes from the assignment.
"""

from dataclasses import dataclass
from typing import Any

from views.base import NOT_TYPED
from views.fields import Field, Kind, fields_of
from views.formats import formatter_of


@dataclass(frozen=True)
class LineTable:
    """The lines of one kind: their columns and their shown values."""

    title: Any
    columns: list[Field]
    rows: list[list[Any]]


def shown_values(record: Any, names: tuple[str, ...]) -> list[tuple[Field, Any]]:
    """Return the described columns of a record with their shown values."""
    described = fields_of(record.__class__)
    return [(described[name], shown_value(record, described[name])) for name in names if name in described]


def shown_value(record: Any, field: Field) -> Any:
    """Return one value as a person reads it, a related row by its title."""
    value = (
        getattr(record, field.relation)
        if field.kind is Kind.RELATION and field.relation
        else getattr(record, field.name)
    )
    if value is None or value == "":
        return ""
    return str(value) if field.kind is Kind.RELATION else formatter_of(field)(value)


def line_tables(record: Any, titles: dict[type[Any], Any]) -> list[LineTable]:
    """Return the document's lines, one table per kind.

    Args:
        titles: line model → heading.
    """
    tables = []
    for relation_name in record.__document_lines__:
        model = record.__mapper__.relationships[relation_name].mapper.class_
        names = [name for name, field in fields_of(model).items()
                 if name not in NOT_TYPED and not field.is_counter and field.relation != model.__locked_with__]  # fmt: skip
        columns = [fields_of(model)[name] for name in names if fields_of(model)[name].kind is not Kind.JSON]
        rows = [[shown_value(line, column) for column in columns] for line in getattr(record, relation_name)]
        tables.append(LineTable(titles.get(model, relation_name), columns, rows))
    return tables
