"""Channels, channel partners, where they were found and what was agreed with them (R065-R069, R102-R105)."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from app.core.money import ZERO
from app.core.types import Money
from models.base import Coded, FabModel, Owned, Row, SoftDeleted, alive_index, in_list, label, partial_index
from models.grades import GRADE_OR_NONE, Grade
from models.org import Department, Employee


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
    ACTIVE = "active", _l("Cooperating"), "green"
    FROZEN = "frozen", _l("Frozen"), "orange"
    ENDED = "ended", _l("Ended"), "grey"


class SourcingKind(LabelEnum):
    """By which way partners are found (R102)."""

    EXHIBITION = "exhibition", _l("Exhibition")
    ASSOCIATION = "association", _l("Trade association")
    REFERRAL = "referral", _l("Referral")


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


class Region(Row, Coded, SoftDeleted, FabModel):
    """A node of the tree of sales regions: where a partner may sell and where a customer lives (R097, R104)."""

    __tablename__ = "region"
    __series__ = "RG"
    __search__ = ("code", "name", "name_en")
    __table_args__ = (
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_own_parent"),
        UniqueConstraint("parent_id", "name"),
        partial_index("uq_region_top_name", "name", where="parent_id IS NULL", unique=True),
    )

    name: Mapped[str] = mapped_column(String(80), info=label(_l("Name")))
    name_en: Mapped[str | None] = mapped_column(String(80), info=label(_l("English name")))
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("region.id", ondelete="RESTRICT"), index=True, info=label(_l("Parent region"))
    )

    parent: Mapped["Region | None"] = relationship(remote_side="Region.id", lazy="select")

    def __str__(self) -> str:
        return self.name


class SourcingEvent(Row, Coded, Owned, SoftDeleted, FabModel):
    """A fair, an association's meeting or a referral where partners are looked for, and what it cost (R102)."""

    __tablename__ = "sourcing_event"
    __series__ = "SE"
    __search__ = ("code", "name", "organiser")
    __table_args__ = (
        CheckConstraint(in_list("kind", SourcingKind), name="kind"),
        CheckConstraint("ended_on IS NULL OR ended_on >= held_on", name="dates"),
        CheckConstraint("cost_amount >= 0", name="cost"),
        Index("ix_sourcing_event_held_on_id", "held_on", "id"),
        alive_index("ix_sourcing_event_alive", "id"),
    )

    name: Mapped[str] = mapped_column(String(120), info=label(_l("Name")))
    kind: Mapped[str] = mapped_column(String(20), info=label(_l("Kind"), choices=SourcingKind))
    organiser: Mapped[str | None] = mapped_column(String(120), info=label(_l("Organiser")))
    place: Mapped[str | None] = mapped_column(String(120), info=label(_l("Place")))
    held_on: Mapped[date] = mapped_column(Date, info=label(_l("Starts on")))
    ended_on: Mapped[date | None] = mapped_column(Date, info=label(_l("Ends on")))
    cost_amount: Mapped[Decimal] = mapped_column(Money, default=ZERO, info=label(_l("Cost")))
    note: Mapped[str | None] = mapped_column(Text, info=label(_l("Note"), multiline=True))

    owner: Mapped[Employee] = relationship(foreign_keys="SourcingEvent.owner_id", lazy="select")
    department: Mapped[Department] = relationship(foreign_keys="SourcingEvent.department_id", lazy="select")

    def __str__(self) -> str:
        return f"{self.name} {self.held_on}"


