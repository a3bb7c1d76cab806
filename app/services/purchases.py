"""Rules of purchases and their lines (R106)."""

from decimal import Decimal

from sqlalchemy import func, select

from app.core.actor import Actor
from app.core.clock import utc_now
from app.core.db import db
from app.core.i18n import lazy_gettext as _l
from app.services import crud
from app.services.checks import before_flush, check, find, in_order, is_filled, need, prepare
from app.services.customers import check_is_active
from models.customers import Customer
from models.purchases import Purchase, PurchaseLine


@before_flush
def save(actor: Actor, *, record: Purchase) -> None:
    """Store or change a purchase.

    Raises:
        RuleViolation: it lies in the future, or the source's receipt number is stored already.
        WrongState: the customer was erased or merged into another.
    """
    prepare(record)
    customer = find(Customer, record.customer_id)
    if customer is not None:
        check_is_active(customer)
    check(is_filled(record.external_no), "number-needed", _l("Give the receipt number."), field="external_no")
    check(
        in_order(record.purchased_at, utc_now()),
        "time-to-come",
        _l("The purchase must not lie in the future."),
        field="purchased_at",
    )
    session = db.session()
    twin = session.scalar(
        select(Purchase.id).where(
            Purchase.source_id == record.source_id,
            Purchase.external_no == record.external_no,
            Purchase.id != (record.id or 0),
        )
    )
    check(
        twin is None,
        "receipt-twice",
        _l("The source has a purchase with this receipt number already."),
        field="external_no",
    )
    if record.id is None:
        crud.create(actor, record=record)


def line_total(quantity: int, unit_price: Decimal) -> Decimal:
    """Return the exact total of a line, to four places."""
    return quantity * unit_price


@before_flush
def save_line(actor: Actor, *, record: PurchaseLine) -> None:
    """Store or change a line; its total is its quantity times its price.

    Raises:
        RuleViolation: the quantity is 0 or the price negative.
    """
    if record.line_no is None:
        record.line_no = _next_line_no(record.purchase_id)
    prepare(record)
    need(
        Purchase,
        record.purchase_id,
        code="purchase-missing",
        message=_l("The purchase does not exist."),
        field="purchase_id",
    )
    check(
        record.quantity != 0,
        "quantity-zero",
        _l("The quantity must not be 0; a return is negative."),
        field="quantity",
    )
    check(
        record.unit_price >= 0,
        "price-negative",
        _l("The unit price must not be negative; a return has a negative quantity."),
        field="unit_price",
    )
    record.line_total = line_total(record.quantity, record.unit_price)
    if record.id is None:
        crud.create(actor, record=record)


def _next_line_no(purchase_id: int) -> int:
    session = db.session()
    last = session.scalar(
        select(func.max(PurchaseLine.line_no)).where(PurchaseLine.purchase_id == purchase_id)
    )
    return (last or 0) + 1


crud.register(Purchase, create=save, update=save)
crud.register(PurchaseLine, create=save_line, update=save_line)
