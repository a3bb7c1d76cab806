"""Price policies, price lists and pricing rules (R096-R098).

Periods are half-open: the first day on which a price no longer holds stands in `valid_to`.
"""

from datetime import date
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from app.core.types import Money, Percent
from models.approvable import APPROVED_NEEDS_PROOF, STATUS_IN_LIST, Approvable
from models.approvals import ApprovalInstance
from models.base import Coded, FabModel, Owned, Row, SoftDeleted, alive_index, in_list, label, partial_index
from models.grades import Grade
from models.org import Department, Employee
from models.partners import Channel, Region
from models.products import Product, ProductLine


class PriceBasis(LabelEnum):
    """From what a price is derived (R096)."""

    COST = "cost", _l("Cost")
    COMPETITION = "competition", _l("Competitors' prices")
    TARGET_PROFIT = "target_profit", _l("Target profit")


class RuleBasis(LabelEnum):
    """Why a price differs from the list (R097)."""

    PRODUCT_FEATURE = "product_feature", _l("Product features")
    SEGMENT = "segment", _l("Customer segment")
    DEMAND = "demand", _l("Market demand")
    COMPETITION = "competition", _l("Competition")


_GRADE = "customer_grade IS NULL OR customer_grade IN ('A', 'B', 'C', 'D')"
_LIST_SCOPE = (
    "CAST(coalesce(channel_id, 0) AS VARCHAR(12)) || '/' || CAST(coalesce(region_id, 0) AS VARCHAR(12))"
    " || '/' || coalesce(customer_grade, '')"
)
_RULE_SCOPE = (
    "CAST(coalesce(product_line_id, 0) AS VARCHAR(12)) || '/' || CAST(coalesce(product_id, 0) AS VARCHAR(12))"
    " || '/' || " + _LIST_SCOPE
)
_LIVE = "deleted_at IS NULL AND status NOT IN ('rejected', 'closed', 'superseded')"


