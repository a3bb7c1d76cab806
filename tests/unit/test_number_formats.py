"""The portal writes numbers itself; they read as the languages' own rules want them."""

from decimal import Decimal

import pytest
from babel.numbers import format_decimal

from app.core.i18n import LANGUAGES
from views.fields import Field, Kind
from views.formats import formatter_of

NUMBERS = ("0", "0.05", "1", "-1", "12.34", "-1234.5", "999999.99", "1000000", "92233720368547.75")
PATTERNS = {Kind.MONEY: "#,##0.00", Kind.DECIMAL: "#,##0.####", Kind.PERCENT: "#,##0.##"}


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("kind", PATTERNS)
@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_read_as_the_language_writes_them(locale: str, kind: Kind, text: str) -> None:
    """The fast way and the library's way give the same text in every language of the portal."""
    described = Field("amount", kind, label="", help=None, is_required=False)
    shown = str(formatter_of(described)(Decimal(text))).removesuffix(" %")
    assert shown == format_decimal(Decimal(text), PATTERNS[kind], locale=locale)


def test_four_places_stand_and_no_needless_zero() -> None:
    """A quantity keeps its digits and loses the zeros behind them."""
    show = formatter_of(Field("amount", Kind.DECIMAL, label="", help=None, is_required=False))
    assert [show(Decimal(text)) for text in ("1.5000", "100.0000", "0.0001")] == ["1.5", "100", "0.0001"]
