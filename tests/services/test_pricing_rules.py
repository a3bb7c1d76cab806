"""Rules of price policies, price lists and pricing rules (R096, R097)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.services.crud import service_of
from models import PricingRule, Product, ProductLine
from tests.services.expect import refused
from tests.services.test_constraints_pricing import (
    MAY,
    make_approval,
    make_item,
    make_list,
    make_policy,
    make_rule,
)
from tests.services.world import PROOF, World, world

__all__ = ["world"]


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("floor-above-target", {"floor_margin_percent": Decimal("55.01")}),
        ("bad-margin", {"target_margin_percent": Decimal(100)}),
        ("bad-margin", {"floor_margin_percent": Decimal(-1)}),
        ("bad-year", {"fiscal_year": 26}),
        ("bad-quarter", {"quarter": 5}),
        ("value-missing", {"product_line_id": None}),
    ],
)
def test_policy_refused(world: World, code: str, values: dict[str, Any]) -> None:
    with refused(code):
        world.save(make_policy(world, **values))


def test_one_policy_comes_into_force_per_period(world: World) -> None:
    first, second = world.save(make_policy(world)), world.save(make_policy(world, code="PY-10"))
    world.submittable(second)
    world.force(first, **PROOF)
    with refused("period-taken") as error:
        world.submittable(second)
    assert "PY-9" in str(error.value)
    world.change(second, quarter=3)
    world.submittable(second)


def test_prices_below_the_floor_need_a_granted_special_approval(world: World) -> None:
    prices = world.save(make_list(world))
    approval = make_approval(world)
    for values in ({}, {"exception_approval_id": approval.id}):
        with refused("below-floor") as error:
            world.save(make_item(prices, world.product, list_price_amount=Decimal("598.99"), **values))
        assert "598.99" in str(error.value)
    approval.state = "approved"
    item = make_item(
        prices, world.product, list_price_amount=Decimal("598.99"), exception_approval_id=approval.id
    )
    world.save(item)
    with refused("product-twice"):
        world.save(make_item(prices, world.product))
    for name in ("list_price_amount", "floor_price_amount"):
        with refused("price-not-positive"):
            world.change(item, **{name: Decimal(0)})
    with refused("price-list-missing"):
        world.save(make_item(prices, world.scarf, price_list_id=999999))


def test_lists_in_force_do_not_overlap(world: World) -> None:
    with refused("dates-reversed"):
        world.save(make_list(world, valid_to=MAY))
    first = world.save(make_list(world, code="PR-1", valid_to=date(2026, 8, 1)))
    second = world.save(make_list(world, code="PR-2", valid_from=date(2026, 7, 31)))
    with refused("price-needed"):
        world.submittable(second)
    world.save(make_item(second, world.product))
    world.submittable(second)
    world.save(make_item(first, world.product))
    world.force(first, **PROOF)
    with refused("list-overlaps"):
        world.submittable(second)
    world.change(second, valid_from=date(2026, 8, 1))
    world.submittable(second)
    world.change(second, valid_from=date(2026, 4, 1), valid_to=MAY)
    world.submittable(second)
    world.change(second, valid_to=None, channel_id=world.channel.id)
    world.submittable(second)


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("one-adjustment", {"adjust_percent": None}),
        ("one-adjustment", {"adjust_amount": Decimal(1)}),
        ("bad-percent", {"adjust_percent": Decimal(-100)}),
        ("bad-percent", {"adjust_percent": Decimal(0)}),
        ("bad-amount", {"adjust_percent": None, "adjust_amount": Decimal(0)}),
        ("bad-priority", {"priority": 0}),
        ("dates-reversed", {"valid_to": MAY}),
        ("grade-needed", {"basis": "segment"}),
    ],
)
def test_rule_refused(world: World, code: str, values: dict[str, Any]) -> None:
    with refused(code):
        world.save(make_rule(world, **values))


def test_a_rule_is_for_a_line_or_a_product(world: World) -> None:
    with refused("line-or-product"):
        world.save(make_rule(world, product_id=world.product.id, product_line_id=world.line.id))


def test_the_refusal_names_the_other_rule_and_the_first_common_day(world: World) -> None:
    world.save(make_rule(world, valid_to=date(2026, 6, 1)))
    with refused("rules-overlap") as error:
        world.save(make_rule(world, code="RU-10", valid_from=date(2026, 5, 31), channel_id=world.channel.id))
    assert "RU-9" in str(error.value)
    assert "2026-05-31" in str(error.value)
    assert error.value.field == "priority"


def test_a_rule_in_the_bin_comes_back_only_where_there_is_room(world: World) -> None:
    binned = world.save(make_rule(world))
    world.delete(binned)
    other = world.save(make_rule(world, code="RU-10"))
    restore = service_of(PricingRule).restore
    with refused("rules-overlap"):
        restore(world.actor, record=binned)
    world.delete(other)
    restore(world.actor, record=binned)
    world.submittable(binned)


SCOPES = st.fixed_dictionaries(
    {
        "product": st.sampled_from([None, 0, 1, 2]),
        "line": st.sampled_from([None, 0, 1]),
        "channel": st.booleans(),
        "grade": st.sampled_from([None, "A", "B"]),
        "start": st.integers(0, 6),
        "days": st.sampled_from([None, 1, 3]),
        "priority": st.sampled_from([10, 20]),
    }
)


def sales(scope: dict[str, Any], lines: list[int]) -> set[tuple[Any, ...]]:
    """Return every sale (day, product, channel, grade) to which a rule of this scope applies."""
    last = 12 if scope["days"] is None else scope["start"] + scope["days"]
    return {
        (day, product, channel, grade)
        for day in range(scope["start"], last)
        for product in range(3)
        if scope["product"] in (None, product)
        and (scope["product"] is not None or scope["line"] in (None, lines[product]))
        for channel in (True, False)
        if not scope["channel"] or channel
        for grade in ("A", "B", "none")
        if scope["grade"] in (None, grade)
    }


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=SCOPES, second=SCOPES)
def test_a_rule_is_refused_exactly_if_both_apply_to_one_sale(
    world: World, first: dict[str, Any], second: dict[str, Any]
) -> None:
    with world.session.begin_nested() as savepoint:
        other_line = world.store(ProductLine(code="PL-2", name="外套"))
        coat = world.store(Product(sku="LX-003", name="风衣", product_line_id=other_line.id))
        products, lines = [world.product, world.scarf, coat], [world.line, other_line]

        def rule(code: str, scope: dict[str, Any]) -> PricingRule:
            start = MAY + timedelta(days=scope["start"])
            has_product = scope["product"] is not None
            return make_rule(
                world,
                code=code,
                priority=scope["priority"],
                product_id=products[scope["product"]].id if has_product else None,
                product_line_id=lines[scope["line"]].id
                if scope["line"] is not None and not has_product
                else None,
                channel_id=world.channel.id if scope["channel"] else None,
                customer_grade=scope["grade"],
                valid_from=start,
                valid_to=None if scope["days"] is None else start + timedelta(days=scope["days"]),
            )

        stored = world.save(rule("RU-1", first))
        of_line = [0, 0, 1]
        meet = (
            bool(sales(first, of_line) & sales(second, of_line)) and first["priority"] == second["priority"]
        )
        if meet:
            with refused("rules-overlap") as error:
                world.save(rule("RU-2", second))
            assert str(stored) in str(error.value)
        else:
            world.save(rule("RU-2", second))
        savepoint.rollback()
