"""Rules of price policies and price lists (R096)."""

from typing import Any

from sqlalchemy import or_, select

from app.approvals.conditions import Fact, FieldType
from app.approvals.registry import ApprovableType, register
from app.core.actor import Actor
from app.core.db import db
from app.core.i18n import lazy_gettext as _l
from app.services import crud
from app.services.checks import before_flush, check, find, need, prepare
from models.approvable import ApprovalStatus
from models.approvals import ApprovalInstance, InstanceState
from models.pricing import PriceList, PriceListItem, PricePolicy

POLICY_SCHEMA = {
    "target_margin_percent": FieldType.NUMBER,
    "floor_margin_percent": FieldType.NUMBER,
    "fiscal_year": FieldType.NUMBER,
    "department": FieldType.TEXT,
}
"""Fields of a price policy that conditions may name."""
LIST_SCHEMA = {
    "has_exceptions": FieldType.BOOLEAN,
    "valid_from": FieldType.DATE,
    "department": FieldType.TEXT,
}
"""Fields of a price list that conditions may name; an exception is a price below its floor."""


@before_flush
def save_policy(actor: Actor, *, record: PricePolicy) -> None:
    """Store or change a price policy.

    Raises:
        RuleViolation: margins out of range or reversed, or a bad period.
    """
    prepare(record)
    floor, target = record.floor_margin_percent, record.target_margin_percent
    for name, value in (("floor_margin_percent", floor), ("target_margin_percent", target)):
        check(
            0 <= value < 100,
            "bad-margin",
            _l("A margin is a share of the price, from 0 to below 100 percent."),
            field=name,
        )
    check(
        floor <= target,
        "floor-above-target",
        _l("The floor margin must not exceed the target margin of %(target)s percent.", target=target),
        field="floor_margin_percent",
    )
    check(
        2000 <= record.fiscal_year <= 2100,
        "bad-year",
        _l("The fiscal year lies between 2000 and 2100."),
        field="fiscal_year",
    )
    check(
        record.quarter is None or record.quarter in {1, 2, 3, 4},
        "bad-quarter",
        _l("Give the quarter, 1 to 4, or leave it empty for the whole year."),
        field="quarter",
    )
    if record.id is None:
        crud.create(actor, record=record)


def check_policy(_actor: Actor, policy: PricePolicy) -> None:
    """Refuse a second policy in force for one product line and period.

    Raises:
        RuleViolation: with the code `period-taken`; the sentence names the policy in force.
    """
    code = db.session().scalar(
        select(PricePolicy.code).where(
            PricePolicy.product_line_id == policy.product_line_id,
            PricePolicy.period_no == policy.period_no,
            PricePolicy.status == ApprovalStatus.IN_FORCE.value,
            PricePolicy.id != policy.id,
        )
    )
    check(
        code is None,
        "period-taken",
        _l("The policy %(code)s is in force for this product line and period.", code=code),
        field="fiscal_year",
    )


@before_flush
def save_list(actor: Actor, *, record: PriceList) -> None:
    """Store or change a price list.

    Raises:
        RuleViolation: it ends before it starts.
    """
    prepare(record)
    check(
        record.valid_to is None or record.valid_from < record.valid_to,
        "dates-reversed",
        _l("The end must lie after the start; it is the first day on which the list no longer holds."),
        field="valid_to",
    )
    if record.id is None:
        crud.create(actor, record=record)


@before_flush
def save_item(actor: Actor, *, record: PriceListItem) -> None:
    """Store or change a price.

    Raises:
        RuleViolation: a price is not above zero, the product is listed already, or the price lies
            below its floor without a granted special approval.
    """
    prepare(record)
    need(
        PriceList,
        record.price_list_id,
        code="price-list-missing",
        message=_l("The price list does not exist."),
        field="price_list_id",
    )
    for name in ("list_price_amount", "floor_price_amount"):
        value = getattr(record, name)
        check(value > 0, "price-not-positive", _l("The price must be above zero."), field=name)
    _check_floor(record)
    _check_listed_once(record)
    if record.id is None:
        crud.create(actor, record=record)


