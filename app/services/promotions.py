"""Rules of sales promotions, their tiers and products, and when a promotion may be submitted (R099, R100).

What a method does not use is emptied rather than refused, so that changing the method in the form
needs no clearing by hand; what it needs and lacks is refused.
"""

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from app.approvals.conditions import Fact, FieldType
from app.approvals.registry import ApprovableType, register
from app.core.actor import Actor
from app.core.clock import company_zone
from app.core.db import db
from app.core.errors import RuleViolation
from app.core.i18n import lazy_gettext as _l
from app.services import crud
from app.services.activities import check_plan_in_force, check_within_plan
from app.services.checks import before_flush, check, find, former, is_filled, need, prepare
from models.activities import Activity
from models.approvable import ApprovalStatus
from models.plans import MarketingPlan
from models.products import Product
from models.promotions import PromotionMethod, PromotionProduct, PromotionTier, SalesPromotion

SCHEMA = {
    "amount": FieldType.NUMBER,
    "method": FieldType.TEXT,
    "discount_percent": FieldType.NUMBER,
    "is_stackable": FieldType.BOOLEAN,
    "start_on": FieldType.DATE,
    "end_on": FieldType.DATE,
    "department": FieldType.TEXT,
}
"""Fields of a promotion that conditions may name; `amount` is the most that may be given away."""
_HUNDRED = Decimal(100)


@before_flush
def save(actor: Actor, *, record: SalesPromotion) -> None:
    """Store or change a promotion.

    Raises:
        RuleViolation: method and fields, dates, limits or the activity or plan contradict each other.
    """
    prepare(record)
    _fit_method(record)
    _check_limits(record)
    _check_parent(record)
    if record.id is None:
        crud.create(actor, record=record)


def _fit_method(promotion: SalesPromotion) -> None:
    if promotion.method != PromotionMethod.DISCOUNT.value:
        promotion.discount_percent = promotion.discount_amount = None
    else:
        promotion.is_repeating = False
        _check_discount(promotion)
    has_new_method = former(promotion, "method") != promotion.method
    check(
        not (has_new_method and promotion.tier_count),
        "tiers-of-other-method",
        _l("Delete the tiers first; they belong to the former method."),
        field="method",
    )


def _check_discount(row: SalesPromotion | PromotionTier) -> None:
    """Refuse unless exactly one of percent and amount is given, in its range."""
    percent, amount = row.discount_percent, row.discount_amount
    check(
        (percent is None) != (amount is None),
        "one-discount",
        _l("Give either the discount in percent or the amount, not both."),
        field="discount_percent",
    )
    check(
        percent is None or 0 < percent <= _HUNDRED,
        "bad-percent",
        _l("The discount lies above 0 and at most at 100 percent."),
        field="discount_percent",
    )
    check(
        amount is None or amount > 0,
        "bad-amount",
        _l("The discount must be above zero."),
        field="discount_amount",
    )


def _check_limits(promotion: SalesPromotion) -> None:
    start, end = promotion.start_at, promotion.end_at
    check(
        start < end,
        "dates-reversed",
        _l("The end must lie after the start."),
        field="end_at",
    )
    check(
        1 <= promotion.priority <= 999,
        "bad-priority",
        _l("The priority lies between 1 and 999."),
        field="priority",
    )
    uses, spent = promotion.used_count, promotion.spent_amount
    check(
        promotion.max_uses is None or promotion.max_uses >= max(uses, 1),
        "uses-below-used",
        _l("The limit must be at least %(least)s.", least=max(uses, 1)),
        field="max_uses",
    )
    check(
        promotion.max_cost_amount is None
        or (promotion.max_cost_amount > 0 and promotion.max_cost_amount >= spent),
        "cost-below-spent",
        _l("The limit must be above zero and not below %(spent)s, which is given away already.", spent=spent),
        field="max_cost_amount",
    )


def _check_parent(promotion: SalesPromotion) -> None:
    check(
        (promotion.activity_id is None) != (promotion.plan_id is None),
        "activity-or-plan",
        _l("Name either the activity or the marketing plan that the promotion belongs to, not both."),
        field="activity_id",
    )
    activity = find(Activity, promotion.activity_id)
    if activity is not None:
        check(
            activity.start_at <= promotion.start_at and promotion.end_at <= activity.end_at,
            "outside-activity",
            _l("The promotion must lie within the time of the activity %(code)s.", code=activity.code),
            field="start_at",
        )
        return
    plan = need(
        MarketingPlan,
        promotion.plan_id,
        code="plan-missing",
        message=_l("The activity or the marketing plan does not exist."),
        field="plan_id",
    )
    check_within_plan(plan, *_days(promotion))


def _days(promotion: SalesPromotion) -> tuple[date, date]:
    zone = company_zone()
    return promotion.start_at.astimezone(zone).date(), promotion.end_at.astimezone(zone).date()


