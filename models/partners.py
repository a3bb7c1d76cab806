"""Channels and channel partners (R065-R069, R102-R105)."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from models.base import Coded, FabModel, Owned, Row, SoftDeleted, alive_index, in_list, label


class ChannelKind(LabelEnum):
    """Through what kind of channel goods reach customers (R105)."""

    ONLINE = "online", _l("Online shop")
    STORE = "store", _l("Own store")
    WHOLESALE = "wholesale", _l("Wholesale")
    AGENT = "agent", _l("Agent")


class PartnerKind(LabelEnum):
    """What a partner does for the company."""

    MEDIA = "media", _l("Media")
    AGENT = "agent", _l("Agent")
    DISTRIBUTOR = "distributor", _l("Distributor")
    WHOLESALER = "wholesaler", _l("Wholesaler")
    PLATFORM = "platform", _l("Platform")
    KOL = "kol", _l("KOL")
    SUPPLIER = "supplier", _l("Supplier")


class PartnerStatus(LabelEnum):
    """Where the cooperation with a partner stands."""

    PROSPECT = "prospect", _l("Prospect"), "grey"
    SCREENING = "screening", _l("In screening"), "blue"
    ACTIVE = "active", _l("Active"), "green"
    FROZEN = "frozen", _l("Frozen"), "orange"
    ENDED = "ended", _l("Ended"), "grey"


class Channel(Row, Coded, SoftDeleted, FabModel):
    """A sales or communication channel."""

    __tablename__ = "channel"
    __series__ = "CH"
    __search__ = ("code", "name", "name_en")
    __table_args__ = (CheckConstraint(in_list("kind", ChannelKind), name="kind"),)

    name: Mapped[str] = mapped_column(String(80), unique=True, info=label(_l("Name")))
    name_en: Mapped[str | None] = mapped_column(String(80), info=label(_l("English name")))
    kind: Mapped[str] = mapped_column(String(20), info=label(_l("Kind"), choices=ChannelKind))

    def __str__(self) -> str:
        return self.name


class Partner(Row, Coded, Owned, SoftDeleted, FabModel):
    """A company or person that the marketing works with."""

    __tablename__ = "partner"
    __series__ = "PA"
    __search__ = ("code", "name", "name_en")
    __table_args__ = (
        CheckConstraint(in_list("kind", PartnerKind), name="kind"),
        CheckConstraint(in_list("status", PartnerStatus), name="status"),
        alive_index("ix_partner_alive", "id"),
    )

    name: Mapped[str] = mapped_column(String(120), info=label(_l("Name")))
    name_en: Mapped[str | None] = mapped_column(String(120), info=label(_l("English name")))
    kind: Mapped[str] = mapped_column(String(20), info=label(_l("Kind"), choices=PartnerKind))
    status: Mapped[str] = mapped_column(
        String(12), default=PartnerStatus.PROSPECT.value, info=label(_l("Status"), choices=PartnerStatus)
    )
    licence_no: Mapped[str | None] = mapped_column(String(40), unique=True, info=label(_l("Business licence number")))

    def __str__(self) -> str:
        return self.name
