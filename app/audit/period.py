"""From a time to a place in the trail, without an index on time: entries stand in the order of their numbers."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import AuditEvent

CLOCK_ERROR = timedelta(days=1)
"""So far a clock may have stepped back; a search by period reads that much more on both sides."""


def first_since(session: Session, instant: datetime) -> int:
    """Return the number of the first entry that is not older than `instant`, by halving (20 look-ups in a million).

    Entries are in order of time only as far as the clock was; see `CLOCK_ERROR`.
    """
    low, high = 1, (session.scalar(select(func.max(AuditEvent.seq))) or 0) + 1
    while low < high:
        middle = (low + high) // 2
        at = session.scalar(
            select(AuditEvent.at).where(AuditEvent.seq >= middle).order_by(AuditEvent.seq).limit(1)
        )
        if at is None or at >= instant:
            high = middle
        else:
            low = middle + 1
    return low
