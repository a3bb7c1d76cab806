"""Checks that several nouns share: they refuse with a sentence before the database would refuse with a name."""

from functools import wraps
from typing import Any, TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, class_mapper

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import RuleViolation
from app.core.i18n import lazy_gettext as _l
from app.services.crud import Verb
from models.base import SoftDeleted

Record = TypeVar("Record")
_LATER = frozenset({"code", "owner_id", "department_id", "row_version"})
"""Required columns that `crud.create` or the session gives."""


def before_flush(verb: Verb) -> Verb:
    """Run a verb while its record's changes are pending: no query inside sends them unchecked to the database."""

    @wraps(verb)
    def pending(actor: Actor, *, record: Any) -> None:
        with db.session.no_autoflush:
            verb(actor, record=record)

    return pending


def find(model: type[Record], key: int | None) -> Record | None:
    """Return the stored row with this key unless it lies in the bin."""
    if key is None:
        return None
    session: Session = db.session()
    row = session.get(model, key)
    return None if isinstance(row, SoftDeleted) and row.is_deleted else row


def need(model: type[Record], key: int | None, *, code: str, message: Any, field: str) -> Record:
    """Return the row with this key.

    Raises:
        RuleViolation: there is none, or it lies in the bin.
    """
    row = find(model, key)
    if row is None:
        raise RuleViolation(code, message, field=field)
    return row


def prepare(record: Any) -> None:
    """Give a record its columns' default values and refuse it if a required one is missing.

    Afterwards a rule may rely on every column that is not optional, except what the service itself
    works out (counters, the number, owner and department).

    Raises:
        RuleViolation: with the code `value-missing` and the column as its field.
    """
    for name, column in class_mapper(type(record)).columns.items():
        is_given = column.nullable or column.primary_key or column.computed is not None
        if is_given or getattr(record, name) is not None:
            continue
        default: Any = column.default
        if default is not None:
            if default.is_scalar:
                setattr(record, name, default.arg)
        elif name not in _LATER and column.info.get("label") is not None and not column.info.get("counter"):
            message = _l("“%(label)s” is required.", label=column.info["label"])
            raise RuleViolation("value-missing", message, field=name)


def check(is_right: bool, code: str, message: Any, *, field: str | None = None) -> None:
    """Refuse unless something holds.

    Raises:
        RuleViolation: it does not hold.
    """
    if not is_right:
        raise RuleViolation(code, message, field=field)


def in_order(first: Any, last: Any) -> bool:
    """Whether two values stand in order; a missing one is somebody else's complaint."""
    return first is None or last is None or first <= last


def is_filled(text: str | None) -> bool:
    """Whether a text says anything."""
    return bool(text and text.strip())


def former(record: Any, name: str) -> Any:
    """Return the stored value of an attribute that was changed; the current one if it was not.

    A change of an attribute that was not loaded leaves no trace of the old value in the session;
    then the database is asked.
    """
    state = inspect(record)
    history = state.attrs[name].history
    if history.deleted:
        return history.deleted[0]
    if history.added and state.persistent:
        model = type(record)
        with db.session.no_autoflush:
            return db.session.scalar(select(getattr(model, name)).where(model.id == record.id))
    return getattr(record, name)