class Partner(Row, Coded, Owned, SoftDeleted, FabModel):
    """A company or person that the marketing works with."""

    __tablename__ = "partner"
    __series__ = "PA"
    __search__ = ("code", "name", "name_en")
    __partner_column__ = "id"
    __table_args__ = (
        CheckConstraint(in_list("kind", PartnerKind), name="kind"),
        CheckConstraint(in_list("status", PartnerStatus), name="status"),
        CheckConstraint(GRADE_OR_NONE, name="grade"),
        CheckConstraint(
            "status NOT IN ('frozen', 'ended') OR (status_reason IS NOT NULL AND status_reason <> '')",
            name="stop_needs_reason",
        ),
        CheckConstraint(
            "remind_on IS NULL OR (renewal_on IS NOT NULL AND remind_on <= renewal_on)",
            name="remind_before_renewal",
        ),
        Index("ix_partner_name_id", "name", "id"),
        Index("ix_partner_status_id", "status", "id"),
        Index("ix_partner_grade_id", "grade", "id"),
        partial_index(
            "ix_partner_remind_on", "remind_on", "id", where="remind_on IS NOT NULL AND deleted_at IS NULL"
        ),
        alive_index("ix_partner_alive", "id"),
    )

    name: Mapped[str] = mapped_column(String(120), info=label(_l("Name")))
    name_en: Mapped[str | None] = mapped_column(String(120), info=label(_l("English name")))
    kind: Mapped[str] = mapped_column(
        String(20), info=label(_l("Kind"), _l("What the partner does for the company."), choices=PartnerKind)
    )
    status: Mapped[str] = mapped_column(
        String(12), default=PartnerStatus.PROSPECT.value, info=label(_l("Status"), choices=PartnerStatus)
    )
    status_reason: Mapped[str | None] = mapped_column(
        String(200),
        info=label(_l("Reason of the status"), _l("Needed when the cooperation is frozen or ended.")),
    )
    grade: Mapped[str | None] = mapped_column(String(1), info=label(_l("Grade"), choices=Grade))
    licence_no: Mapped[str | None] = mapped_column(
        String(40), unique=True, info=label(_l("Business licence number"))
    )
    contact_name: Mapped[str | None] = mapped_column(
        String(80), info=label(_l("Contact person"), personal=True)
    )
    contact_phone: Mapped[str | None] = mapped_column(
        String(40), info=label(_l("Contact phone"), personal=True)
    )
    contact_email: Mapped[str | None] = mapped_column(
        String(120), info=label(_l("Contact e-mail"), personal=True)
    )
    address: Mapped[str | None] = mapped_column(String(200), info=label(_l("Address")))
    region_id: Mapped[int | None] = mapped_column(
        ForeignKey("region.id", ondelete="RESTRICT"), index=True, info=label(_l("Region"))
    )
    source_event_id: Mapped[int | None] = mapped_column(
        ForeignKey("sourcing_event.id", ondelete="RESTRICT"),
        index=True,
        info=label(_l("Found at"), _l("Where the partner was found.")),
    )
    territory_note: Mapped[str | None] = mapped_column(
        Text, info=label(_l("Territory"), _l("Where the partner may sell, in words."), multiline=True)
    )
    partner_since_on: Mapped[date | None] = mapped_column(Date, info=label(_l("Partner since")))
    renewal_on: Mapped[date | None] = mapped_column(
        Date, info=label(_l("Renewal due on"), _l("When the cooperation ends unless it is renewed."))
    )
    remind_on: Mapped[date | None] = mapped_column(
        Date,
        info=label(
            _l("Remind on"), _l("The day on which the responsible person is reminded of the renewal.")
        ),
    )

    region: Mapped[Region | None] = relationship(lazy="select")
    source_event: Mapped[SourcingEvent | None] = relationship(lazy="select")
    owner: Mapped[Employee] = relationship(foreign_keys="Partner.owner_id", lazy="select")
    department: Mapped[Department] = relationship(foreign_keys="Partner.department_id", lazy="select")

    def __str__(self) -> str:
        return self.name


class ChannelCost(Row, FabModel):
    """What a channel cost and brought in one month (R105)."""

    __tablename__ = "channel_cost"
    __table_args__ = (
        UniqueConstraint("channel_id", "fiscal_year", "month"),
        CheckConstraint("fiscal_year BETWEEN 2000 AND 2100", name="fiscal_year"),
        CheckConstraint("month BETWEEN 1 AND 12", name="month"),
        CheckConstraint("cost_amount >= 0", name="cost"),
        CheckConstraint("revenue_amount >= 0", name="revenue"),
        Index("ix_channel_cost_period", "fiscal_year", "month", "channel_id"),
    )

    channel_id: Mapped[int] = mapped_column(
        ForeignKey("channel.id", ondelete="RESTRICT"), info=label(_l("Channel"))
    )
    fiscal_year: Mapped[int] = mapped_column(Integer, info=label(_l("Year")))
    month: Mapped[int] = mapped_column(Integer, info=label(_l("Month"), _l("1 to 12.")))
    cost_amount: Mapped[Decimal] = mapped_column(Money, default=ZERO, info=label(_l("Cost")))
    revenue_amount: Mapped[Decimal] = mapped_column(Money, default=ZERO, info=label(_l("Revenue")))
    note: Mapped[str | None] = mapped_column(String(200), info=label(_l("Note")))

    channel: Mapped[Channel] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{self.channel} {self.fiscal_year}-{self.month:02d}"
