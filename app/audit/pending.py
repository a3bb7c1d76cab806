"""What a session has collected for the trail and not yet written."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import InstanceState, Session, SessionTransaction

from app.audit.entries import Entry


@dataclass(slots=True)
class Pending:
    """The entries of a session's transaction, until they are written.

    Attributes:
        marks: open savepoint → number of entries when it began.
        olds: old values that had to be read before the flush in progress.
        is_committing: the entries were written already; late ones follow at once.
    """

    entries: list[Entry] = field(default_factory=list)
    marks: dict[SessionTransaction, int] = field(default_factory=dict)
    olds: dict[InstanceState[Any], dict[str, Any]] = field(default_factory=dict)
    is_committing: bool = False


def pending_of(session: Session) -> Pending:
    """Return the session's collected entries, a live object that ends with the transaction."""
    found: Pending | None = session.info.get(_KEY)
    if found is None:
        found = session.info[_KEY] = Pending()
    return found


def forget(session: Session) -> None:
    """Drop whatever was collected: the transaction is over."""
    session.info.pop(_KEY, None)


_KEY = "audit"