@before_flush
def save_tier(actor: Actor, *, record: PromotionTier) -> None:
    """Store or change a tier; its method is the promotion's.

    Raises:
        RuleViolation: the promotion has no tiers, the threshold stands there already, or the tier
            lacks what its method needs.
    """
    prepare(record)
    promotion = _promotion_of(record)
    record.method = promotion.method
    if promotion.method == PromotionMethod.SPEND_SAVE.value:
        record.gift_product_id = record.gift_quantity = None
        _check_saving(record)
    elif promotion.method == PromotionMethod.GIFT.value:
        record.discount_percent = record.discount_amount = None
        _check_gift(record)
    else:
        raise RuleViolation(
            "discount-without-tiers",
            _l("A discount has no tiers; choose the method “gift” or “spend-threshold discount” for tiers."),
            field="promotion_id",
        )
    _check_threshold_once(record)
    if record.id is None:
        crud.create(actor, record=record)


def _promotion_of(line: PromotionTier | PromotionProduct) -> SalesPromotion:
    return need(
        SalesPromotion,
        line.promotion_id,
        code="promotion-missing",
        message=_l("The promotion does not exist."),
        field="promotion_id",
    )


def _check_saving(tier: PromotionTier) -> None:
    _check_discount(tier)
    check(
        tier.threshold_amount > 0,
        "threshold-not-positive",
        _l("The threshold must be above zero."),
        field="threshold_amount",
    )
    check(
        tier.discount_amount is None or tier.discount_amount < tier.threshold_amount,
        "discount-eats-threshold",
        _l("The discount must be less than the threshold of %(threshold)s.", threshold=tier.threshold_amount),
        field="discount_amount",
    )


def _check_gift(tier: PromotionTier) -> None:
    need(
        Product,
        tier.gift_product_id,
        code="gift-needed",
        message=_l("Choose the product that is given."),
        field="gift_product_id",
    )
    check(
        tier.gift_quantity is not None and tier.gift_quantity > 0,
        "quantity-needed",
        _l("Give at least one piece of the gift."),
        field="gift_quantity",
    )
    check(
        tier.threshold_amount >= 0,
        "threshold-negative",
        _l("The threshold must not be negative."),
        field="threshold_amount",
    )


def _check_threshold_once(tier: PromotionTier) -> None:
    session = db.session()
    twin = session.scalar(
        select(PromotionTier.id).where(
            PromotionTier.promotion_id == tier.promotion_id,
            PromotionTier.threshold_amount == tier.threshold_amount,
            PromotionTier.id != (tier.id or 0),
        )
    )
    check(
        twin is None,
        "threshold-twice",
        _l("The promotion has a tier from %(threshold)s already.", threshold=tier.threshold_amount),
        field="threshold_amount",
    )


@before_flush
def save_product(actor: Actor, *, record: PromotionProduct) -> None:
    """Store or change what a promotion covers.

    Raises:
        RuleViolation: neither or both of product and product line are given.
    """
    prepare(record)
    _promotion_of(record)
    check(
        (record.product_id is None) != (record.product_line_id is None),
        "product-or-line",
        _l("Choose either a product or a product line."),
        field="product_id",
    )
    if record.id is None:
        crud.create(actor, record=record)


def check_ready(_actor: Actor, promotion: SalesPromotion) -> None:
    """Refuse a promotion without need, strategy or tiers, or under something not in force (R099).

    Raises:
        RuleViolation: the sentence says what is missing.
    """
    for name, message in (
        ("market_need", _l("State the market need of the promotion.")),
        ("strategy_text", _l("State the strategy of the promotion.")),
    ):
        check(is_filled(getattr(promotion, name)), f"{name.replace('_', '-')}-needed", message, field=name)
    check(
        promotion.method == PromotionMethod.DISCOUNT.value or promotion.tier_count > 0,
        "tier-needed",
        _l("Add at least one tier: from which spending on what is given."),
        field="tiers",
    )
    _check_parent(promotion)
    check_parent_in_force(_actor, promotion)


def check_parent_in_force(_actor: Actor, promotion: SalesPromotion) -> None:
    """Refuse a promotion whose activity or plan is not in force.

    Raises:
        RuleViolation: with the code `activity-not-in-force` or `plan-not-in-force`.
    """
    if promotion.activity_id is None:
        check_plan_in_force(find(MarketingPlan, promotion.plan_id))
        return
    activity = find(Activity, promotion.activity_id)
    check(
        activity is not None and activity.status == ApprovalStatus.IN_FORCE.value,
        "activity-not-in-force",
        _l("The activity is not in force; have it approved first."),
        field="activity_id",
    )


def facts(promotion: SalesPromotion) -> dict[str, Fact]:
    """Return what conditions may ask of a promotion."""
    first, last = _days(promotion)
    return {
        "amount": promotion.max_cost_amount,
        "method": promotion.method,
        "discount_percent": promotion.discount_percent,
        "is_stackable": promotion.is_stackable,
        "start_on": first,
        "end_on": last,
        "department": promotion.department.code,
    }


def _amount(promotion: SalesPromotion) -> Decimal | None:
    return promotion.max_cost_amount


PROMOTION = register(
    ApprovableType(
        record_type=SalesPromotion.__tablename__,
        model=SalesPromotion,
        title=str,
        amount=_amount,
        schema=SCHEMA,
        facts=facts,
        check_ready=check_ready,
        on_approved=check_parent_in_force,
    )
)
"""Promotions as the approval engine knows them."""

crud.register(SalesPromotion, create=save, update=save)
crud.register(PromotionTier, create=save_tier, update=save_tier)
crud.register(PromotionProduct, create=save_product, update=save_product)