def _check_floor(item: PriceListItem) -> None:
    price, floor = item.list_price_amount, item.floor_price_amount
    if price >= floor:
        return
    approval = find(ApprovalInstance, item.exception_approval_id)
    check(
        approval is not None and approval.state == InstanceState.APPROVED.value,
        "below-floor",
        _l(
            "The price of %(price)s lies below the floor of %(floor)s. Raise it, or name a special approval "
            "that was granted.",
            price=price,
            floor=floor,
        ),
        field="list_price_amount",
    )


def _check_listed_once(item: PriceListItem) -> None:
    session = db.session()
    twin = session.scalar(
        select(PriceListItem.id).where(
            PriceListItem.price_list_id == item.price_list_id,
            PriceListItem.product_id == item.product_id,
            PriceListItem.id != (item.id or 0),
        )
    )
    check(
        twin is None,
        "product-twice",
        _l("The list has a price for this product already."),
        field="product_id",
    )


def check_list_ready(actor: Actor, prices: PriceList) -> None:
    """Refuse an empty price list, or one that overlaps a list in force.

    Raises:
        RuleViolation: with the code `price-needed` or `list-overlaps`.
    """
    has_price = db.session.scalar(
        select(PriceListItem.id).where(PriceListItem.price_list_id == prices.id).limit(1)
    )
    check(has_price is not None, "price-needed", _l("Add at least one price."), field="items")
    check_list(actor, prices)


def check_list(_actor: Actor, prices: PriceList) -> None:
    """Refuse a second list in force for one channel, region and grade on the same day.

    Raises:
        RuleViolation: with the code `list-overlaps`; the sentence names the list in force.
    """
    conditions: list[Any] = [
        PriceList.scope_key == prices.scope_key,
        PriceList.status == ApprovalStatus.IN_FORCE.value,
        PriceList.id != prices.id,
        or_(PriceList.valid_to.is_(None), PriceList.valid_to > prices.valid_from),
    ]
    if prices.valid_to is not None:
        conditions.append(PriceList.valid_from < prices.valid_to)
    code = db.session().scalar(select(PriceList.code).where(*conditions).limit(1))
    check(
        code is None,
        "list-overlaps",
        _l("The price list %(code)s is in force for the same scope and days; let it end first.", code=code),
        field="valid_from",
    )


def policy_facts(policy: PricePolicy) -> dict[str, Fact]:
    """Return what conditions may ask of a price policy."""
    return {
        "target_margin_percent": policy.target_margin_percent,
        "floor_margin_percent": policy.floor_margin_percent,
        "fiscal_year": policy.fiscal_year,
        "department": policy.department.code,
    }


def list_facts(prices: PriceList) -> dict[str, Fact]:
    """Return what conditions may ask of a price list."""
    return {
        "has_exceptions": any(item.list_price_amount < item.floor_price_amount for item in prices.items),
        "valid_from": prices.valid_from,
        "department": prices.department.code,
    }


def _no_amount(_record: Any) -> None:
    return None


POLICY = register(
    ApprovableType(
        record_type=PricePolicy.__tablename__,
        model=PricePolicy,
        title=str,
        amount=_no_amount,
        schema=POLICY_SCHEMA,
        facts=policy_facts,
        check_ready=check_policy,
        on_approved=check_policy,
    )
)
"""Price policies as the approval engine knows them."""
PRICE_LIST = register(
    ApprovableType(
        record_type=PriceList.__tablename__,
        model=PriceList,
        title=str,
        amount=_no_amount,
        schema=LIST_SCHEMA,
        facts=list_facts,
        check_ready=check_list_ready,
        on_approved=check_list,
    )
)
"""Price lists as the approval engine knows them."""

crud.register(PricePolicy, create=save_policy, update=save_policy)
crud.register(PriceList, create=save_list, update=save_list)
crud.register(PriceListItem, create=save_item, update=save_item)
