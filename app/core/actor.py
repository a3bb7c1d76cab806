"""Who acts: frozen facts about the person (or the system) behind a command.

The actor is made once per request, job or command-line call and handed down explicitly as the
first argument of every service. The context variable exists only for the ground layer (audit
trail, created-by stamps), which must know the actor without being handed one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or process on whose responsibility a change is made (R013, R015).

    Attributes:
        user_id: key of the log-in account; None for the system.
        employee_id: key of the employee behind the account, if any.
        department_id: department of the employee's current assignment.
        partner_id: partner company of an external account; such an actor sees only its own records.
        roles: names of the roles held.
        permissions: pairs (permission, resource) granted by the roles.
        session_id, address, request_id: where the command came from, for the audit trail.
        seen_role_id: the role through whose eyes the person looks just now; then nothing can be changed.
    """

    user_id: int | None
    name: str
    employee_id: int | None = None
    department_id: int | None = None
    partner_id: int | None = None
    roles: frozenset[str] = frozenset()
    role_ids: frozenset[int] = frozenset()
    permissions: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False)
    session_id: str | None = None
    address: str | None = None
    request_id: str | None = None
    seen_role_id: int | None = None

    @property
    def is_system(self) -> bool:
        """Whether no person stands behind the command."""
        return self.user_id is None

    def may(self, permission: str, resource: str) -> bool:
        """Whether the roles grant `permission` (for example `can_edit`) on `resource` (a screen's name)."""
        return self.is_system or (permission, resource) in self.permissions


SYSTEM = Actor(user_id=None, name="system")
"""The portal itself: migrations, schedules, the demo loader."""

_current: ContextVar[Actor] = ContextVar("current_actor", default=SYSTEM)


def current_actor() -> Actor:
    """Return the actor of the running request, job or command; the system outside of all."""
    return _current.get()


def set_current_actor(actor: Actor) -> None:
    """Make `actor` the current one for the rest of this context (a request has its own)."""
    _current.set(actor)


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Make `actor` the current one within the context."""
    token = _current.set(actor)
    try:
        yield actor
    finally:
        _current.reset(token)
