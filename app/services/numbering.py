"""Numbers that people quote, without gaps, taken inside the business transaction."""

from contextlib import suppress

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.clock import today
from models.numbering import NumberSeries


def next_number(session: Session, prefix: str, *, count: int = 1) -> int:
    """Take `count` consecutive numbers of this year's series and return the first.

    The counter's row stays locked until the transaction ends, so that a rolled-back transaction
    gives its numbers back.
    """
    key = {"prefix": prefix, "year": today().year}
    step = (
        update(NumberSeries)
        .filter_by(**key)
        .values(last_number=NumberSeries.last_number + count)
        .returning(NumberSeries.last_number)
        .execution_options(synchronize_session=False)
    )
    last = session.scalar(step)
    if last is None:
        # another transaction may make the row first; then the update below waits for it
        with suppress(IntegrityError), session.begin_nested():
            session.execute(insert(NumberSeries).values(**key, last_number=0))
        last = session.scalar(step)
    assert last is not None
    return last - count + 1


def format_code(prefix: str, number: int) -> str:
    """Return the quoted form, for example `MP-2026-0042`."""
    return f"{prefix}-{today().year}-{number:04d}"


def next_code(session: Session, prefix: str) -> str:
    """Take one number of this year's series in its quoted form."""
    return format_code(prefix, next_number(session, prefix))
