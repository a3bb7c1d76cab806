"""What customers bought and returned, line by line, as the source reported it (R106)."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.i18n import lazy_gettext as _l
from app.core.types import Instant, Scaled
from models.base import FabModel, Row, label, partial_index
from models.counters import keep_counters, total
from models.customers import Customer
from models.imports import ImportBatch
from models.partners import Channel
from models.products import Product
from models.sources import CustomerSource


class Purchase(Row, FabModel):
    """One receipt of one source, once; a return is a purchase with a negative total.

    The total is the exact sum of the lines to four places; only a report rounds it to cents.
    """

    __tablename__ = "purchase"
    __scope_via__ = "customer"
    __title__ = "external_no"
    __table_args__ = (
        UniqueConstraint("source_id", "external_no"),
        CheckConstraint("external_no <> ''", name="external_no"),
        CheckConstraint("length(currency_code) = 3", name="currency"),
        Index("ix_purchase_customer", "customer_id", "purchased_at", "id"),
        Index("ix_purchase_purchased_at_id", "purchased_at", "id"),
        partial_index("ix_purchase_channel_id", "channel_id", where="channel_id IS NOT NULL"),
        partial_index("ix_purchase_import_batch_id", "import_batch_id", where="import_batch_id IS NOT NULL"),
    )

    source_id: Mapped[int] = mapped_column(
        ForeignKey("customer_source.id", ondelete="RESTRICT"), info=label(_l("Source"))
    )
    external_no: Mapped[str] = mapped_column(String(60), info=label(_l("Receipt number")))
    customer_id: Mapped[int | None] = mapped_column(
        ForeignKey("customer.id", ondelete="RESTRICT"), info=label(_l("Customer"), _l("Empty: not known."))
    )
    channel_id: Mapped[int | None] = mapped_column(
        ForeignKey("channel.id", ondelete="RESTRICT"), info=label(_l("Channel"))
    )
    purchased_at: Mapped[datetime] = mapped_column(Instant, info=label(_l("Bought at")))
    currency_code: Mapped[str] = mapped_column(String(3), default="CNY", info=label(_l("Currency")))
    total_amount: Mapped[Decimal] = mapped_column(
        Scaled(4), default=Decimal(0), info=label(_l("Total"), counter=True)
    )
    import_batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("import_batch.id", ondelete="RESTRICT"), info=label(_l("Import batch"), counter=True)
    )

    source: Mapped[CustomerSource] = relationship(lazy="select")
    customer: Mapped[Customer | None] = relationship(lazy="select")
    channel: Mapped[Channel | None] = relationship(lazy="select")
    import_batch: Mapped[ImportBatch | None] = relationship(lazy="select")
    lines: Mapped[list["PurchaseLine"]] = relationship(
        back_populates="purchase",
        order_by="PurchaseLine.line_no",
        cascade="all, delete-orphan",
        passive_deletes=True,
        lazy="select",
    )

    def __str__(self) -> str:
        return self.external_no


class PurchaseLine(Row, FabModel):
    """One article of a receipt; a negative quantity is a return, a price of 0 a free item."""

    __tablename__ = "purchase_line"
    __scope_via__ = "purchase"
    __title__ = "sku"
    __table_args__ = (
        UniqueConstraint("purchase_id", "line_no"),
        CheckConstraint("line_no >= 1", name="line_no"),
        CheckConstraint("sku <> ''", name="sku"),
        CheckConstraint("quantity <> 0", name="quantity"),
        CheckConstraint("unit_price >= 0", name="unit_price"),
        CheckConstraint("line_total = quantity * unit_price", name="line_total"),
        Index("ix_purchase_line_sku", "sku"),
        partial_index("ix_purchase_line_product_id", "product_id", where="product_id IS NOT NULL"),
    )

    purchase_id: Mapped[int] = mapped_column(
        ForeignKey("purchase.id", ondelete="CASCADE"), info=label(_l("Purchase"))
    )
    line_no: Mapped[int] = mapped_column(Integer, info=label(_l("Line")))
    sku: Mapped[str] = mapped_column(
        String(40), info=label(_l("SKU"), _l("The article number of the receipt."))
    )
    product_id: Mapped[int | None] = mapped_column(
        ForeignKey("product.id", ondelete="RESTRICT"), info=label(_l("Product"))
    )
    description: Mapped[str | None] = mapped_column(String(200), info=label(_l("Description")))
    quantity: Mapped[int] = mapped_column(Integer, info=label(_l("Quantity"), _l("Negative for a return.")))
    unit_price: Mapped[Decimal] = mapped_column(Scaled(4), info=label(_l("Unit price")))
    line_total: Mapped[Decimal] = mapped_column(Scaled(4), info=label(_l("Line total"), counter=True))

    purchase: Mapped[Purchase] = relationship(back_populates="lines", lazy="select")
    product: Mapped[Product | None] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"


keep_counters(PurchaseLine, parent=Purchase, link="purchase_id", total_amount=total(PurchaseLine.line_total))
