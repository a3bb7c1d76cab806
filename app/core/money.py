"""Money and shares: always Decimal, two places, rounded half up as the tax offices do."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def to_cents(value: Decimal) -> Decimal:
    """Round to two places, half away from zero."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)
