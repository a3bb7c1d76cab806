"""What the database refuses of products, costs, price policies, price lists and pricing rules, on both databases."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models import (
    ApprovalInstance,
    CompetitorPrice,
    FlowDefinition,
    FlowVersion,
    PriceList,
    PriceListItem,
    PricePolicy,
    PricingRule,
    Product,
    ProductCost,
    ProductLine,
    RecordSnapshot,
)
from tests.services.world import PROOF, SHA, World, refused
from tests.services.world import unguarded_world as world

__all__ = ["world"]

MAY = date(2026, 5, 1)


def make_policy(world: World, **values: Any) -> PricePolicy:
    usual = {
        "code": "PY-9",
        "name": "连衣裙毛利",
        "product_line_id": world.line.id,
        "fiscal_year": 2026,
        "basis": "cost",
        "target_margin_percent": Decimal("55.00"),
        "floor_margin_percent": Decimal("38.50"),
    }
    return PricePolicy(**{**usual, **world.owned, **values})


def make_list(world: World, **values: Any) -> PriceList:
    return PriceList(**{"code": "PR-9", "name": "天猫春季", "valid_from": MAY, **world.owned, **values})


def make_item(prices: PriceList, product: Product, **values: Any) -> PriceListItem:
    usual = {"list_price_amount": Decimal("899.00"), "floor_price_amount": Decimal("599.00")}
    return PriceListItem(**{"price_list_id": prices.id, "product_id": product.id, **usual, **values})


def make_rule(world: World, **values: Any) -> PricingRule:
    usual = {
        "code": "RU-9",
        "name": "老客优惠",
        "basis": "demand",
        "adjust_percent": Decimal("-5.00"),
        "valid_from": MAY,
    }
    return PricingRule(**{**usual, **world.owned, **values})


def make_approval(world: World) -> ApprovalInstance:
    flow = world.store(FlowDefinition(code="FL-1", key="k", record_type="price_list", name="特批"))
    version = FlowVersion(definition_id=flow.id, number=1, spec={})
    snapshot = RecordSnapshot(record_type="price_list", record_id=1, version_no=1, payload={}, sha256=SHA)
    world.store(version, snapshot)
    return world.store(  # type: ignore[no-any-return]
        ApprovalInstance(
            record_type="price_list",
            record_id=1,
            record_title="低于底价",
            flow_version_id=version.id,
            submitter_id=world.staff.id,
            submitter_department_id=world.department.id,
            snapshot_id=snapshot.id,
            expected_route=[],
        )
    )


def test_good_rows_are_stored(world: World) -> None:
    world.store(
        ProductCost(product_id=world.product.id, valid_from=MAY, cost_amount=Decimal("210.35"), source="BOM")
    )
    world.store(
        CompetitorPrice(
            product_id=world.product.id,
            competitor_name="某牌",
            price_amount=Decimal(999),
            seen_on=MAY,
            source="天猫",
        )
    )
    policy = world.store(make_policy(world, quarter=2))
    prices = world.store(make_list(world, channel_id=world.channel.id, customer_grade="A"))
    world.store(make_item(prices, world.product))
    below = make_item(
        prices, world.scarf, list_price_amount=Decimal(1), exception_approval_id=make_approval(world).id
    )
    world.store(below)
    rule = world.store(make_rule(world, product_id=world.product.id, region_id=world.region.id))
    world.session.expire_all()
    assert (policy.period_no, below.list_price_amount) == (20262, Decimal("1.00"))
    assert prices.scope_key == f"{world.channel.id}/0/A"
    assert rule.scope_key == f"0/{world.product.id}/0/{world.region.id}/"


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("ck_product_sku", {"sku": ""}),
        ("uq_product_sku", {"sku": "LX-001"}),
        ("ck_product_season", {"season": "monsoon"}),
        ("ck_product_status", {"status": "lost"}),
        ("ck_product_launch_year", {"launch_year": 26}),
        ("fk_product_product_line_id", {"product_line_id": 999999}),
    ],
)
def test_product_refused(world: World, constraint: str, values: dict[str, Any]) -> None:
    usual = {"sku": "LX-009", "name": "外套", "product_line_id": world.line.id}
    refused(world.session, constraint, Product(**{**usual, **values}))


def test_a_line_with_products_is_not_deleted(world: World) -> None:
    refused(world.session, "uq_product_line_name", ProductLine(code="PL-2", name="连衣裙"))


def test_costs_and_competitors_prices(world: World) -> None:
    cost = {"product_id": world.product.id, "valid_from": MAY, "cost_amount": Decimal(1), "source": "BOM"}
    world.store(ProductCost(**cost))
    refused(world.session, "uq_product_cost_product_id_valid_from", ProductCost(**cost))
    refused(world.session, "ck_product_cost_cost", ProductCost(**{**cost, "cost_amount": Decimal(0)}))
    seen = {
        "product_id": world.product.id,
        "competitor_name": "某牌",
        "price_amount": Decimal(1),
        "seen_on": MAY,
        "source": "天猫",
    }
    world.store(CompetitorPrice(**seen))
    refused(
        world.session,
        "uq_competitor_price_product_id_competitor_name_seen_on_source",
        CompetitorPrice(**seen),
    )
    refused(
        world.session, "ck_competitor_price_price", CompetitorPrice(**{**seen, "price_amount": Decimal(0)})
    )
    refused(
        world.session, "ck_competitor_price_competitor", CompetitorPrice(**{**seen, "competitor_name": ""})
    )


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("ck_price_policy_basis", {"basis": "mood"}),
        ("ck_price_policy_fiscal_year", {"fiscal_year": 26}),
        ("ck_price_policy_quarter", {"quarter": 5}),
        ("ck_price_policy_floor_within_target", {"floor_margin_percent": Decimal("55.01")}),
        ("ck_price_policy_margin_range", {"floor_margin_percent": Decimal("-0.01")}),
        ("ck_price_policy_margin_range", {"target_margin_percent": Decimal(100)}),
        ("ck_price_policy_status", {"status": "fine"}),
        ("ck_price_policy_approved_needs_proof", {**PROOF, "approved_sha256": None}),
    ],
)
def test_policy_refused(world: World, constraint: str, values: dict[str, Any]) -> None:
    refused(world.session, constraint, make_policy(world, **values))


def test_one_policy_is_in_force_per_line_and_period(world: World) -> None:
    world.store(make_policy(world, **PROOF), make_policy(world, code="PY-10"))
    refused(world.session, "uq_price_policy_in_force", make_policy(world, code="PY-11", **PROOF))
    world.store(make_policy(world, code="PY-12", quarter=1, **PROOF))
    world.store(make_policy(world, code="PY-13", **{**PROOF, "status": "superseded"}))


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("ck_price_list_dates", {"valid_to": MAY}),
        ("ck_price_list_customer_grade", {"customer_grade": "Z"}),
        ("ck_price_list_currency", {"currency_code": "¥"}),
        ("fk_price_list_region_id", {"region_id": 999999}),
    ],
)
def test_list_refused(world: World, constraint: str, values: dict[str, Any]) -> None:
    refused(world.session, constraint, make_list(world, **values))


def test_one_list_of_a_scope_starts_on_a_day(world: World) -> None:
    world.store(make_list(world, **PROOF), make_list(world, code="PR-10"))
    refused(world.session, "uq_price_list_in_force", make_list(world, code="PR-11", **PROOF))
    world.store(make_list(world, code="PR-12", channel_id=world.channel.id, **PROOF))


def test_a_price_below_the_floor_needs_a_special_approval(world: World) -> None:
    prices = world.store(make_list(world))
    refused(
        world.session,
        "ck_price_list_item_floor_or_exception",
        make_item(prices, world.product, list_price_amount=Decimal("598.99")),
    )
    missing = make_item(prices, world.product, list_price_amount=Decimal(1), exception_approval_id=999999)
    refused(world.session, "fk_price_list_item_exception_approval_id", missing)
    zero = make_item(
        prices, world.product, list_price_amount=Decimal(0), exception_approval_id=make_approval(world).id
    )
    refused(world.session, "ck_price_list_item_list_price", zero)
    free = make_item(prices, world.product, floor_price_amount=Decimal(0))
    refused(world.session, "ck_price_list_item_floor_price", free)
    world.store(make_item(prices, world.product))
    refused(world.session, "uq_price_list_item_price_list_id_product_id", make_item(prices, world.product))


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("ck_pricing_rule_basis", {"basis": "mood"}),
        ("ck_pricing_rule_one_adjustment", {"adjust_percent": None}),
        ("ck_pricing_rule_one_adjustment", {"adjust_amount": Decimal(1)}),
        ("ck_pricing_rule_one_adjustment", {"adjust_percent": Decimal(0)}),
        ("ck_pricing_rule_one_adjustment", {"adjust_percent": Decimal(-100)}),
        ("ck_pricing_rule_one_adjustment", {"adjust_percent": None, "adjust_amount": Decimal(0)}),
        ("ck_pricing_rule_segment_needs_grade", {"basis": "segment"}),
        ("ck_pricing_rule_customer_grade", {"customer_grade": "Z"}),
        ("ck_pricing_rule_priority", {"priority": 0}),
        ("ck_pricing_rule_priority", {"priority": 1000}),
        ("ck_pricing_rule_dates", {"valid_to": MAY}),
        ("fk_pricing_rule_product_id", {"product_id": 999999}),
    ],
)
def test_rule_refused(world: World, constraint: str, values: dict[str, Any]) -> None:
    refused(world.session, constraint, make_rule(world, **values))


def test_a_rule_is_for_a_line_or_a_product(world: World) -> None:
    both = make_rule(world, product_id=world.product.id, product_line_id=world.line.id)
    refused(world.session, "ck_pricing_rule_line_or_product", both)


def test_no_two_live_rules_of_one_scope_priority_and_start(world: World) -> None:
    world.store(make_rule(world, channel_id=world.channel.id))
    twin = make_rule(world, code="RU-10", channel_id=world.channel.id)
    refused(world.session, "uq_pricing_rule_scope", twin)
    world.store(make_rule(world, code="RU-11", channel_id=world.channel.id, priority=101))
    world.store(make_rule(world, code="RU-12", channel_id=world.channel.id, customer_grade="B"))
    world.store(make_rule(world, code="RU-13", channel_id=world.channel.id, status="rejected"))
