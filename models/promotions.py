"""Sales promotions: discount, gift and spend-threshold discount with limits and tiers (R099-R101)."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from app.core.money import ZERO
from app.core.types import Instant, Money, Percent
from models.activities import Activity
from models.approvable import APPROVED_NEEDS_PROOF, STATUS_IN_LIST, Approvable
from models.base import Coded, FabModel, Owned, Row, SoftDeleted, alive_index, in_list, label, partial_index
from models.counters import keep_counters
from models.org import Department, Employee
from models.plans import MarketingPlan
from models.products import Product, ProductLine


class PromotionMethod(LabelEnum):
    """How a promotion gives its advantage (R100)."""

    DISCOUNT = "discount", _l("Discount")
    GIFT = "gift", _l("Gift")
    SPEND_SAVE = "spend_save", _l("Spend-threshold discount")


class SalesPromotion(Row, Coded, Owned, Approvable, SoftDeleted, FabModel):
    """A promotion of goods under an activity or directly under a plan; need and strategy are stated (R099).

    A discount carries its percent or amount itself; gifts and spend-threshold discounts have tiers.
    Uses and cost are counters that the database keeps within their limits.
    """

    __tablename__ = "sales_promotion"
    __series__ = "SP"
    __search__ = ("code", "name")
    __document_columns__ = (
        "code", "name", "activity_id", "plan_id", "owner_id", "department_id", "method", "discount_percent",
        "discount_amount", "is_repeating", "is_stackable", "priority", "max_uses", "max_cost_amount", "currency_code",
        "start_at", "end_at", "market_need", "strategy_text",
    )  # fmt: skip
    __document_lines__ = ("tiers", "products")
    __table_args__ = (
        CheckConstraint(STATUS_IN_LIST, name="status"),
        CheckConstraint(APPROVED_NEEDS_PROOF, name="approved_needs_proof"),
        CheckConstraint(in_list("method", PromotionMethod), name="method"),
        CheckConstraint("(activity_id IS NULL) <> (plan_id IS NULL)", name="activity_or_plan"),
        CheckConstraint(
            "(method = 'discount' AND NOT is_repeating AND ("
            "(discount_percent IS NOT NULL AND discount_amount IS NULL AND discount_percent > 0"
            " AND discount_percent <= 10000)"
            " OR (discount_percent IS NULL AND discount_amount IS NOT NULL AND discount_amount > 0)))"
            " OR (method = 'gift' AND discount_percent IS NULL AND discount_amount IS NULL)"
            " OR (method = 'spend_save' AND discount_percent IS NULL AND discount_amount IS NULL)",
            name="fields_of_method",
        ),
        CheckConstraint("method <> 'discount' OR tier_count = 0", name="discount_without_tiers"),
        CheckConstraint(
            "status = 'draft' OR method = 'discount' OR tier_count > 0", name="tiers_after_draft"
        ),
        CheckConstraint(
            "status = 'draft' OR (market_need IS NOT NULL AND market_need <> '' AND strategy_text IS NOT NULL"
            " AND strategy_text <> '')",
            name="need_and_strategy_after_draft",
        ),
        CheckConstraint("end_at > start_at", name="dates"),
        CheckConstraint("priority BETWEEN 1 AND 999", name="priority"),
        CheckConstraint("max_uses IS NULL OR max_uses > 0", name="max_uses"),
        CheckConstraint(
            "used_count >= 0 AND (max_uses IS NULL OR used_count <= max_uses)", name="used_within"
        ),
        CheckConstraint("max_cost_amount IS NULL OR max_cost_amount > 0", name="max_cost"),
        CheckConstraint(
            "spent_amount >= 0 AND (max_cost_amount IS NULL OR spent_amount <= max_cost_amount)",
            name="spent_within",
        ),
        CheckConstraint(
            "(used_count = 0 AND spent_amount = 0) OR status IN ('in_force', 'closed', 'superseded')",
            name="use_needs_approval",
        ),
        CheckConstraint("length(currency_code) = 3", name="currency"),
        UniqueConstraint("id", "method"),
        Index("ix_sales_promotion_name_id", "name", "id"),
        Index("ix_sales_promotion_status_id", "status", "id"),
        Index("ix_sales_promotion_start_at_id", "start_at", "id"),
        alive_index("ix_sales_promotion_alive", "id"),
    )

    name: Mapped[str] = mapped_column(String(160), info=label(_l("Name")))
    activity_id: Mapped[int | None] = mapped_column(
        ForeignKey("activity.id", ondelete="RESTRICT"),
        index=True,
        info=label(_l("Activity"), _l("Either the activity or the plan that it belongs to.")),
    )
    plan_id: Mapped[int | None] = mapped_column(
        ForeignKey("marketing_plan.id", ondelete="RESTRICT"),
        index=True,
        info=label(_l("Marketing plan"), _l("If it belongs to no activity.")),
    )
    method: Mapped[str] = mapped_column(
        String(12),
        info=label(
            _l("Method"),
            _l("Discount: off each piece. Gift and spend-threshold: by the tiers below."),
            choices=PromotionMethod,
        ),
    )
    discount_percent: Mapped[Decimal | None] = mapped_column(
        Percent, info=label(_l("Discount %"), _l("For the method “discount”: how much is taken off."))
    )
    discount_amount: Mapped[Decimal | None] = mapped_column(
        Money,
        info=label(_l("Discount per piece"), _l("For the method “discount”: either this or the percent.")),
    )
    is_repeating: Mapped[bool] = mapped_column(
        default=False,
        info=label(_l("Repeats"), _l("The tier counts again for each further threshold reached.")),
    )
    is_stackable: Mapped[bool] = mapped_column(
        default=False,
        info=label(_l("Combines with others"), _l("May be applied together with other promotions.")),
    )
    priority: Mapped[int] = mapped_column(
        Integer, default=100, info=label(_l("Priority"), _l("1 to 999; the higher one comes first."))
    )
    max_uses: Mapped[int | None] = mapped_column(Integer, info=label(_l("Most uses"), _l("Empty: no limit.")))
    used_count: Mapped[int] = mapped_column(Integer, default=0, info=label(_l("Uses"), counter=True))
    max_cost_amount: Mapped[Decimal | None] = mapped_column(
        Money, info=label(_l("Most cost"), _l("What may be given away in all; empty: no limit."))
    )
    spent_amount: Mapped[Decimal] = mapped_column(
        Money, default=ZERO, info=label(_l("Given away"), counter=True)
    )
    currency_code: Mapped[str] = mapped_column(String(3), default="CNY", info=label(_l("Currency")))
    start_at: Mapped[datetime] = mapped_column(Instant, info=label(_l("Starts at")))
    end_at: Mapped[datetime] = mapped_column(Instant, info=label(_l("Ends at")))
    market_need: Mapped[str | None] = mapped_column(
        Text, info=label(_l("Market need"), _l("Needed before the promotion is submitted."), multiline=True)
    )
    strategy_text: Mapped[str | None] = mapped_column(
        Text, info=label(_l("Strategy"), _l("Needed before the promotion is submitted."), multiline=True)
    )
    tier_count: Mapped[int] = mapped_column(Integer, default=0, info=label(_l("Tiers"), counter=True))

    activity: Mapped[Activity | None] = relationship(lazy="select")
    plan: Mapped[MarketingPlan | None] = relationship(lazy="select")
    owner: Mapped[Employee] = relationship(foreign_keys="SalesPromotion.owner_id", lazy="select")
    department: Mapped[Department] = relationship(foreign_keys="SalesPromotion.department_id", lazy="select")
    tiers: Mapped[list["PromotionTier"]] = relationship(
        back_populates="promotion",
        primaryjoin="SalesPromotion.id == PromotionTier.promotion_id",
        foreign_keys="PromotionTier.promotion_id",
        order_by="PromotionTier.threshold_amount",
        cascade="all, delete-orphan",
        lazy="select",
    )
    products: Mapped[list["PromotionProduct"]] = relationship(
        back_populates="promotion",
        order_by="PromotionProduct.id",
        cascade="all, delete-orphan",
        lazy="select",
    )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PromotionTier(Row, FabModel):
    """From which spending on which gift or discount is given; exactly the fields of the method (R100)."""

    __tablename__ = "promotion_tier"
    __locked_with__ = "promotion"
    __table_args__ = (
        ForeignKeyConstraint(
            ["promotion_id", "method"], ["sales_promotion.id", "sales_promotion.method"], ondelete="CASCADE"
        ),
        UniqueConstraint("promotion_id", "threshold_amount"),
        CheckConstraint("threshold_amount >= 0", name="threshold"),
        CheckConstraint(
            "(method = 'spend_save' AND threshold_amount > 0 AND gift_product_id IS NULL AND gift_quantity IS NULL"
            " AND ((discount_percent IS NOT NULL AND discount_amount IS NULL AND discount_percent > 0"
            " AND discount_percent <= 10000)"
            " OR (discount_percent IS NULL AND discount_amount IS NOT NULL AND discount_amount > 0"
            " AND discount_amount < threshold_amount)))"
            " OR (method = 'gift' AND gift_product_id IS NOT NULL AND gift_quantity IS NOT NULL AND gift_quantity > 0"
            " AND discount_percent IS NULL AND discount_amount IS NULL)",
            name="fields_of_method",
        ),
    )

    promotion_id: Mapped[int] = mapped_column(
        ForeignKey("sales_promotion.id", ondelete="CASCADE"), info=label(_l("Sales promotion"))
    )
    method: Mapped[str] = mapped_column(String(12))
    threshold_amount: Mapped[Decimal] = mapped_column(
        Money, info=label(_l("From spending"), _l("0 for a gift with every purchase."))
    )
    discount_percent: Mapped[Decimal | None] = mapped_column(
        Percent, info=label(_l("Discount %"), _l("For a spend-threshold discount."))
    )
    discount_amount: Mapped[Decimal | None] = mapped_column(
        Money,
        info=label(_l("Discount amount"), _l("For a spend-threshold discount; either this or the percent.")),
    )
    gift_product_id: Mapped[int | None] = mapped_column(
        ForeignKey("product.id", ondelete="RESTRICT"), info=label(_l("Gift"), _l("For the method “gift”."))
    )
    gift_quantity: Mapped[int | None] = mapped_column(Integer, info=label(_l("Pieces of the gift")))

    promotion: Mapped[SalesPromotion] = relationship(
        back_populates="tiers",
        primaryjoin="SalesPromotion.id == PromotionTier.promotion_id",
        foreign_keys=[promotion_id],
        lazy="select",
    )
    gift_product: Mapped[Product | None] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{self.promotion} ≥ {self.threshold_amount}"


class PromotionProduct(Row, FabModel):
    """A product or a product line that a promotion covers, or leaves out; none at all means every product."""

    __tablename__ = "promotion_product"
    __locked_with__ = "promotion"
    __table_args__ = (
        CheckConstraint("(product_id IS NULL) <> (product_line_id IS NULL)", name="product_or_line"),
        UniqueConstraint("promotion_id", "product_id"),
        UniqueConstraint("promotion_id", "product_line_id"),
        partial_index("ix_promotion_product_product_id", "product_id", where="product_id IS NOT NULL"),
    )

    promotion_id: Mapped[int] = mapped_column(
        ForeignKey("sales_promotion.id", ondelete="CASCADE"), info=label(_l("Sales promotion"))
    )
    product_id: Mapped[int | None] = mapped_column(
        ForeignKey("product.id", ondelete="RESTRICT"),
        info=label(_l("Product"), _l("Either a product or a whole product line.")),
    )
    product_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("product_line.id", ondelete="RESTRICT"),
        info=label(_l("Product line"), _l("All products of the line.")),
    )
    is_excluded: Mapped[bool] = mapped_column(
        default=False, info=label(_l("Left out"), _l("The promotion does not hold for it."))
    )

    promotion: Mapped[SalesPromotion] = relationship(back_populates="products", lazy="select")
    product: Mapped[Product | None] = relationship(lazy="select")
    product_line: Mapped[ProductLine | None] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{self.promotion}: {self.product or self.product_line}"


keep_counters(PromotionTier, parent=SalesPromotion, link="promotion_id", tier_count=func.count())
