"""What of a record and its lines is content: what an approver sees, what the digest covers, what is locked.

Content of a record is what its class lists in `__document_columns__`; of a line (a row whose class
names its record by `__locked_with__`) it is every column except keys, stamps, custom fields, counters
(`info` has `counter`) and progress (`info` has `progress`): money spent and milestones reached change
after the approval without touching what was approved.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import Column
from sqlalchemy.orm import Mapper
from sqlalchemy.orm import class_mapper as mapper_of

from models.approvable import Approvable
from models.base import FabModel

_NEVER = frozenset(
    {
        "id",
        "created_at",
        "changed_at",
        "created_by_id",
        "changed_by_id",
        "row_version",
        "custom_data",
        "deleted_at",
    }
)
PROOF = frozenset({"status", "revision", "submitted_at", "approved_at", "approved_sha256"})
"""Columns of a record that only the engine writes."""


@dataclass(frozen=True, slots=True)
class LineKind:
    """One relationship of a record whose rows belong to the document.

    Attributes:
        name: key of the relationship.
        model: class of the lines.
        columns: attribute keys of their content, sorted.
        parent_key: attribute key of the foreign key to the record.
    """

    name: str
    model: type[Any]
    columns: tuple[str, ...]
    parent_key: str


@dataclass(frozen=True, slots=True)
class Parent:
    """The record that a line belongs to."""

    model: type[Any]
    parent_key: str


def is_approvable(model: type[Any]) -> bool:
    """Whether rows of the class go through approval."""
    return issubclass(model, Approvable)


@cache
def record_content(model: Any) -> frozenset[str]:
    """Return the attributes of a record that nobody may change while it is locked; the bin included."""
    return frozenset(model.__document_columns__) | ({"deleted_at"} & set(_columns(model)))


@cache
def line_content(model: Any) -> frozenset[str]:
    """Return the attributes of a line that nobody may change while its record is locked."""
    return frozenset(
        key
        for key, column in _columns(model).items()
        if key not in _NEVER and not column.info.get("counter") and not column.info.get("progress")
    )


@cache
def line_kinds(model: Any) -> tuple[LineKind, ...]:
    """Return the relationships whose rows belong to the document of a record, in order of declaration."""
    return tuple(_line_kind(model, name) for name in model.__document_lines__)


def _line_kind(model: type[Any], name: str) -> LineKind:
    relation = mapper_of(model).relationships[name]
    line: Mapper[Any] = relation.mapper
    (foreign_key,) = relation.remote_side
    parent_key = line.get_property_by_column(foreign_key).key
    line_model: Any = line.class_
    columns = tuple(sorted(line_content(line_model) - {parent_key}))
    return LineKind(name, line_model, columns, parent_key)


@cache
def parent_of(model: Any) -> Parent | None:
    """Return the record class behind `__locked_with__`; None when the class has no such line."""
    name = getattr(model, "__locked_with__", None)
    if name is None:
        return None
    mapper = mapper_of(model)
    relation = mapper.relationships[name]
    if not is_approvable(relation.mapper.class_):
        return None
    (foreign_key,) = relation.local_columns
    return Parent(relation.mapper.class_, mapper.get_property_by_column(foreign_key).key)


@cache
def model_of(table_name: str) -> type[Any] | None:
    """Return the class mapped to a table, if it is an approvable record or a line of one."""
    for mapper in FabModel.registry.mappers:
        model: Any = mapper.class_
        if model.__tablename__ == table_name and (is_approvable(model) or parent_of(model) is not None):
            return cast("type[Any]", model)
    return None


def _columns(model: type[Any]) -> dict[str, Column[Any]]:
    found = ((prop.key, prop.columns[0]) for prop in mapper_of(model).column_attrs)
    return {key: column for key, column in found if isinstance(column, Column)}