class PricePolicy(Row, Coded, Owned, Approvable, SoftDeleted, FabModel):
    """Target and floor margin of a product line for a year or a quarter; one is in force at a time (R096)."""

    __tablename__ = "price_policy"
    __series__ = "PY"
    __search__ = ("code", "name")
    __document_columns__ = (
        "code", "name", "product_line_id", "owner_id", "department_id", "fiscal_year", "quarter", "basis",
        "target_margin_percent", "floor_margin_percent", "reason",
    )  # fmt: skip
    __table_args__ = (
        CheckConstraint(STATUS_IN_LIST, name="status"),
        CheckConstraint(APPROVED_NEEDS_PROOF, name="approved_needs_proof"),
        CheckConstraint(in_list("basis", PriceBasis), name="basis"),
        CheckConstraint("fiscal_year BETWEEN 2000 AND 2100", name="fiscal_year"),
        CheckConstraint("quarter IS NULL OR quarter BETWEEN 1 AND 4", name="quarter"),
        CheckConstraint("floor_margin_percent >= 0 AND target_margin_percent < 10000", name="margin_range"),
        CheckConstraint("floor_margin_percent <= target_margin_percent", name="floor_within_target"),
        partial_index(
            "uq_price_policy_in_force",
            "product_line_id",
            "period_no",
            where="status = 'in_force'",
            unique=True,
        ),
        Index("ix_price_policy_name_id", "name", "id"),
        Index("ix_price_policy_status_id", "status", "id"),
        alive_index("ix_price_policy_alive", "id"),
    )

    name: Mapped[str] = mapped_column(String(120), info=label(_l("Name")))
    product_line_id: Mapped[int] = mapped_column(
        ForeignKey("product_line.id", ondelete="RESTRICT"), index=True, info=label(_l("Product line"))
    )
    fiscal_year: Mapped[int] = mapped_column(Integer, info=label(_l("Fiscal year")))
    quarter: Mapped[int | None] = mapped_column(
        Integer, info=label(_l("Quarter"), _l("Empty: the whole year."))
    )
    period_no: Mapped[int] = mapped_column(
        Integer, Computed("fiscal_year * 10 + coalesce(quarter, 0)", persisted=True), info=label(_l("Period"))
    )
    basis: Mapped[str] = mapped_column(String(16), info=label(_l("Basis"), choices=PriceBasis))
    target_margin_percent: Mapped[Decimal] = mapped_column(
        Percent, info=label(_l("Target margin %"), _l("Share of the price, below 100."))
    )
    floor_margin_percent: Mapped[Decimal] = mapped_column(
        Percent, info=label(_l("Floor margin %"), _l("Below it a price needs a special approval."))
    )
    reason: Mapped[str | None] = mapped_column(Text, info=label(_l("Reason"), multiline=True))

    product_line: Mapped[ProductLine] = relationship(lazy="select")
    owner: Mapped[Employee] = relationship(foreign_keys="PricePolicy.owner_id", lazy="select")
    department: Mapped[Department] = relationship(foreign_keys="PricePolicy.department_id", lazy="select")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PriceList(Row, Coded, Owned, Approvable, SoftDeleted, FabModel):
    """Prices for one channel, region and customer grade in one period; an empty scope means: all."""

    __tablename__ = "price_list"
    __series__ = "PR"
    __search__ = ("code", "name")
    __document_columns__ = (
        "code", "name", "owner_id", "department_id", "channel_id", "region_id", "customer_grade",
        "currency_code", "valid_from", "valid_to",
    )  # fmt: skip
    __document_lines__ = ("items",)
    __table_args__ = (
        CheckConstraint(STATUS_IN_LIST, name="status"),
        CheckConstraint(APPROVED_NEEDS_PROOF, name="approved_needs_proof"),
        CheckConstraint(_GRADE, name="customer_grade"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="dates"),
        CheckConstraint("length(currency_code) = 3", name="currency"),
        partial_index(
            "uq_price_list_in_force", "scope_key", "valid_from", where="status = 'in_force'", unique=True
        ),
        Index("ix_price_list_name_id", "name", "id"),
        Index("ix_price_list_valid_from_id", "valid_from", "id"),
        alive_index("ix_price_list_alive", "id"),
    )

    name: Mapped[str] = mapped_column(String(120), info=label(_l("Name")))
    channel_id: Mapped[int | None] = mapped_column(
        ForeignKey("channel.id", ondelete="RESTRICT"),
        index=True,
        info=label(_l("Channel"), _l("Empty: all channels.")),
    )
    region_id: Mapped[int | None] = mapped_column(
        ForeignKey("region.id", ondelete="RESTRICT"),
        index=True,
        info=label(_l("Region"), _l("Empty: all regions.")),
    )
    customer_grade: Mapped[str | None] = mapped_column(
        String(1), info=label(_l("Customer grade"), _l("Empty: all customers."), choices=Grade)
    )
    currency_code: Mapped[str] = mapped_column(String(3), default="CNY", info=label(_l("Currency")))
    valid_from: Mapped[date] = mapped_column(Date, info=label(_l("Valid from")))
    valid_to: Mapped[date | None] = mapped_column(
        Date, info=label(_l("Valid until"), _l("The first day on which it no longer holds; empty: open."))
    )
    scope_key: Mapped[str] = mapped_column(String(60), Computed(_LIST_SCOPE, persisted=True))

    channel: Mapped[Channel | None] = relationship(lazy="select")
    region: Mapped[Region | None] = relationship(lazy="select")
    owner: Mapped[Employee] = relationship(foreign_keys="PriceList.owner_id", lazy="select")
    department: Mapped[Department] = relationship(foreign_keys="PriceList.department_id", lazy="select")
    items: Mapped[list["PriceListItem"]] = relationship(
        back_populates="price_list", order_by="PriceListItem.id", cascade="all, delete-orphan", lazy="select"
    )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PriceListItem(Row, FabModel):
    """One product's price with its floor; a price below the floor carries its special approval (R096)."""

    __tablename__ = "price_list_item"
    __locked_with__ = "price_list"
    __table_args__ = (
        UniqueConstraint("price_list_id", "product_id"),
        CheckConstraint("list_price_amount > 0", name="list_price"),
        CheckConstraint("floor_price_amount > 0", name="floor_price"),
        CheckConstraint(
            "list_price_amount >= floor_price_amount OR exception_approval_id IS NOT NULL",
            name="floor_or_exception",
        ),
    )

    price_list_id: Mapped[int] = mapped_column(
        ForeignKey("price_list.id", ondelete="CASCADE"), info=label(_l("Price list"))
    )
    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="RESTRICT"), index=True, info=label(_l("Product"))
    )
    list_price_amount: Mapped[Decimal] = mapped_column(Money, info=label(_l("List price")))
    floor_price_amount: Mapped[Decimal] = mapped_column(Money, info=label(_l("Floor price")))
    exception_approval_id: Mapped[int | None] = mapped_column(
        ForeignKey("approval_instance.id", ondelete="RESTRICT"),
        info=label(_l("Special approval"), _l("Needed for a price below the floor.")),
    )

    price_list: Mapped[PriceList] = relationship(back_populates="items", lazy="select")
    product: Mapped[Product] = relationship(lazy="select")
    exception_approval: Mapped[ApprovalInstance | None] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{self.product}: {self.list_price_amount}"


