"""Counter columns: a parent's count or sum over its lines, kept in the transaction that changes them.

A CHECK sees one row only. A rule such as “the weights sum to 100” becomes a CHECK once the parent
carries the sum. The sum is taken anew from the lines after each flush, with the parent's row locked
first, so that two transactions that add lines at the same time cannot lose one of them. Bulk
statements bypass it: whoever writes lines in bulk calls `recount`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, event, func, inspect, literal_column, select, update
from sqlalchemy.orm import Session, UOWTransaction


@dataclass(frozen=True)
class _Rule:
    parent: type[Any]
    line: type[Any]
    link: str
    counters: Mapping[str, ColumnElement[Any]]


_rules: dict[type[Any], _Rule] = {}


def total(column: Any) -> ColumnElement[Any]:
    """Return the sum of a column, 0 over no lines; the zero is written out because columns scale values."""
    return func.coalesce(func.sum(column), literal_column("0"))


def keep_counters(line: type[Any], *, parent: type[Any], link: str, **counters: ColumnElement[Any]) -> None:
    """Keep columns of `parent` equal to aggregates over its lines.

    Args:
        link: the line's foreign key to the parent's `id`.
        counters: the parent's column name → an aggregate over the line's columns, never null.
    """
    _rules[line] = _Rule(parent, line, link, counters)


def recount(session: Session, line: type[Any], parent_ids: Iterable[int]) -> None:
    """Take the counters of these parents anew from their lines; nobody changed the parents themselves."""
    rule = _rules[line]
    foreign_key = getattr(rule.line, rule.link)
    for parent_id in sorted(set(parent_ids)):
        session.execute(select(rule.parent.id).where(rule.parent.id == parent_id).with_for_update())
        totals = {
            name: select(total).where(foreign_key == parent_id).scalar_subquery()
            for name, total in rule.counters.items()
        }
        table = rule.parent.__table__
        kept = {column.name: column for column in table.columns if column.onupdate is not None}
        statement = update(table).where(table.c.id == parent_id).values(kept | totals)
        session.connection().execute(statement)


@event.listens_for(Session, "after_flush")
def _recount_touched(session: Session, _context: UOWTransaction) -> None:
    touched: dict[type[Any], set[int]] = {}
    for record in (*session.new, *session.dirty, *session.deleted):
        rule = _rules.get(type(record))
        if rule is not None:
            history = inspect(record).attrs[rule.link].history
            keys = {key for key in history.sum() if key is not None}
            touched.setdefault(type(record), set()).update(keys)
    for line, parent_ids in touched.items():
        recount(session, line, parent_ids)
    if touched:
        session.info.setdefault("recounted", []).append(touched)


@event.listens_for(Session, "after_flush_postexec")
def _forget_old_counts(session: Session, _context: UOWTransaction) -> None:
    for touched in session.info.pop("recounted", ()):
        for line, parent_ids in touched.items():
            rule = _rules[line]
            for parent_id in parent_ids:
                parent = session.identity_map.get(
                    inspect(rule.parent).identity_key_from_primary_key((parent_id,))
                )
                if parent is not None and not inspect(parent).deleted:
                    session.expire(parent, list(rule.counters))
