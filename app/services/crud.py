"""The default verbs of a noun: what every record needs when it is made, changed, binned and restored.

A noun with rules of its own has a module in this package with functions of the same names, which
check and then call these. `register` tells the screens which functions to call for which model.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session, object_session

from app.core.actor import Actor
from app.core.clock import utc_now
from app.core.db import db
from app.core.errors import RuleViolation, WrongState
from app.core.i18n import lazy_gettext as _l
from app.services.numbering import next_code
from models.base import Coded, Owned, SoftDeleted

Verb = Callable[..., None]


@dataclass(frozen=True)
class Service:
    """The verbs that a screen, the REST interface and an import use for one model."""

    create: Verb
    update: Verb
    delete: Verb
    restore: Verb


def create(actor: Actor, *, record: Any) -> None:
    """Give a new record its number and its owner and put it into the session.

    Raises:
        RuleViolation: the actor is no employee, so that the record would have no responsible person.
    """
    session: Session = db.session()
    if isinstance(record, Owned):
        _own(actor, record)
    with session.no_autoflush:
        if isinstance(record, Coded) and not record.code:
            record.code = next_code(session, record.__series__)
    session.add(record)


def _own(actor: Actor, record: Any) -> None:
    record.owner_id = record.owner_id or actor.employee_id
    if record.owner_id is None:
        raise RuleViolation("owner-needed", _l("Name the responsible person."), field="owner_id")
    record.department_id = record.department_id or actor.department_id
    if record.department_id is None:
        raise RuleViolation("department-needed", _l("Name the department."), field="department_id")


def update(actor: Actor, *, record: Any) -> None:
    """Let the changes of a record stand; the session already holds them."""


def delete(actor: Actor, *, record: Any) -> None:
    """Put a record into the bin, or delete a line for good (its parent keeps the history).

    Raises:
        WrongState: the record is in the bin already.
    """
    if isinstance(record, SoftDeleted):
        if record.is_deleted:
            raise WrongState("already-deleted", _l("This record is in the bin already."))
        record.deleted_at = utc_now()
        return
    session = object_session(record)
    assert session is not None
    session.delete(record)


def restore(actor: Actor, *, record: Any) -> None:
    """Take a record out of the bin.

    Raises:
        WrongState: the record is not in the bin.
    """
    if not isinstance(record, SoftDeleted) or not record.is_deleted:
        raise WrongState("not-deleted", _l("This record is not in the bin."))
    record.deleted_at = None


DEFAULT = Service(create=create, update=update, delete=delete, restore=restore)
_services: dict[type[Any], Service] = {}


def register(
    model: type[Any],
    *,
    create: Verb = create,
    update: Verb = update,
    delete: Verb = delete,
    restore: Verb = restore,
) -> None:
    """Say which verbs a model has instead of the default ones."""
    _services[model] = Service(create=create, update=update, delete=delete, restore=restore)


def service_of(model: type[Any]) -> Service:
    """Return the verbs of a model."""
    return _services.get(model, DEFAULT)
