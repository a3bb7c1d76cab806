"""Margins by product line, price lists and differential pricing rules of the demo company (R096-R098)."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_UP, Decimal
from functools import partial

from app.core.actor import Actor
from app.demo.approving import pass_through, submit
from app.demo.products import LINES, PRODUCTS
from app.demo.stage import Stage
from models.pricing import PriceList, PriceListItem, PricePolicy, PricingRule

OWNER = "pricing-analyst"

POLICIES = (
    ("commute", 2026, "2025-12-15 10:00", "target_profit", 64, 45, "in_force"),
    ("silk", 2026, "2025-12-15 10:40", "target_profit", 66, 48, "in_force"),
    ("bespoke", 2026, "2025-12-15 11:20", "cost", 62, 52, "in_force"),
    ("accessory", 2026, "2025-12-15 14:00", "competition", 70, 50, "in_force"),
    ("commute", 2027, "2026-11-17 10:00", "target_profit", 65, 46, "in_review"),
    ("silk", 2027, "2026-11-19 10:00", "target_profit", 67, 48, "draft"),
)
"""Product line, year, filed, basis, target and floor margin in percent, state."""

LISTS = (
    ("retail-2026", "2026-01-08 10:00", "2026全渠道零售价目表", None, date(2026, 2, 1), date(2027, 2, 1), 100, "in_force"),
    ("wholesale-2026", "2026-01-09 10:00", "2026批发价目表", "wholesale", date(2026, 2, 1), date(2027, 2, 1), 72, "in_force"),
    ("agent-2026", "2026-01-09 15:00", "2026代理供货价目表", "agent", date(2026, 2, 1), date(2027, 2, 1), 80, "in_force"),
    ("retail-2027", "2026-11-18 10:30", "2027全渠道零售价目表", None, date(2027, 2, 1), None, 102, "in_review"),
    ("wholesale-2027", "2026-11-19 16:20", "2027批发价目表", "wholesale", date(2027, 2, 1), None, 73, "draft"),
)  # fmt: skip
"""Key, filed, name, channel (None: all), first day, first day after, percent of the list price, state."""
FLOORS = {"commute": 45, "silk": 48, "bespoke": 52, "accessory": 50}
TRADE_FLOOR = 30
"""Least margin in percent towards consumers by product line, and towards the trade."""


@dataclass(frozen=True)
class Rule:
    """A pricing rule: percent up or down for a scope."""

    filed: str
    name: str
    basis: str
    percent: str
    reason: str
    priority: int = 100
    line: str | None = None
    product: str | None = None
    channel: str | None = None
    region: str | None = None
    grade: str | None = None
    first: date = date(2026, 3, 1)
    after: date | None = date(2027, 3, 1)
    state: str = "in_force"


RULES = (
    Rule("2026-02-05 10:00", "A 级会员真丝九二折", "segment", "-8", "高价值会员复购率高,以价换频。", 300, line="silk", grade="A"),
    Rule("2026-02-05 10:30", "B 级会员真丝九六折", "segment", "-4", "保持会员梯度。", 300, line="silk", grade="B"),
    Rule("2026-02-05 11:00", "抖音通勤九五折", "competition", "-5", "同类直播间常态九五折。", 200, line="commute", channel="douyin"),
    Rule("2026-02-05 14:00", "高定加急上浮一成", "product_feature", "10", "三周以内交付需加班工时。", 200, line="bespoke"),
    Rule("2026-05-19 10:00", "西南夏季真丝上浮", "demand", "3", "西南区域断码率高于一成五。", 150, line="silk", region="southwest", first=date(2026, 6, 1), after=date(2026, 9, 1)),
    Rule("2026-08-25 15:00", "京东羽绒直降", "competition", "-6", "京东同款竞品低百分之七。", 400, product="LX-C07", channel="jd", first=date(2026, 10, 1), after=date(2027, 1, 1)),
    Rule("2026-11-18 15:30", "年终配饰九折", "demand", "-10", "年终礼赠带动,库存周转偏慢。", 250, line="accessory", first=date(2026, 12, 15), after=date(2027, 1, 5), state="in_review"),
    Rule("2026-11-19 11:30", "东北大衣上浮", "demand", "4", "气温低于常年,断码率两成。", 260, product="LX-C01", region="northeast", first=date(2026, 12, 1), after=date(2027, 2, 1), state="draft"),
    Rule("2026-11-19 11:50", "2027 A 级会员通勤九折", "segment", "-10", "", 310, line="commute", grade="A", first=date(2027, 3, 1), after=None, state="draft"),
)  # fmt: skip


def tell(stage: Stage) -> None:
    """Note policies, lists and rules, filed by the pricing analyst."""
    for policy in POLICIES:
        stage.at(policy[2], OWNER, partial(_file_policy, stage, policy))
    for facts in LISTS:
        stage.at(facts[1], OWNER, partial(_file_list, stage, facts))
    for number, rule in enumerate(RULES):
        stage.at(rule.filed, OWNER, partial(_file_rule, stage, number, rule))


def _put(stage: Stage, actor: Actor, key: str, state: str) -> None:
    if state == "in_force":
        pass_through(stage, actor, key)
    elif state == "in_review":
        submit(stage, actor, key)


def _file_policy(stage: Stage, facts: tuple[str, int, str, str, int, int, str], actor: Actor) -> None:
    line, year, _filed, basis, target, floor, state = facts
    key = f"policy:{line}:{year}"
    policy = PricePolicy(
        name=f"{year}{LINES[line][0]}价格政策",
        product_line_id=stage.things[f"line:{line}"].id,
        fiscal_year=year,
        basis=basis,
        target_margin_percent=Decimal(target),
        floor_margin_percent=Decimal(floor),
        reason="依据成本核算、竞品价格与年度目标利润制定。",
    )
    stage.store(actor, policy, key)
    _put(stage, actor, key, state)


def _file_list(
    stage: Stage,
    facts: tuple[str, str, str, str | None, date, date | None, int, str],
    actor: Actor,
) -> None:
    name_key, _filed, name, channel, first, after, percent, state = facts
    key = f"prices:{name_key}"
    prices = PriceList(
        name=name,
        channel_id=stage.things[f"channel:{channel}"].id if channel else None,
        valid_from=first,
        valid_to=after,
    )
    stage.store(actor, prices, key)
    stage.store_all(
        actor,
        [
            PriceListItem(
                price_list_id=prices.id,
                product_id=stage.things[f"product:{sku}"].id,
                list_price_amount=(Decimal(price) * percent / 100).quantize(Decimal("1.")),
                floor_price_amount=floor_price(
                    Decimal(cost), FLOORS[line] if percent >= 100 else TRADE_FLOOR
                ),
            )
            for sku, line, *_texts, price, cost, _seen in PRODUCTS
        ],
    )
    _put(stage, actor, key, state)


def floor_price(cost: Decimal, margin_percent: int) -> Decimal:
    """Return the lowest price in whole RMB that leaves the margin, a share of the price."""
    return (cost * 100 / (100 - margin_percent)).quantize(Decimal("1."), rounding=ROUND_UP)


def _file_rule(stage: Stage, number: int, rule: Rule, actor: Actor) -> None:
    def of(kind: str, name: str | None) -> int | None:
        return stage.things[f"{kind}:{name}"].id if name else None

    key = f"rule:{number}"
    record = PricingRule(
        name=rule.name,
        basis=rule.basis,
        adjust_percent=Decimal(rule.percent),
        priority=rule.priority,
        product_line_id=of("line", rule.line),
        product_id=of("product", rule.product),
        channel_id=of("channel", rule.channel),
        region_id=of("region", rule.region),
        customer_grade=rule.grade,
        valid_from=rule.first,
        valid_to=rule.after,
        reason=rule.reason or None,
    )
    stage.store(actor, record, key)
    _put(stage, actor, key, rule.state)
