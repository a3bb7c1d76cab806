"""Column types that behave alike on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import JSON, TypeDecorator


class Scaled(TypeDecorator[Decimal]):
    """An exact decimal stored as a whole number of its smallest unit (docs/adr/0003).

    SQLite has no decimal type: sums and CHECKs over NUMERIC run in binary floating point there.
    Whole numbers are exact, comparable and summable on both databases.

    Args:
        places: digits behind the point, 2 for money and percent.

    Raises:
        ValueError: a value has more digits behind the point than the column keeps.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int = 2) -> None:
        super().__init__()
        self.places = places

    @property
    def python_type(self) -> type[Decimal]:
        """Decimal, whatever the driver returns."""
        return Decimal

    def process_bind_param(self, value: Decimal | int | str | None, dialect: Dialect) -> int | None:
        """Turn `12.34` into `1234`."""
        if value is None:
            return None
        exact = Decimal(value).scaleb(self.places)
        whole = exact.to_integral_value(rounding=ROUND_HALF_UP)
        if whole != exact:
            message = f"{value} has more than {self.places} decimal places"
            raise ValueError(message)
        return int(whole)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        """Turn `1234` into `12.34`; PostgreSQL returns sums as Decimal, SQLite as int."""
        return None if value is None else Decimal(int(value)).scaleb(-self.places)


class Money(Scaled):
    """An amount in the company's currency, two places, up to 92 trillion."""

    cache_ok = True


class Percent(Scaled):
    """A share in percent, two places; in a CHECK 100 % is 10000."""

    cache_ok = True


class Instant(TypeDecorator[datetime]):
    """An aware instant in UTC; a naive value is refused, because nobody can tell what it means.

    Raises:
        ValueError: the value has no time zone.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; SQLite stores the wall time of UTC without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "an instant needs a time zone"
            raise ValueError(message)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Return the instant aware, in UTC."""
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


JsonDict = JSON().with_variant(JSONB(), "postgresql")
"""A JSON object: JSONB on PostgreSQL, validated text on SQLite."""
