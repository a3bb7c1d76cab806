"""Where customer data come from: a shop, a register, a survey (R106, R109)."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from models.base import Coded, FabModel, Row, SoftDeleted, in_list, label


class SourceKind(LabelEnum):
    """By which way data are collected."""

    SHOP_SYSTEM = "shop_system", _l("Shop system")
    STORE = "store", _l("Store register")
    SURVEY = "survey", _l("Survey")
    SERVICE = "service", _l("Customer service")
    MANUAL = "manual", _l("Entered by hand")
    OTHER = "other", _l("Other")


class CustomerSource(Row, Coded, SoftDeleted, FabModel):
    """A source of customer data; a customer's number is unique within it."""

    __tablename__ = "customer_source"
    __series__ = "SO"
    __search__ = ("code", "name", "name_en")
    __table_args__ = (CheckConstraint(in_list("kind", SourceKind), name="kind"),)

    name: Mapped[str] = mapped_column(String(80), unique=True, info=label(_l("Name")))
    name_en: Mapped[str | None] = mapped_column(String(80), info=label(_l("English name")))
    kind: Mapped[str] = mapped_column(String(16), info=label(_l("Kind"), choices=SourceKind))

    def __str__(self) -> str:
        return self.name
