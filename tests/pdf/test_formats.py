"""Figures and times as a document shows them, per language."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale

from models.metrics import MetricUnit
from reports import formats
from reports.names import Named

AMOUNT = Decimal("1234567.80")


@pytest.mark.parametrize(
    ("locale", "money", "day", "month"),
    [
        ("en", "CN¥1,234,567.80", "Apr 1, 2026", "Apr 2026"),
        ("zh", "¥1,234,567.80", "2026年4月1日", "2026年4月"),
        ("zh_Hant_TW", "CN¥1,234,567.80", "2026年4月1日", "2026年4月"),
    ],
)
def test_each_language_has_its_own_forms(
    printing: Flask, locale: str, money: str, day: str, month: str
) -> None:
    with force_locale(locale):
        assert formats.money(AMOUNT, "CNY") == money
        assert formats.day(date(2026, 4, 1)) == day
        assert formats.month(date(2026, 4, 1)) == month


def test_amounts_keep_exactly_two_places(printing: Flask) -> None:
    assert formats.amount(Decimal("0.1") + Decimal("0.2")) == "0.30"
    assert formats.amount(Decimal(92_000_000_000_000)) == "92,000,000,000,000.00"
    assert formats.number(Decimal("3.1400")) == "3.14"
    assert formats.percent(Decimal("33.50")) == "33.5%"


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (Decimal("82500000.0000"), MetricUnit.MONEY, "CN¥82,500,000"),
        (Decimal("2.1000"), MetricUnit.PERCENT, "2.1%"),
        (Decimal(16000), MetricUnit.COUNT, "16,000"),
        (None, MetricUnit.MONEY, "–"),
    ],
)
def test_a_metric_is_shown_in_its_unit(
    printing: Flask, value: Decimal | None, unit: MetricUnit, shown: str
) -> None:
    assert formats.measure(value, unit, "CNY") == shown


def test_an_instant_is_shown_in_company_time_with_its_offset(printing: Flask) -> None:
    assert formats.instant(datetime(2026, 3, 31, 16, 0, 5, tzinfo=UTC)) == "2026-04-01 00:00:05 UTC+08:00"
    with pytest.raises(ValueError, match="time zone"):
        formats.instant(datetime(2026, 3, 31, 16, 0, 5))  # noqa: DTZ001  exactly what is refused


def test_holes_are_seen_to_be_meant(printing: Flask) -> None:
    assert {
        formats.amount(None), formats.money(None, "CNY"), formats.number(None), formats.percent(None),
        formats.day(None), formats.month(None), formats.instant(None), formats.days(None), formats.short_digest(None),
    } == {"–"}  # fmt: skip


def test_durations_are_in_days_with_one_place(printing: Flask) -> None:
    assert formats.days(timedelta(hours=30)) == "1.3"
    assert formats.days(timedelta(0)) == "0.0"


def test_a_digest_is_cut_into_groups() -> None:
    assert formats.short_digest("0123456789abcdef" * 4) == "0123 4567 89ab cdef"


def test_english_names_are_used_in_english_only(printing: Flask) -> None:
    with force_locale("en"):
        assert str(Named("市场部", "Marketing")) == "Marketing"
        assert str(Named("市场部")) == "市场部"
    with force_locale("zh_Hant_TW"):
        assert str(Named("市场部", "Marketing")) == "市场部"
        assert str(Named("市场部", "Marketing", name_traditional="市場部")) == "市場部"
