"""Headers become fields, cells become values, and what can be read in two ways is refused."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.core.errors import BadInput
from app.imports import customers, purchases
from app.imports.mapping import (
    choice,
    complete,
    currency_code,
    day,
    detect,
    instant,
    number_text,
    scaled,
    text,
    whole,
    zone_named,
)
from app.imports.problems import RowRefused

LONDON = ZoneInfo("Europe/London")
UCI = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
]


@pytest.mark.parametrize(
    "headers",
    [
        UCI,
        [
            "invoice no",
            "STOCK_CODE",
            "description",
            "quantity",
            "invoice-date",
            "Unit Price",
            "Customer ID",
            "country",
        ],
        ["订单号", "商品编码", "品名", "数量", "下单时间", "单价", "会员号", "国家"],
        ["小票号", "货号", "商品名称", "件数", "日期", "价格", "客户编号", "国家"],
        ["訂單編號", "貨號", "商品名稱", "數量", "購買時間", "單價", "會員編號", "國家"],
        [
            "external_no",
            "sku",
            "description",
            "quantity",
            "purchased_at",
            "unit_price",
            "customer_no",
            "country",
        ],
    ],
)
def test_headers_are_recognised(headers: list[str]) -> None:
    names = [
        "external_no",
        "sku",
        "description",
        "quantity",
        "purchased_at",
        "unit_price",
        "customer_no",
        "country",
    ]
    assert detect(purchases.FIELDS, headers) == dict(zip(names, headers, strict=True))


def test_chinese_customer_headers() -> None:
    headers = ["会员号", "姓名", "性别", "生日", "手机号", "邮箱", "微信号", "城市", "地址", "备注"]
    found = detect(customers.FIELDS, headers)
    assert list(found.values()) == [
        "会员号",
        "姓名",
        "性别",
        "生日",
        "城市",
        "地址",
        "手机号",
        "邮箱",
        "微信号",
        "备注",
    ]


def test_a_column_chosen_by_hand_wins_and_a_field_can_be_left_out() -> None:
    columns = complete(purchases.FIELDS, [*UCI, "Land"], {"country": "Land", "description": ""})
    assert columns["country"] == "Land"
    assert "description" not in columns


@pytest.mark.parametrize(
    ("headers", "chosen", "code"),
    [
        (UCI[:-3], {}, "column-missing"),
        (UCI, {"sku": ""}, "column-missing"),
        (UCI, {"nothing": "Country"}, "no-such-field"),
        (UCI, {"sku": "Nowhere"}, "no-such-column"),
        (UCI, {"sku": "Country", "country": "Country"}, "column-twice"),
    ],
)
def test_a_mapping_that_cannot_be(headers: list[str], chosen: dict[str, str], code: str) -> None:
    with pytest.raises(BadInput) as caught:
        complete(purchases.FIELDS, headers, chosen)
    assert caught.value.code == code
    assert str(caught.value)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("2.55", 25_500),
        ("0", 0),
        ("-1", -10_000),
        ("+3.", 30_000),
        ("0.001", 10),
        ("1.00000", 10_000),
        ("0.0001", 1),
    ],
)
def test_decimals(given: str, value: int) -> None:
    assert scaled(LONDON)(given) == value


@pytest.mark.parametrize(
    ("given", "reason"),
    [("1,5", "not-a-number"), ("1,234.50", "not-a-number"), ("£3", "not-a-number"), ("1e3", "not-a-number"), ("NaN", "not-a-number"),
     ("Infinity", "not-a-number"), ("１２", "not-a-number"), ("0x10", "not-a-number"), ("1_000", "not-a-number"), ("--1", "not-a-number"),
     ("9" * 13, "not-a-number"), ("0.00001", "places"), (".5", "not-a-number"), ("#REF!", "not-a-number")],
)  # fmt: skip
def test_what_is_no_decimal(given: str, reason: str) -> None:
    with pytest.raises(RowRefused) as caught:
        scaled(LONDON)(given)
    assert caught.value.reason == reason


@pytest.mark.parametrize(("given", "value"), [("6", 6), ("-10", -10), ("6.0", 6), ("+7", 7)])
def test_whole_numbers(given: str, value: int) -> None:
    assert whole(LONDON)(given) == value


@pytest.mark.parametrize(
    ("given", "reason"), [("6.5", "not-whole"), ("six", "not-a-number"), ("", "not-a-number")]
)
def test_what_is_no_whole_number(given: str, reason: str) -> None:
    with pytest.raises(RowRefused) as caught:
        whole(LONDON)(given)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("2010-12-01 08:26:00", datetime(2010, 12, 1, 8, 26, tzinfo=UTC)),
        ("2011-05-01T08:26", datetime(2011, 5, 1, 7, 26, tzinfo=UTC)),
        ("2011/5/1 8:26", datetime(2011, 5, 1, 7, 26, tzinfo=UTC)),
        ("2011.05.01", datetime(2011, 4, 30, 23, 0, tzinfo=UTC)),
        ("2011年5月1日 8:26", datetime(2011, 5, 1, 7, 26, tzinfo=UTC)),
        ("01.05.2011 08:26", datetime(2011, 5, 1, 7, 26, tzinfo=UTC)),
        ("20110501", datetime(2011, 4, 30, 23, 0, tzinfo=UTC)),
        ("2011-05-01T08:26:00Z", datetime(2011, 5, 1, 8, 26, tzinfo=UTC)),
        ("2011-05-01 08:26:00+08:00", datetime(2011, 5, 1, 0, 26, tzinfo=UTC)),
        ("2011-05-01 08:26:00.123", datetime(2011, 5, 1, 7, 26, tzinfo=UTC)),
        ("2011-10-30 01:30:00", datetime(2011, 10, 30, 0, 30, tzinfo=UTC)),
    ],
)
def test_times(given: str, value: datetime) -> None:
    assert instant(LONDON)(given) == value


@pytest.mark.parametrize(
    ("given", "reason"),
    [("03/04/2011", "not-a-date"), ("12/1/2010 8:26", "not-a-date"), ("2011-13-01", "not-a-date"), ("2011-02-30", "not-a-date"),
     ("11-02-03", "not-a-date"), ("40513", "not-a-date"), ("yesterday", "not-a-date"), ("2011-05/01", "not-a-date"),
     ("2011-05-01 25:00", "not-a-date"), ("0001-01-01 00:00:00+14:00", "not-a-date"), ("2011-03-27 01:30:00", "no-such-time"),
     ("2011-05-01 08:26:00+99:00", "not-a-date"), ("0000-01-01", "not-a-date")],
)  # fmt: skip
def test_what_is_no_time(given: str, reason: str) -> None:
    with pytest.raises(RowRefused) as caught:
        instant(LONDON)(given)
    assert caught.value.reason == reason


def test_days() -> None:
    assert day(LONDON)("1990-01-31 00:00:00") == date(1990, 1, 31)
    with pytest.raises(RowRefused):
        day(LONDON)("1990-01-31 08:00")


def test_texts() -> None:
    assert text(20)(LONDON)("e\u0301\ttwo\nlines") == "é two lines"
    assert number_text(9)(LONDON)("17850.0") == "17850"
    assert number_text(9)(LONDON)("A1.0") == "A1.0"
    assert text(20)(LONDON)("a\u200bb") == "a\u200bb"
    for value, reason in (("x" * 21, "too-long"), ("a\x07b", "control")):
        with pytest.raises(RowRefused) as caught:
            text(20)(LONDON)(value)
        assert caught.value.reason == reason
    assert choice({"m": "male"})(LONDON)("Ｍ") == "male"


def test_zones_and_currencies() -> None:
    assert zone_named("Europe/London") == LONDON
    assert currency_code(" gbp ") == "GBP"
    for name in ("Nowhere/City", "../../etc/passwd", "/etc/passwd", "a\x00b"):
        with pytest.raises(BadInput):
            zone_named(name)
    with pytest.raises(BadInput):
        currency_code("££")
