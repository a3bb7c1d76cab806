"""Rules of pricing rules: one adjustment, a clear scope, and no two of one priority that overlap (R097)."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from app.approvals.conditions import Fact, FieldType
from app.approvals.registry import ApprovableType, register
from app.core.actor import Actor
from app.core.db import db
from app.core.i18n import lazy_gettext as _l
from app.services import crud
from app.services.checks import before_flush, check, find, prepare
from models.approvable import ApprovalStatus
from models.pricing import PricingRule, RuleBasis
from models.products import Product

SCHEMA = {
    "adjust_percent": FieldType.NUMBER,
    "adjust_amount": FieldType.NUMBER,
    "basis": FieldType.TEXT,
    "priority": FieldType.NUMBER,
    "valid_from": FieldType.DATE,
    "department": FieldType.TEXT,
}
"""Fields of a pricing rule that conditions may name."""
DEAD = (ApprovalStatus.REJECTED.value, ApprovalStatus.CLOSED.value, ApprovalStatus.SUPERSEDED.value)
"""States in which a rule is no rule any more and may overlap."""


@before_flush
def save(actor: Actor, *, record: PricingRule) -> None:
    """Store or change a rule.

    Raises:
        RuleViolation: not exactly one adjustment, a contradictory scope, or an overlap with another
            live rule of the same priority, which the sentence names.
    """
    prepare(record)
    _check_adjustment(record)
    _check_scope(record)
    _check_overlap(record)
    if record.id is None:
        crud.create(actor, record=record)


@before_flush
def restore(actor: Actor, *, record: PricingRule) -> None:
    """Take a rule out of the bin.

    Raises:
        RuleViolation: another rule of the same priority took its place meanwhile.
    """
    _check_overlap(record)
    crud.restore(actor, record=record)


def _check_adjustment(rule: PricingRule) -> None:
    percent, amount = rule.adjust_percent, rule.adjust_amount
    check(
        (percent is None) != (amount is None),
        "one-adjustment",
        _l("Give the change either in percent or as an amount, not both."),
        field="adjust_percent",
    )
    check(
        percent is None or (-100 < percent <= 1000 and percent != 0),
        "bad-percent",
        _l("The change lies above -100 and at most at 1000 percent, and is not 0."),
        field="adjust_percent",
    )
    check(amount is None or amount != 0, "bad-amount", _l("The change must not be 0."), field="adjust_amount")
    check(
        1 <= rule.priority <= 999,
        "bad-priority",
        _l("The priority lies between 1 and 999."),
        field="priority",
    )


def _check_scope(rule: PricingRule) -> None:
    check(
        rule.valid_to is None or rule.valid_from < rule.valid_to,
        "dates-reversed",
        _l("The end must lie after the start; it is the first day on which the rule no longer holds."),
        field="valid_to",
    )
    check(
        rule.product_line_id is None or rule.product_id is None,
        "line-or-product",
        _l("Choose either a product line or a product."),
        field="product_id",
    )
    check(
        rule.basis != RuleBasis.SEGMENT.value or rule.customer_grade is not None,
        "grade-needed",
        _l("A rule by customer segment names the customer grade."),
        field="customer_grade",
    )


def _check_overlap(rule: PricingRule) -> None:
    """Refuse if a live rule of the same priority could apply to the same sale on the same day.

    Two scopes meet when in each dimension one of them is open or both name the same; a product meets
    its product line. Both periods are half-open.
    """
    session = db.session()
    other = session.scalars(
        select(PricingRule)
        .where(
            PricingRule.id != (rule.id or 0),
            PricingRule.priority == rule.priority,
            PricingRule.deleted_at.is_(None),
            PricingRule.status.not_in(DEAD),
            _periods_meet(rule.valid_from, rule.valid_to),
            _products_meet(rule),
            _meets(PricingRule.channel_id, rule.channel_id),
            _meets(PricingRule.region_id, rule.region_id),
            _meets(PricingRule.customer_grade, rule.customer_grade),
        )
        .order_by(PricingRule.id)
        .limit(1)
    ).first()
    check(
        other is None,
        "rules-overlap",
        _l(
            "The rule %(other)s has the same priority and can apply to the same sale from %(day)s on. "
            "Change the priority, the scope or the dates.",
            other=str(other),
            day=max(other.valid_from, rule.valid_from) if other else rule.valid_from,
        ),
        field="priority",
    )


def _periods_meet(first: date, after: date | None) -> ColumnElement[bool]:
    begins_in_time = true() if after is None else PricingRule.valid_from < after
    return and_(begins_in_time, or_(PricingRule.valid_to.is_(None), PricingRule.valid_to > first))


def _meets(column: InstrumentedAttribute[Any], value: int | str | None) -> ColumnElement[bool]:
    return true() if value is None else or_(column.is_(None), column == value)


def _products_meet(rule: PricingRule) -> ColumnElement[bool]:
    is_open = and_(PricingRule.product_id.is_(None), PricingRule.product_line_id.is_(None))
    if rule.product_id is not None:
        product = find(Product, rule.product_id)
        line_id = product.product_line_id if product else None
        return or_(is_open, PricingRule.product_id == rule.product_id, PricingRule.product_line_id == line_id)
    if rule.product_line_id is not None:
        in_line = select(Product.id).where(Product.product_line_id == rule.product_line_id)
        return or_(
            is_open, PricingRule.product_line_id == rule.product_line_id, PricingRule.product_id.in_(in_line)
        )
    return true()


def check_ready(_actor: Actor, rule: PricingRule) -> None:
    """Refuse a rule that overlaps another one of the same priority, whatever came in between (R097).

    Raises:
        RuleViolation: with the code `rules-overlap`.
    """
    _check_overlap(rule)


def facts(rule: PricingRule) -> dict[str, Fact]:
    """Return what conditions may ask of a pricing rule."""
    return {
        "adjust_percent": rule.adjust_percent,
        "adjust_amount": rule.adjust_amount,
        "basis": rule.basis,
        "priority": rule.priority,
        "valid_from": rule.valid_from,
        "department": rule.department.code,
    }


def _no_amount(_rule: PricingRule) -> None:
    return None


PRICING_RULE = register(
    ApprovableType(
        record_type=PricingRule.__tablename__,
        model=PricingRule,
        title=str,
        amount=_no_amount,
        schema=SCHEMA,
        facts=facts,
        check_ready=check_ready,
        on_approved=check_ready,
    )
)
"""Pricing rules as the approval engine knows them."""

crud.register(PricingRule, create=save, update=save, restore=restore)
