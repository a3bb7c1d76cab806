"""Two thousand receipts of the demo company's customers, imported month by month after the customers."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import insert, select

from app.core.actor import Actor
from app.core.clock import company_zone, today
from app.demo.customers import BATCHES
from app.demo.products import PRODUCTS, list_price
from app.demo.stage import Stage
from models.purchases import Purchase, PurchaseLine

TOTAL = 2_000
FIRST_BATCH = 200
MONTHLY = 150
CHANNEL_OF = {"tmall": ("tmall", 95), "jd": ("jd", 96), "douyin": ("douyin", 92), "store": ("store", 100)}
"""Source → channel and usual price in percent of the list price."""
WEIGHTS = tuple(
    1 if product[1] == "bespoke" else 12 if product[1] == "accessory" else 9 for product in PRODUCTS
)
RETURN_SHARE = 0.05

Row = dict[str, Any]


def tell(stage: Stage) -> None:
    """Note one import per month, an hour after the customers'."""
    for number, day in enumerate(BATCHES):
        stage.at(f"{day} 09:30", "analyst-2", partial(_import, stage, number))


def _import(stage: Stage, number: int, _actor: Actor) -> None:
    count = FIRST_BATCH if number == 0 else MONTHLY
    receipts = [_receipt(stage, number, index) for index in range(count)]
    lines = {receipt["external_no"]: _lines(stage, receipt) for receipt in receipts}
    for receipt in receipts:
        receipt["total_amount"] = sum(
            (line["line_total"] for line in lines[receipt["external_no"]]), Decimal(0)
        )
    rows = [
        {name: value for name, value in one.items() if name not in {"percent", "is_return"}}
        for one in receipts
    ]
    stage.session.execute(insert(Purchase), rows)
    keys = _keys(stage, receipts)
    stage.session.execute(
        insert(PurchaseLine),
        [{**line, "purchase_id": keys[no]} for no, of_receipt in lines.items() for line in of_receipt],
    )


def _receipt(stage: Stage, number: int, index: int) -> Row:
    chance, people = stage.random, stage.things["customers"]
    customer = people[min(chance.randrange(len(people)), chance.randrange(len(people)))]
    source = customer["source"] if customer["source"] in CHANNEL_OF else "store"
    channel, percent = CHANNEL_OF[source]
    first = date.fromisoformat(BATCHES[number]).replace(day=1) - timedelta(days=31)
    day = min(first + timedelta(days=chance.randrange(31)), today() - timedelta(days=1))
    at = datetime.combine(day, time(chance.randrange(9, 22), chance.randrange(60)), company_zone())
    return {
        "source_id": stage.things[f"source:{source}"].id,
        "external_no": f"{source[:2].upper()}{day:%Y%m}-{number:02d}{index:04d}",
        "customer_id": customer["id"],
        "channel_id": stage.things[f"channel:{channel}"].id,
        "purchased_at": at,
        "percent": percent,
        "is_return": chance.random() < RETURN_SHARE,
    }


def _lines(stage: Stage, receipt: Row) -> list[Row]:
    chance = stage.random
    lines: list[Row] = []
    for line_no in range(1, (1 if receipt["is_return"] else chance.choice((1, 1, 1, 2, 2, 3))) + 1):
        sku, _line, name, *_facts = chance.choices(PRODUCTS, WEIGHTS)[0]
        price = (list_price(sku) * receipt["percent"] / 100).quantize(Decimal("0.01"))
        quantity = -1 if receipt["is_return"] else chance.choice((1, 1, 1, 1, 2))
        lines.append(
            {
                "line_no": line_no,
                "sku": sku,
                "product_id": stage.things[f"product:{sku}"].id,
                "description": name,
                "quantity": quantity,
                "unit_price": price,
                "line_total": quantity * price,
            }
        )
    return lines


def _keys(stage: Stage, receipts: list[Row]) -> dict[str, int]:
    numbers = [receipt["external_no"] for receipt in receipts]
    found = stage.session.execute(
        select(Purchase.external_no, Purchase.id).where(Purchase.external_no.in_(numbers))
    )
    return {number: key for number, key in found}  # noqa: C416  rows of two columns
