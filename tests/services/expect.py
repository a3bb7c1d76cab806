"""What tests of services look for: a refusal by its code, the SQL that was run."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.core.errors import RuleViolation


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[RuleViolation]]:
    """Expect a refusal with this code and with a sentence."""
    with pytest.raises(RuleViolation) as error:
        yield error
    assert error.value.code == code
    assert len(str(error.value)) > 5  # a sentence, whatever the language
    assert str(error.value) != code


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """Collect the SQL that the session's engine runs, BEGIN, COMMIT and savepoints left out."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "SAVEPOINT" not in statement and not statement.startswith("BEGIN"):
            seen.append(statement)

    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
