"""What a rule may refuse, and how: a stable code for machines, a lazy sentence for people.

Anything else that is raised is a bug and ends as a logged 500. A view never invents an error; it
shows the sentence of the one it caught.
"""

from collections.abc import Mapping
from typing import Any


class RuleViolation(Exception):
    """A business rule refuses the command; nothing has changed.

    Args:
        code: stable kebab-case identifier, also the `code` of the REST answer.
        message: lazy translated sentence: what is wrong, where, what to do.
        field: the form field that the sentence belongs to, if there is one.
        details: values for machines (numbers, ids); never personal data.
    """

    http_status = 422

    def __init__(
        self,
        code: str,
        message: Any,
        *,
        field: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.details = dict(details or {})

    def __str__(self) -> str:
        return str(self.message)


class WrongState(RuleViolation):
    """The record is not in a state in which the command is possible."""

    http_status = 409


class NotAllowed(RuleViolation):
    """The actor may not do this (R090); the attempt is written to the audit trail."""

    http_status = 403


class NotFound(RuleViolation):
    """The record does not exist, or the actor may not know that it does."""

    http_status = 404


class BadInput(RuleViolation):
    """The request itself is malformed: a page number, an order column, a filter, a file."""

    http_status = 400


class Conflict(RuleViolation):
    """Somebody else changed the record since the actor's page was drawn.

    Args:
        differences: column name → (value typed by the actor, value now stored).
    """

    http_status = 409

    def __init__(
        self,
        message: Any,
        *,
        differences: Mapping[str, tuple[Any, Any]] | None = None,
        code: str = "stale-record",
    ) -> None:
        super().__init__(code, message)
        self.differences = dict(differences or {})
