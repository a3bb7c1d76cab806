"""Product lines and products with what they cost and what competitors ask (R096)."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from app.core.types import Money
from models.base import Coded, FabModel, Row, SoftDeleted, alive_index, in_list, label


class Season(LabelEnum):
    """For which part of the year a product is made."""

    SPRING = "spring", _l("Spring")
    SUMMER = "summer", _l("Summer")
    AUTUMN = "autumn", _l("Autumn")
    WINTER = "winter", _l("Winter")
    ALL_YEAR = "all_year", _l("All year")


class ProductStatus(LabelEnum):
    """Whether a product is sold now."""

    PLANNED = "planned", _l("Planned"), "grey"
    ON_SALE = "on_sale", _l("On sale"), "green"
    DISCONTINUED = "discontinued", _l("Discontinued"), "grey"


class ProductLine(Row, Coded, SoftDeleted, FabModel):
    """A family of products that is positioned and priced together."""

    __tablename__ = "product_line"
    __series__ = "PL"
    __search__ = ("code", "name", "name_en")
    __table_args__ = (alive_index("ix_product_line_alive", "id"),)

    name: Mapped[str] = mapped_column(String(80), unique=True, info=label(_l("Name")))
    name_en: Mapped[str | None] = mapped_column(String(80), info=label(_l("English name")))
    positioning: Mapped[str | None] = mapped_column(Text, info=label(_l("Positioning"), multiline=True))

    def __str__(self) -> str:
        return self.name


class Product(Row, SoftDeleted, FabModel):
    """A thing that is sold, known by its stock-keeping unit."""

    __tablename__ = "product"
    __search__ = ("sku", "name", "name_en")
    __table_args__ = (
        CheckConstraint("sku <> ''", name="sku"),
        CheckConstraint(in_list("season", Season), name="season"),
        CheckConstraint(in_list("status", ProductStatus), name="status"),
        CheckConstraint("launch_year IS NULL OR launch_year BETWEEN 2000 AND 2100", name="launch_year"),
        Index("ix_product_name_id", "name", "id"),
        alive_index("ix_product_alive", "id"),
    )

    sku: Mapped[str] = mapped_column(
        String(40), unique=True, info=label(_l("SKU"), _l("The article number of the warehouse."))
    )
    name: Mapped[str] = mapped_column(String(160), info=label(_l("Name")))
    name_en: Mapped[str | None] = mapped_column(String(160), info=label(_l("English name")))
    product_line_id: Mapped[int] = mapped_column(
        ForeignKey("product_line.id", ondelete="RESTRICT"), index=True, info=label(_l("Product line"))
    )
    season: Mapped[str] = mapped_column(
        String(10), default=Season.ALL_YEAR.value, info=label(_l("Season"), choices=Season)
    )
    launch_year: Mapped[int | None] = mapped_column(Integer, info=label(_l("Year of launch")))
    status: Mapped[str] = mapped_column(
        String(12), default=ProductStatus.ON_SALE.value, info=label(_l("Status"), choices=ProductStatus)
    )
    unit: Mapped[str] = mapped_column(
        String(20), default="件", info=label(_l("Unit"), _l("In what it is counted."))
    )
    features: Mapped[str | None] = mapped_column(Text, info=label(_l("Features"), multiline=True))

    product_line: Mapped[ProductLine] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"


class ProductCost(Row, FabModel):
    """What one unit costs from a day on, until the next entry (R096)."""

    __tablename__ = "product_cost"
    __table_args__ = (
        UniqueConstraint("product_id", "valid_from"),
        CheckConstraint("cost_amount > 0", name="cost"),
        CheckConstraint("length(currency_code) = 3", name="currency"),
    )

    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="RESTRICT"), info=label(_l("Product"))
    )
    valid_from: Mapped[date] = mapped_column(
        Date, info=label(_l("Valid from"), _l("Holds until the next entry."))
    )
    cost_amount: Mapped[Decimal] = mapped_column(Money, info=label(_l("Unit cost")))
    currency_code: Mapped[str] = mapped_column(String(3), default="CNY", info=label(_l("Currency")))
    source: Mapped[str] = mapped_column(
        String(120), info=label(_l("Source"), _l("Invoice, calculation or quotation."))
    )

    product: Mapped[Product] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{self.product} {self.valid_from}"


class CompetitorPrice(Row, FabModel):
    """What a competitor asked for a comparable product, seen on one day at one place (R096)."""

    __tablename__ = "competitor_price"
    __search__ = ("competitor_name",)
    __table_args__ = (
        UniqueConstraint("product_id", "competitor_name", "seen_on", "source"),
        CheckConstraint("price_amount > 0", name="price"),
        CheckConstraint("length(currency_code) = 3", name="currency"),
        CheckConstraint("competitor_name <> ''", name="competitor"),
        Index("ix_competitor_price_seen_on_id", "seen_on", "id"),
    )

    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="RESTRICT"), info=label(_l("Product"))
    )
    competitor_name: Mapped[str] = mapped_column(String(80), info=label(_l("Competitor")))
    price_amount: Mapped[Decimal] = mapped_column(Money, info=label(_l("Price")))
    currency_code: Mapped[str] = mapped_column(String(3), default="CNY", info=label(_l("Currency")))
    seen_on: Mapped[date] = mapped_column(Date, info=label(_l("Seen on")))
    source: Mapped[str] = mapped_column(String(120), info=label(_l("Source"), _l("Shop, page or survey.")))

    product: Mapped[Product] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{self.competitor_name} {self.seen_on}"
