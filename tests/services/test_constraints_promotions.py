"""What the database refuses of activities and sales promotions, on both databases."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import Activity, ActivityChannel, Channel, PromotionProduct, PromotionTier, SalesPromotion
from tests.services.world import NOON, PROOF, World, refused
from tests.services.world import unguarded_world as world

__all__ = ["world"]

SUBMITTED = {"status": "in_review"}


def make_activity(world: World, **values: Any) -> Activity:
    usual = {
        "code": "AC-9",
        "name": "五二〇新品发布",
        "plan_id": world.plan.id,
        "activity_type": "launch",
        "theme": "爱要大声说",
        "form": "both",
        "content": "直播与门店同步",
        "start_at": NOON,
        "end_at": NOON + timedelta(days=3),
        "budget_amount": Decimal("50000.00"),
    }
    return Activity(**{**usual, **world.owned, **values})


def make_channel(world: World, activity: Activity, **values: Any) -> ActivityChannel:
    return ActivityChannel(**{"activity_id": activity.id, "channel_id": world.channel.id, **values})


def make_promotion(world: World, **values: Any) -> SalesPromotion:
    usual = {
        "code": "SP-9",
        "name": "满减",
        "plan_id": world.plan.id,
        "method": "spend_save",
        "start_at": NOON,
        "end_at": NOON + timedelta(days=10),
        "market_need": "换季去库存",
        "strategy_text": "阶梯满减",
    }
    return SalesPromotion(**{**usual, **world.owned, **values})


def make_tier(promotion: SalesPromotion, **values: Any) -> PromotionTier:
    usual = {
        "promotion_id": promotion.id,
        "method": promotion.method,
        "threshold_amount": Decimal(800),
        "discount_amount": Decimal(100),
    }
    return PromotionTier(**{**usual, **values})


def test_an_activity_is_stored_with_its_channels_counted(world: World) -> None:
    activity = world.store(make_activity(world, supervisor_id=world.boss.id))
    store = world.store(Channel(code="CH-2", name="杭州店", kind="store"))
    line = world.store(make_channel(world, activity, planned_cost_amount=Decimal("20000.50")))
    world.store(make_channel(world, activity, channel_id=store.id, planned_cost_amount=Decimal("0.50")))
    assert (activity.channel_count, activity.channel_cost_amount) == (2, Decimal("20001.00"))
    line.planned_cost_amount = Decimal("1.00")
    world.session.flush()
    assert activity.channel_cost_amount == Decimal("1.50")
    world.session.delete(line)
    world.session.flush()
    assert (activity.channel_count, activity.channel_cost_amount) == (1, Decimal("0.50"))
    activity.status = "in_review"
    world.session.flush()


@pytest.mark.parametrize("field", ["theme", "form", "content", "budget_amount"])
def test_the_five_fields_are_needed_after_the_draft(world: World, field: str) -> None:
    activity = world.store(make_activity(world))
    world.store(make_channel(world, activity))
    refused(world.session, "ck_activity_five_fields_after_draft", activity, **SUBMITTED, **{field: None})


def test_a_channel_is_needed_after_the_draft(world: World) -> None:
    activity = world.store(make_activity(world))
    refused(world.session, "ck_activity_five_fields_after_draft", activity, **SUBMITTED)


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("ck_activity_activity_type", {"activity_type": "party"}),
        ("ck_activity_form", {"form": "nowhere"}),
        ("ck_activity_stage", {"stage": "lost", **PROOF}),
        ("ck_activity_dates", {"end_at": NOON}),
        ("ck_activity_budget", {"budget_amount": Decimal("-0.01"), "channel_cost_amount": Decimal("-0.01")}),
        ("ck_activity_currency", {"currency_code": "RMB¥"}),
        ("ck_activity_stage_needs_approval", {"stage": "running"}),
        ("ck_activity_stop_needs_reason", {"stage": "cancelled"}),
        ("fk_activity_plan_id", {"plan_id": 999999}),
    ],
)
def test_activity_refused(world: World, constraint: str, values: dict[str, Any]) -> None:
    if constraint in {"ck_activity_budget", "ck_activity_stage", "ck_activity_currency"}:
        activity = world.store(make_activity(world))
        world.store(make_channel(world, activity))
        values = {name: value for name, value in values.items() if name != "channel_cost_amount"}
        if constraint == "ck_activity_currency":
            values["currency_code"] = "RM"
        refused(world.session, constraint, activity, **values)
        return
    refused(world.session, constraint, make_activity(world, **values))


def test_the_supervisor_is_not_the_responsible_person(world: World) -> None:
    refused(
        world.session, "ck_activity_supervisor_not_owner", make_activity(world, supervisor_id=world.staff.id)
    )


def test_channels_stay_within_the_budget(world: World) -> None:
    activity = world.store(make_activity(world))
    over = make_channel(world, activity, planned_cost_amount=Decimal("50000.01"))
    refused(world.session, "ck_activity_channels_within_budget", over)
    world.store(make_channel(world, activity, planned_cost_amount=Decimal("50000.00")))
    refused(world.session, "ck_activity_channels_within_budget", activity, budget_amount=Decimal("49999.99"))
    refused(world.session, "uq_activity_channel_activity_id_channel_id", make_channel(world, activity))
    other = Channel(code="CH-2", name="杭州店", kind="store")
    world.store(other)
    negative = make_channel(world, activity, channel_id=other.id, planned_cost_amount=Decimal("-1"))
    refused(world.session, "ck_activity_channel_planned_cost", negative)


def test_a_promotion_of_each_method_is_stored(world: World) -> None:
    activity = world.store(make_activity(world))
    discount = make_promotion(
        world,
        code="SP-1",
        method="discount",
        discount_percent=Decimal("15.00"),
        plan_id=None,
        activity_id=activity.id,
    )
    per_piece = make_promotion(world, code="SP-2", method="discount", discount_amount=Decimal("0.01"))
    gift, saving = make_promotion(world, code="SP-3", method="gift"), make_promotion(world, code="SP-4")
    world.store(discount, per_piece, gift, saving)
    present = {"gift_product_id": world.scarf.id, "gift_quantity": 1, "discount_amount": None}
    world.store(make_tier(gift, threshold_amount=Decimal(0), **present))
    world.store(
        make_tier(saving), make_tier(saving, threshold_amount=Decimal(1600), discount_amount=Decimal(250))
    )
    world.store(PromotionProduct(promotion_id=saving.id, product_line_id=world.line.id))
    world.store(PromotionProduct(promotion_id=saving.id, product_id=world.scarf.id, is_excluded=True))
    assert [promotion.tier_count for promotion in (discount, gift, saving)] == [0, 1, 2]
    for promotion in (discount, per_piece, gift, saving):
        promotion.status = "in_review"
    world.session.flush()


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("ck_sales_promotion_activity_or_plan", {"plan_id": None}),
        ("ck_sales_promotion_fields_of_method", {"discount_percent": Decimal(10)}),
        ("ck_sales_promotion_fields_of_method", {"method": "gift", "discount_amount": Decimal(10)}),
        ("ck_sales_promotion_fields_of_method", {"method": "discount"}),
        ("ck_sales_promotion_fields_of_method", {"method": "discount", "discount_percent": Decimal(0)}),
        (
            "ck_sales_promotion_fields_of_method",
            {"method": "discount", "discount_percent": Decimal("100.01")},
        ),
        ("ck_sales_promotion_fields_of_method", {"method": "discount", "discount_amount": Decimal(0)}),
        (
            "ck_sales_promotion_fields_of_method",
            {"method": "discount", "discount_amount": Decimal(1), "discount_percent": Decimal(1)},
        ),
        (
            "ck_sales_promotion_fields_of_method",
            {"method": "discount", "discount_percent": Decimal(1), "is_repeating": True},
        ),
        ("ck_sales_promotion_dates", {"end_at": NOON - timedelta(seconds=1)}),
        ("ck_sales_promotion_priority", {"priority": 0}),
        ("ck_sales_promotion_max_uses", {"max_uses": 0}),
        ("ck_sales_promotion_max_cost", {"max_cost_amount": Decimal(0)}),
        ("ck_sales_promotion_use_needs_approval", {"used_count": 1}),
        ("ck_sales_promotion_use_needs_approval", {"spent_amount": Decimal("0.01")}),
        ("ck_sales_promotion_used_within", {"used_count": -1, **PROOF, "tier_count": 1}),
        ("ck_sales_promotion_used_within", {"used_count": 3, "max_uses": 2, **PROOF, "tier_count": 1}),
        (
            "ck_sales_promotion_spent_within",
            {"spent_amount": Decimal("5.01"), "max_cost_amount": Decimal(5), **PROOF, "tier_count": 1},
        ),
        ("ck_sales_promotion_approved_needs_proof", {"status": "in_force", "tier_count": 1}),
        ("ck_sales_promotion_tiers_after_draft", SUBMITTED),
        (
            "ck_sales_promotion_need_and_strategy_after_draft",
            {**SUBMITTED, "tier_count": 1, "market_need": None},
        ),
        (
            "ck_sales_promotion_need_and_strategy_after_draft",
            {**SUBMITTED, "tier_count": 1, "strategy_text": ""},
        ),
    ],
)
def test_promotion_refused(world: World, constraint: str, values: dict[str, Any]) -> None:
    refused(world.session, constraint, make_promotion(world, **values))


def test_an_unknown_method_is_refused(world: World) -> None:
    either = "ck_sales_promotion_fields_of_method|ck_sales_promotion_method"
    refused(world.session, either, make_promotion(world, method="lottery"))


@pytest.mark.parametrize(
    "values",
    [
        {"discount_amount": None},
        {"discount_percent": Decimal(10)},
        {"discount_amount": Decimal(800)},
        {"discount_amount": None, "discount_percent": Decimal("100.01")},
        {"threshold_amount": Decimal(0)},
        {"gift_quantity": 1},
        {"method": "discount"},
    ],
)
def test_a_saving_tier_has_exactly_its_fields(world: World, values: dict[str, Any]) -> None:
    promotion = world.store(make_promotion(world))
    refused(world.session, "ck_promotion_tier_fields_of_method", make_tier(promotion, **values))


@pytest.mark.parametrize(
    "values", [{"gift_product_id": None}, {"gift_quantity": 0}, {"discount_amount": Decimal(1)}]
)
def test_a_gift_tier_has_exactly_its_fields(world: World, values: dict[str, Any]) -> None:
    promotion = world.store(make_promotion(world, method="gift"))
    usual = {"gift_product_id": world.scarf.id, "gift_quantity": 1, "discount_amount": None}
    refused(world.session, "ck_promotion_tier_fields_of_method", make_tier(promotion, **{**usual, **values}))


def test_a_tier_has_the_method_of_its_promotion_and_one_threshold_once(world: World) -> None:
    gift = world.store(make_promotion(world, code="SP-3", method="gift"))
    refused(world.session, "fk_promotion_tier_promotion_id_method", make_tier(gift, method="spend_save"))
    saving = world.store(make_promotion(world))
    tier = world.store(make_tier(saving))
    refused(world.session, "uq_promotion_tier_promotion_id_threshold_amount", make_tier(saving))
    refused(world.session, "ck_promotion_tier_threshold", tier, threshold_amount=Decimal("-1"), method="gift",
            discount_amount=None, gift_product_id=world.scarf.id, gift_quantity=1)  # fmt: skip


def test_a_discount_has_no_tiers(world: World) -> None:
    discount = make_promotion(world, method="discount", discount_percent=Decimal(15), tier_count=1)
    refused(world.session, "ck_sales_promotion_discount_without_tiers", discount)


def test_a_promotion_covers_a_product_or_a_line_once(world: World) -> None:
    saving = world.store(make_promotion(world))
    both = PromotionProduct(promotion_id=saving.id, product_id=world.scarf.id, product_line_id=world.line.id)
    refused(world.session, "ck_promotion_product_product_or_line", both)
    refused(world.session, "ck_promotion_product_product_or_line", PromotionProduct(promotion_id=saving.id))
    world.store(PromotionProduct(promotion_id=saving.id, product_id=world.scarf.id))
    again = PromotionProduct(promotion_id=saving.id, product_id=world.scarf.id)
    refused(world.session, "uq_promotion_product_promotion_id_product_id", again)
