"""Sentences for what the database refused: which values, in the words of the form, not the constraint's name.

Rules refuse earlier, with a sentence of their own; this is what a person reads of a rule that only the
database holds, or that somebody else's transaction broke meanwhile.
"""

import re
from functools import cache

from sqlalchemy import CheckConstraint, Column, Constraint, Index, Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from app.core.errors import RuleViolation
from app.core.i18n import lazy_gettext as _l
from models.base import FabModel

_SQLITE_COLUMN = re.compile(r"\b(\w+)\.(\w+)")


def refusal_of(problem: IntegrityError) -> RuleViolation:
    """Return the refusal for a constraint that the database held; its details name the constraint."""
    diag = getattr(problem.orig, "diag", None)
    # PostgreSQL's whole message repeats the row, whose words say nothing about the constraint
    text = str(getattr(diag, "message_primary", None) or problem.orig)
    name = getattr(diag, "constraint_name", None) or text.rsplit("constraint failed: ", 1)[-1]
    kind = text.lower()
    details = {"constraint": name}
    if "foreign key" in kind:
        message = _l("Other records refer to this one, or a chosen record is gone.")
        return RuleViolation("still-referenced", message, details=details)
    columns = _columns_of(name, getattr(diag, "table_name", None), getattr(diag, "column_name", None))
    labels = _joined(columns)
    field = columns[0].name if len(columns) == 1 else None
    if "unique" in kind or "duplicate" in kind:
        message = (
            _l("A record with the same “%(labels)s” exists already.", labels=labels)
            if labels
            else _l("A record with these values exists already.")
        )
        return RuleViolation("already-exists", message, field=field, details=details)
    if "not null" in kind or "not-null" in kind:
        message = (
            _l("“%(label)s” is required.", label=labels) if labels else _l("A required value is missing.")
        )
        return RuleViolation("value-missing", message, field=field, details=details)
    rule = name.removeprefix("ck_")
    message = (
        _l("“%(labels)s” contradicts a rule of this record (%(rule)s).", labels=labels, rule=rule)
        if labels
        else _l("The values contradict a rule of this record (%(rule)s).", rule=rule)
    )
    return RuleViolation("constraint-violated", message, field=field, details=details)


def _joined(columns: "tuple[Column[object], ...]") -> str:
    return ", ".join(str(column.info["label"]) for column in columns)


def _columns_of(name: str, table: str | None, column: str | None) -> "tuple[Column[object], ...]":
    """Return the labelled columns that a constraint is about.

    Args:
        name: the constraint; of SQLite's unique and not-null refusals the columns, `table.column, …`.
        table, column: what PostgreSQL tells of a not-null refusal.
    """
    pairs = [(table, column)] if table and column else _SQLITE_COLUMN.findall(name)
    if pairs:
        tables = FabModel.metadata.tables
        found = [tables[one].columns.get(other) for one, other in pairs if one in tables]
    else:
        found = list(_constraint_columns().get(name, ()))
    return tuple(one for one in found if one is not None and one.info.get("label") is not None)


@cache
def _constraint_columns() -> "dict[str, tuple[Column[object], ...]]":
    """Return the columns of each check, unique constraint and unique index by its name."""
    found: dict[str, tuple[Column[object], ...]] = {}
    for table in FabModel.metadata.tables.values():
        rules: list[Constraint | Index] = [*table.constraints, *table.indexes]
        for rule in rules:
            if isinstance(rule, CheckConstraint):
                found[str(rule.name)] = _named_in(str(rule.sqltext), table)
            elif isinstance(rule, UniqueConstraint | Index):
                found[str(rule.name)] = tuple(rule.columns)
    return found


def _named_in(sql: str, table: Table) -> "tuple[Column[object], ...]":
    words = re.findall(r"\b\w+\b", re.sub(r"'[^']*'", "", sql))
    return tuple(table.columns[word] for word in dict.fromkeys(words) if word in table.columns)