class PricingRule(Row, Coded, Owned, Approvable, SoftDeleted, FabModel):
    """A difference from the list price for a scope and a period, by percent or by amount (R097).

    Of two rules that fit a sale the one with the higher priority holds, so two rules of one priority
    never overlap: the database refuses the same scope, priority and start, the service any overlap.
    """

    __tablename__ = "pricing_rule"
    __series__ = "RU"
    __search__ = ("code", "name")
    __document_columns__ = (
        "code", "name", "owner_id", "department_id", "basis", "adjust_percent", "adjust_amount", "priority",
        "product_line_id", "product_id", "channel_id", "region_id", "customer_grade", "valid_from", "valid_to", "reason",
    )  # fmt: skip
    __table_args__ = (
        CheckConstraint(STATUS_IN_LIST, name="status"),
        CheckConstraint(APPROVED_NEEDS_PROOF, name="approved_needs_proof"),
        CheckConstraint(in_list("basis", RuleBasis), name="basis"),
        CheckConstraint(_GRADE, name="customer_grade"),
        CheckConstraint(
            "(adjust_percent IS NOT NULL AND adjust_amount IS NULL AND adjust_percent <> 0 AND adjust_percent > -10000"
            " AND adjust_percent <= 100000)"
            " OR (adjust_percent IS NULL AND adjust_amount IS NOT NULL AND adjust_amount <> 0)",
            name="one_adjustment",
        ),
        CheckConstraint("product_line_id IS NULL OR product_id IS NULL", name="line_or_product"),
        CheckConstraint("basis <> 'segment' OR customer_grade IS NOT NULL", name="segment_needs_grade"),
        CheckConstraint("priority BETWEEN 1 AND 999", name="priority"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="dates"),
        partial_index(
            "uq_pricing_rule_scope", "scope_key", "priority", "valid_from", where=_LIVE, unique=True
        ),
        Index("ix_pricing_rule_name_id", "name", "id"),
        Index("ix_pricing_rule_priority", "priority", "valid_from"),
        Index("ix_pricing_rule_status_id", "status", "id"),
        alive_index("ix_pricing_rule_alive", "id"),
    )

    name: Mapped[str] = mapped_column(String(120), info=label(_l("Name")))
    basis: Mapped[str] = mapped_column(String(16), info=label(_l("Basis"), choices=RuleBasis))
    adjust_percent: Mapped[Decimal | None] = mapped_column(
        Percent, info=label(_l("Change in %"), _l("Negative for a lower price; either this or the amount."))
    )
    adjust_amount: Mapped[Decimal | None] = mapped_column(
        Money,
        info=label(_l("Change by amount"), _l("Negative for a lower price; either this or the percent.")),
    )
    priority: Mapped[int] = mapped_column(
        Integer, default=100, info=label(_l("Priority"), _l("1 to 999; the higher one holds."))
    )
    product_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("product_line.id", ondelete="RESTRICT"),
        index=True,
        info=label(_l("Product line"), _l("Empty together with the product: all products.")),
    )
    product_id: Mapped[int | None] = mapped_column(
        ForeignKey("product.id", ondelete="RESTRICT"), index=True, info=label(_l("Product"))
    )
    channel_id: Mapped[int | None] = mapped_column(
        ForeignKey("channel.id", ondelete="RESTRICT"),
        index=True,
        info=label(_l("Channel"), _l("Empty: all channels.")),
    )
    region_id: Mapped[int | None] = mapped_column(
        ForeignKey("region.id", ondelete="RESTRICT"),
        index=True,
        info=label(_l("Region"), _l("Empty: all regions.")),
    )
    customer_grade: Mapped[str | None] = mapped_column(
        String(1), info=label(_l("Customer grade"), _l("Empty: all customers."), choices=Grade)
    )
    valid_from: Mapped[date] = mapped_column(Date, info=label(_l("Valid from")))
    valid_to: Mapped[date | None] = mapped_column(
        Date, info=label(_l("Valid until"), _l("The first day on which it no longer holds; empty: open."))
    )
    reason: Mapped[str | None] = mapped_column(
        Text, info=label(_l("Reason"), _l("What in the market or in sales asks for it."), multiline=True)
    )
    scope_key: Mapped[str] = mapped_column(String(80), Computed(_RULE_SCOPE, persisted=True))

    product_line: Mapped[ProductLine | None] = relationship(lazy="select")
    product: Mapped[Product | None] = relationship(lazy="select")
    channel: Mapped[Channel | None] = relationship(lazy="select")
    region: Mapped[Region | None] = relationship(lazy="select")
    owner: Mapped[Employee] = relationship(foreign_keys="PricingRule.owner_id", lazy="select")
    department: Mapped[Department] = relationship(foreign_keys="PricingRule.department_id", lazy="select")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
