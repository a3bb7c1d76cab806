"""Product lines and the 24 products of the demo company, with what they cost and what competitors ask (R096)."""

from datetime import date
from decimal import Decimal
from functools import partial

from app.core.actor import Actor
from app.demo.stage import Stage
from models.products import CompetitorPrice, Product, ProductCost, ProductLine

LINES = {
    "commute": ("都市通勤", "City commute", "28–40 岁职业女性,中高价位,讲究版型与易打理"),
    "silk": ("真丝礼序", "Silk occasion", "社交与礼宾场合,真丝面料,高价位"),
    "bespoke": ("岚序高定", "Made to order", "量体定制,七天样衣,三周交付,最高价位"),
    "accessory": ("配饰", "Accessories", "围巾与小皮件,提升连带与礼赠"),
}
"""Key → name, English name, positioning."""

PRODUCTS = (
    ("LX-C01", "commute", "羊毛双面呢大衣", "Double-faced wool coat", "winter", 2899, 980, 2690),
    ("LX-C02", "commute", "垂感西装外套", "Draped blazer", "autumn", 1399, 455, 1299),
    ("LX-C03", "commute", "高腰直筒西裤", "High-waist straight trousers", "all_year", 699, 215, 659),
    ("LX-C04", "commute", "醋酸衬衫", "Acetate shirt", "spring", 599, 175, 579),
    ("LX-C05", "commute", "针织开衫", "Knitted cardigan", "spring", 759, 240, 699),
    ("LX-C06", "commute", "收腰风衣", "Belted trench coat", "spring", 1699, 560, 1599),
    ("LX-C07", "commute", "轻暖羽绒服", "Light down jacket", "winter", 1999, 690, 1899),
    ("LX-C08", "commute", "亚麻连衣裙", "Linen dress", "summer", 899, 270, 859),
    ("LX-C09", "commute", "牛仔半身裙", "Denim skirt", "all_year", 529, 160, 499),
    ("LX-S01", "silk", "真丝吊带长裙", "Silk slip dress", "summer", 1880, 610, 1760),
    ("LX-S02", "silk", "真丝印花衬衫", "Printed silk blouse", "summer", 1280, 410, 1190),
    ("LX-S03", "silk", "香云纱旗袍", "Gambiered silk qipao", "summer", 3280, 1120, 3080),
    ("LX-S04", "silk", "真丝阔腿裤", "Wide silk trousers", "summer", 1480, 480, 1390),
    ("LX-S05", "silk", "丝绒晚礼服", "Velvet evening gown", "winter", 4280, 1490, 3990),
    ("LX-S06", "silk", "真丝羊毛披肩", "Silk and wool stole", "autumn", 980, 310, 920),
    ("LX-B01", "bespoke", "定制西装套装", "Bespoke suit", "all_year", 7800, 2900, 7500),
    ("LX-B02", "bespoke", "定制旗袍", "Bespoke qipao", "all_year", 6800, 2450, 6600),
    ("LX-B03", "bespoke", "定制礼服", "Bespoke gown", "all_year", 12800, 4800, 12500),
    ("LX-B04", "bespoke", "定制羊绒大衣", "Bespoke cashmere coat", "winter", 15800, 6200, 14900),
    ("LX-A01", "accessory", "真丝方巾", "Silk square scarf", "all_year", 459, 118, 429),
    ("LX-A02", "accessory", "羊绒围巾", "Cashmere scarf", "winter", 899, 265, 859),
    ("LX-A03", "accessory", "小羊皮腰带", "Lambskin belt", "all_year", 399, 110, 369),
    ("LX-A04", "accessory", "真皮手提包", "Leather handbag", "all_year", 1699, 590, 1599),
    ("LX-A05", "accessory", "珍珠胸针", "Pearl brooch", "all_year", 329, 85, 299),
)  # fmt: skip
"""SKU, line, name, English name, season, list price, unit cost, a competitor's price; RMB, tax included."""

COMPETITORS = ("云素", "棠里")
"""Invented competitors; the second one asks 6 % more than the first."""
SKUS = {product[0]: product for product in PRODUCTS}


def list_price(sku: str) -> Decimal:
    """Return the list price of a product in RMB."""
    return Decimal(SKUS[sku][5])


def tell(stage: Stage) -> None:
    """Note the scenes: the lines and products, the costs of two half-years, the competitors' prices."""
    stage.at("2025-10-10 10:00", "admin", partial(_enter, stage))
    stage.at("2026-01-06 14:00", "pricing-analyst", partial(_cost, stage, date(2026, 1, 1), 100))
    stage.at("2026-07-02 14:00", "pricing-analyst", partial(_cost, stage, date(2026, 7, 1), 103))
    for day in ("2026-02-10", "2026-08-12"):
        stage.at(f"{day} 16:00", "pricing-analyst", partial(_observe, stage, date.fromisoformat(day)))


def _enter(stage: Stage, actor: Actor) -> None:
    for key, (name, name_en, positioning) in LINES.items():
        stage.store(actor, ProductLine(name=name, name_en=name_en, positioning=positioning), f"line:{key}")
    for sku, line, name, name_en, season, *_money in PRODUCTS:
        stage.store(
            actor,
            Product(
                sku=sku,
                name=name,
                name_en=name_en,
                product_line_id=stage.things[f"line:{line}"].id,
                season=season,
                launch_year=2025,
            ),
            f"product:{sku}",
        )


def _cost(stage: Stage, valid_from: date, percent: int, actor: Actor) -> None:
    stage.store_all(
        actor,
        [
            ProductCost(
                product_id=stage.things[f"product:{sku}"].id,
                valid_from=valid_from,
                cost_amount=_percent_of(cost, percent),
                source="财务成本核算表",
            )
            for sku, *_texts, _price, cost, _seen in PRODUCTS
        ],
    )


def _observe(stage: Stage, day: date, actor: Actor) -> None:
    stage.store_all(
        actor,
        [
            CompetitorPrice(
                product_id=stage.things[f"product:{sku}"].id,
                competitor_name=competitor,
                price_amount=_percent_of(seen, percent),
                seen_on=day,
                source="线上旗舰店页面",
            )
            for sku, *_texts, seen in PRODUCTS
            for competitor, percent in zip(COMPETITORS, (100, 106), strict=True)
        ],
    )


def _percent_of(amount: int, percent: int) -> Decimal:
    return (Decimal(amount) * percent / 100).quantize(Decimal("0.01"))
