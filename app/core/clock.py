"""The only module that reads the wall clock.

Instants are timezone-aware UTC; a business day is a date in the company's time zone. Tests freeze
both through `frozen_at`, so no other module may call `datetime.now` or `date.today`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("frozen_instant", default=None)
_company_zone = ZoneInfo("Asia/Shanghai")


def set_company_zone(name: str) -> None:
    """Set the company's time zone once, at start.

    Raises:
        ZoneInfoNotFoundError: the name is not in the time zone database.
    """
    global _company_zone  # noqa: PLW0603  a process serves one company, so one zone
    _company_zone = ZoneInfo(name)


def company_zone() -> ZoneInfo:
    """Return the company's time zone."""
    return _company_zone


def utc_now() -> datetime:
    """Return the current instant, aware, in UTC, to the microsecond."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    """Return the current business day in the company's time zone."""
    return utc_now().astimezone(_company_zone).date()


@contextmanager
def frozen_at(instant: datetime) -> Iterator[None]:
    """Hold the clock at an aware `instant` within the context (tests, replays, the demo company)."""
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
