"""Rules of activities and sales promotions (R050, R060, R099, R100)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import Activity, ActivityChannel, Channel, PromotionProduct, PromotionTier, SalesPromotion
from tests.services.expect import refused
from tests.services.test_constraints_promotions import make_activity, make_channel, make_promotion, make_tier
from tests.services.world import NOON, PROOF, World, world

__all__ = ["world"]


def test_an_activity_is_numbered_and_owned(world: World) -> None:
    activity = world.save(make_activity(world, code=None, owner_id=None, department_id=None))
    assert activity.code.startswith("AC-")
    assert (activity.owner_id, activity.department_id) == (world.staff.id, world.department.id)


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("value-missing", {"name": None}),
        ("plan-missing", {"plan_id": 999999}),
        ("dates-reversed", {"end_at": NOON}),
        ("outside-plan", {"end_at": NOON + timedelta(days=365)}),
        ("reason-needed", {"stage": "cancelled", "stage_reason": " "}),
        ("budget-below-channels", {"budget_amount": Decimal(-1)}),
    ],
)
def test_activity_refused(world: World, code: str, values: dict[str, Any]) -> None:
    with refused(code):
        world.save(make_activity(world, **values))


def test_the_supervisor_is_somebody_else(world: World) -> None:
    with refused("supervisor-is-owner"):
        world.save(make_activity(world, owner_id=None, supervisor_id=world.staff.id))
    world.save(make_activity(world, code="AC-10", supervisor_id=world.boss.id))


def test_the_days_of_an_activity_are_the_companys(world: World) -> None:
    last_moment = NOON.replace(month=12, day=31, hour=15, minute=59)  # 23:59 in Shanghai
    activity = world.save(make_activity(world, end_at=last_moment))
    with refused("outside-plan"):
        world.change(activity, end_at=last_moment + timedelta(minutes=1))


def test_channels_share_the_budget(world: World) -> None:
    activity = world.save(make_activity(world))
    line = world.save(make_channel(world, activity, planned_cost_amount=Decimal(30000)))
    other = world.store(Channel(code="CH-2", name="杭州店", kind="store"))
    with refused("channels-exceed-budget") as error:
        world.save(
            make_channel(world, activity, channel_id=other.id, planned_cost_amount=Decimal("20000.01"))
        )
    assert "20000.00" in str(error.value)
    with refused("channel-twice"):
        world.save(make_channel(world, activity))
    with refused("amount-negative"):
        world.change(line, planned_cost_amount=Decimal(-1))
    with refused("budget-below-channels"):
        world.change(activity, budget_amount=Decimal(29999))
    world.change(line, planned_cost_amount=Decimal(50000))
    world.delete(line)
    assert activity.channel_count == 0


@pytest.mark.parametrize(
    ("code", "field"),
    [
        ("theme-needed", "theme"),
        ("form-needed", "form"),
        ("content-needed", "content"),
        ("budget-needed", "budget_amount"),
    ],
)
def test_the_five_fields_are_needed_to_submit(world: World, code: str, field: str) -> None:
    activity = world.save(make_activity(world, **{field: None}))
    world.save(make_channel(world, activity))
    with refused(code) as error:
        world.submittable(activity)
    assert error.value.field == field


def test_an_activity_is_submitted_with_a_channel_under_a_plan_in_force(world: World) -> None:
    activity = world.save(make_activity(world))
    with refused("channel-needed"):
        world.submittable(activity)
    world.save(make_channel(world, activity))
    world.submittable(activity)
    world.force(world.plan, status="closed")
    with refused("plan-not-in-force"):
        world.submittable(activity)


def test_the_form_keeps_only_what_the_method_uses(world: World) -> None:
    promotion = world.save(
        make_promotion(
            world, method="discount", discount_percent=Decimal(15), is_repeating=True, priority=None
        )
    )
    assert (promotion.is_repeating, promotion.priority) == (False, 100)
    world.change(promotion, method="gift")
    assert promotion.discount_percent is None


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("one-discount", {"method": "discount"}),
        (
            "one-discount",
            {"method": "discount", "discount_percent": Decimal(1), "discount_amount": Decimal(1)},
        ),
        ("bad-percent", {"method": "discount", "discount_percent": Decimal("100.01")}),
        ("bad-amount", {"method": "discount", "discount_amount": Decimal(0)}),
        ("dates-reversed", {"end_at": NOON}),
        ("bad-priority", {"priority": 1000}),
        ("uses-below-used", {"max_uses": 0}),
        ("cost-below-spent", {"max_cost_amount": Decimal(0)}),
        ("activity-or-plan", {"plan_id": None}),
        ("plan-missing", {"plan_id": 999999}),
        ("outside-plan", {"end_at": NOON + timedelta(days=400)}),
    ],
)
def test_promotion_refused(world: World, code: str, values: dict[str, Any]) -> None:
    with refused(code):
        world.save(make_promotion(world, **values))


def test_a_promotion_stays_within_its_activity(world: World) -> None:
    activity = world.save(make_activity(world))
    usual = {"plan_id": None, "activity_id": activity.id}
    with refused("outside-activity"):
        world.save(make_promotion(world, **usual))
    promotion = world.save(make_promotion(world, code="SP-10", **usual, end_at=activity.end_at))
    with refused("activity-or-plan"):
        world.change(promotion, plan_id=world.plan.id)


def test_tiers_take_the_method_and_drop_what_it_does_not_use(world: World) -> None:
    saving = world.save(make_promotion(world))
    tier = world.save(make_tier(saving, method=None, gift_product_id=world.scarf.id, gift_quantity=1))
    assert (tier.method, tier.gift_product_id, saving.tier_count) == ("spend_save", None, 1)
    wrong: tuple[tuple[str, dict[str, Any]], ...] = (
        ("threshold-twice", {}),
        ("threshold-not-positive", {"threshold_amount": Decimal(0)}),
        ("discount-eats-threshold", {"threshold_amount": Decimal(50), "discount_amount": Decimal(50)}),
        ("one-discount", {"discount_percent": Decimal(5)}),
        ("promotion-missing", {"promotion_id": 999999}),
    )
    for code, values in wrong:
        with refused(code):
            world.save(make_tier(saving, **values))
    with refused("tiers-of-other-method"):
        world.change(saving, method="gift")
    world.delete(tier)
    world.change(saving, method="gift")
    gift = make_tier(saving, threshold_amount=Decimal(0), gift_product_id=world.scarf.id, gift_quantity=2)
    assert world.save(gift).discount_amount is None
    wrong = (
        ("gift-needed", {"gift_product_id": None}),
        ("quantity-needed", {"gift_quantity": 0}),
        ("threshold-negative", {"threshold_amount": Decimal(-1)}),
    )
    for code, values in wrong:
        with refused(code):
            world.change(gift, **values)


def test_a_discount_takes_no_tier_and_a_promotion_a_product_or_a_line(world: World) -> None:
    discount = world.save(make_promotion(world, method="discount", discount_percent=Decimal(15)))
    with refused("discount-without-tiers"):
        world.save(make_tier(discount))
    with refused("product-or-line"):
        world.save(PromotionProduct(promotion_id=discount.id))
    world.save(PromotionProduct(promotion_id=discount.id, product_id=world.scarf.id))


def test_a_promotion_is_submitted_with_need_strategy_and_tiers(world: World) -> None:
    promotion = world.save(make_promotion(world, market_need=" ", strategy_text=None))
    with refused("market-need-needed"):
        world.submittable(promotion)
    world.change(promotion, market_need="换季")
    with refused("strategy-text-needed"):
        world.submittable(promotion)
    world.change(promotion, strategy_text="阶梯满减")
    with refused("tier-needed"):
        world.submittable(promotion)
    world.save(make_tier(promotion))
    world.submittable(promotion)
    activity = world.save(make_activity(world, end_at=promotion.end_at))
    world.change(promotion, plan_id=None, activity_id=activity.id)
    with refused("activity-not-in-force"):
        world.submittable(promotion)
    world.save(make_channel(world, activity))
    world.force(activity, **PROOF)
    world.submittable(promotion)


def test_what_is_in_force_is_locked_with_its_lines(world: World) -> None:
    activity: Activity = world.save(make_activity(world))
    line: ActivityChannel = world.save(make_channel(world, activity))
    promotion: SalesPromotion = world.save(make_promotion(world))
    tier: PromotionTier = world.save(make_tier(promotion))
    world.force(activity, **PROOF)
    world.force(promotion, **PROOF)
    for record, values in (
        (activity, {"theme": "另一个"}),
        (line, {"planned_cost_amount": Decimal(1)}),
        (promotion, {"max_uses": 5}),
        (tier, {"discount_amount": Decimal(1)}),
    ):
        with refused("record-locked"):
            world.change(record, **values)
    world.change(activity, stage="running")
    assert activity.stage == "running"
