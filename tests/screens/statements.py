"""Counts the statements of a request; what opens and closes a transaction is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

_NOT_COUNTED = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "PRAGMA")


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[str]]:
    """Give a list that takes every statement which the engine is sent inside the block."""
    sent: list[str] = []

    def take(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.lstrip().upper().startswith(_NOT_COUNTED):
            sent.append(" ".join(statement.split()))

    event.listen(engine, "before_cursor_execute", take)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", take)
