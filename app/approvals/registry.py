"""Which record types can be approved, and what the engine must know of each.

A service module registers its type when it is imported; the engine, the route designer and the
screens look it up by the record type, which is the table's name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.approvals.conditions import Fact, Schema
from app.core.actor import Actor


def _nothing(_actor: Actor, _record: Any) -> None:
    """Do nothing more on approval."""


@dataclass(frozen=True, kw_only=True)
class ApprovableType:
    """One kind of approvable record.

    Attributes:
        record_type: table name.
        model: class with `models.approvable.Approvable` and `models.base.Owned`.
        title: the subject line of the approval, at most 240 characters.
        amount: the sum that decides how high it goes; None when the record has none.
        schema: fields that conditions may name, with their types.
        facts: value of each field of `schema`, of the promised type or None.
        check_ready: raises RuleViolation when the record is not complete enough to be submitted.
        on_approved: last rules and effects when it comes into force, in the same transaction; raises
            RuleViolation to refuse.
    """

    record_type: str
    model: type[Any]
    title: Callable[[Any], str]
    amount: Callable[[Any], Decimal | None]
    schema: Schema
    facts: Callable[[Any], dict[str, Fact]]
    check_ready: Callable[[Actor, Any], None]
    on_approved: Callable[[Actor, Any], None] = _nothing


_types: dict[str, ApprovableType] = {}


def register(kind: ApprovableType) -> ApprovableType:
    """Make a record type approvable; a second registration of the same type replaces the first."""
    _types[kind.record_type] = kind
    return kind


def approvable_types() -> tuple[ApprovableType, ...]:
    """Return all registered types in order of their names."""
    return tuple(_types[name] for name in sorted(_types))


def type_named(record_type: str) -> ApprovableType:
    """Return a registered type.

    Raises:
        KeyError: nothing registered this record type (a bug, or its service was not imported).
    """
    return _types[record_type]


def type_of(record: Any) -> ApprovableType:
    """Return the type of a record.

    Raises:
        KeyError: see `type_named`.
    """
    return type_named(str(record.__tablename__))
