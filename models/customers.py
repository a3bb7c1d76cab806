"""Customers: basic data, identities, needs and consents, each with source and date (R106-R109).

Personal columns are marked; an erased customer keeps its number and nothing else, and the database
sees to it.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import utc_now
from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from app.core.types import Instant
from models.base import Coded, FabModel, Owned, Row, SoftDeleted, alive_index, in_list, label, partial_index
from models.grades import GRADE_OR_NONE, Grade
from models.imports import ImportBatch
from models.org import Department, Employee
from models.partners import Region
from models.products import ProductLine
from models.sources import CustomerSource


class CustomerKind(LabelEnum):
    """Whether a customer is a person or a company."""

    PERSON = "person", _l("Private person")
    COMPANY = "company", _l("Company")


class Gender(LabelEnum):
    """As the customer stated it; empty: not stated."""

    FEMALE = "female", _l("Female")
    MALE = "male", _l("Male")
    OTHER = "other", _l("Other")


class CustomerStatus(LabelEnum):
    """Whether the record stands for itself."""

    ACTIVE = "active", _l("Active"), "green"
    MERGED = "merged", _l("Merged into another"), "grey"
    ERASED = "erased", _l("Erased"), "red"


class IdentityKind(LabelEnum):
    """By what a customer is recognised."""

    MOBILE = "mobile", _l("Mobile number")
    WECHAT = "wechat", _l("WeChat")
    EMAIL = "email", _l("E-mail")
    CARD = "card", _l("Member card")


class NeedKind(LabelEnum):
    """What the customer said."""

    NEED = "need", _l("Need")
    FEEDBACK = "feedback", _l("Feedback")
    COMPLAINT = "complaint", _l("Complaint")


class ConsentPurpose(LabelEnum):
    """For what the customer allowed the use of personal data (R109)."""

    MARKETING = "marketing", _l("Marketing messages")
    PROFILING = "profiling", _l("Analysis and recommendations")
    SHARING = "sharing", _l("Sharing with channel partners")


class Customer(Row, Coded, Owned, SoftDeleted, FabModel):
    """One customer, person or company, at most once per source number."""

    __tablename__ = "customer"
    __series__ = "CU"
    __search__ = ("code", "name", "source_customer_no")
    __table_args__ = (
        CheckConstraint(in_list("kind", CustomerKind), name="kind"),
        CheckConstraint(in_list("status", CustomerStatus), name="status"),
        CheckConstraint("gender IS NULL OR gender IN ('female', 'male', 'other')", name="gender"),
        CheckConstraint(GRADE_OR_NONE, name="grade"),
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint(
            "kind = 'person' OR (gender IS NULL AND birthday IS NULL)", name="company_without_person_data"
        ),
        CheckConstraint("completeness BETWEEN 0 AND 100", name="completeness"),
        CheckConstraint(
            "(status = 'merged' AND merged_into_id IS NOT NULL AND merged_into_id <> id)"
            " OR (status <> 'merged' AND merged_into_id IS NULL)",
            name="merged",
        ),
        CheckConstraint(
            "status <> 'erased' OR (name = code AND gender IS NULL AND birthday IS NULL AND address IS NULL"
            " AND city IS NULL AND source_customer_no IS NULL AND note IS NULL)",
            name="erased_is_empty",
        ),
        UniqueConstraint("source_id", "source_customer_no"),
        # over the living rows only, so that a count never reads the table to see which are in the bin
        alive_index("ix_customer_name_id", "name", "id"),
        alive_index("ix_customer_grade_id", "grade", "id"),
        alive_index("ix_customer_created_at_id", "created_at", "id"),
        partial_index("ix_customer_bin", "deleted_at", "id", where="deleted_at IS NOT NULL"),
        partial_index("ix_customer_import_batch_id", "import_batch_id", where="import_batch_id IS NOT NULL"),
        partial_index("ix_customer_merged_into_id", "merged_into_id", where="merged_into_id IS NOT NULL"),
        alive_index("ix_customer_alive", "id"),
    )

    name: Mapped[str] = mapped_column(String(120), info=label(_l("Name"), personal=True))
    kind: Mapped[str] = mapped_column(
        String(8), default=CustomerKind.PERSON.value, info=label(_l("Kind"), choices=CustomerKind)
    )
    gender: Mapped[str | None] = mapped_column(
        String(8), info=label(_l("Gender"), choices=Gender, personal=True)
    )
    birthday: Mapped[date | None] = mapped_column(Date, info=label(_l("Birthday"), personal=True))
    grade: Mapped[str | None] = mapped_column(String(1), info=label(_l("Grade"), choices=Grade))
    country: Mapped[str | None] = mapped_column(String(60), info=label(_l("Country")))
    region_id: Mapped[int | None] = mapped_column(
        ForeignKey("region.id", ondelete="RESTRICT"), index=True, info=label(_l("Region"))
    )
    city: Mapped[str | None] = mapped_column(String(60), info=label(_l("City"), personal=True))
    address: Mapped[str | None] = mapped_column(String(200), info=label(_l("Address"), personal=True))
    source_id: Mapped[int] = mapped_column(
        ForeignKey("customer_source.id", ondelete="RESTRICT"),
        info=label(_l("Source"), _l("Who gave us the data.")),
    )
    source_customer_no: Mapped[str | None] = mapped_column(
        String(60),
        info=label(
            _l("Number at the source"), _l("Under which number the source knows the customer."), personal=True
        ),
    )
    completeness: Mapped[int] = mapped_column(
        Integer,
        default=0,
        info=label(_l("Completeness %"), _l("How much of the customer's card is filled."), counter=True),
    )
    status: Mapped[str] = mapped_column(
        String(8),
        default=CustomerStatus.ACTIVE.value,
        info=label(_l("Status"), choices=CustomerStatus, counter=True),
    )
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("customer.id", ondelete="RESTRICT"), info=label(_l("Merged into"), counter=True)
    )
    import_batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("import_batch.id", ondelete="RESTRICT"), info=label(_l("Import batch"), counter=True)
    )
    note: Mapped[str | None] = mapped_column(Text, info=label(_l("Note"), multiline=True, personal=True))

    region: Mapped[Region | None] = relationship(lazy="select")
    source: Mapped[CustomerSource] = relationship(lazy="select")
    merged_into: Mapped["Customer | None"] = relationship(remote_side="Customer.id", lazy="select")
    import_batch: Mapped[ImportBatch | None] = relationship(lazy="select")
    owner: Mapped[Employee] = relationship(foreign_keys="Customer.owner_id", lazy="select")
    department: Mapped[Department] = relationship(foreign_keys="Customer.department_id", lazy="select")
    identities: Mapped[list["CustomerIdentity"]] = relationship(
        back_populates="customer",
        order_by="CustomerIdentity.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
        lazy="select",
    )
    needs: Mapped[list["CustomerNeed"]] = relationship(
        back_populates="customer",
        order_by="CustomerNeed.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
        lazy="select",
    )
    consents: Mapped[list["Consent"]] = relationship(
        back_populates="customer",
        order_by="Consent.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
        lazy="select",
    )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class CustomerIdentity(Row, FabModel):
    """A number, address or card that belongs to exactly one customer (R108).

    `value` stands in its normal form; `value_hash` is the digest of kind and normal form, by which
    the database refuses a second owner.
    """

    __tablename__ = "customer_identity"
    __scope_via__ = "customer"
    __title__ = "kind"
    __table_args__ = (
        CheckConstraint(in_list("kind", IdentityKind), name="kind"),
        CheckConstraint("value <> ''", name="value"),
        CheckConstraint("length(value_hash) = 64", name="value_hash"),
        UniqueConstraint("kind", "value_hash"),
        partial_index(
            "ix_customer_identity_import_batch_id", "import_batch_id", where="import_batch_id IS NOT NULL"
        ),
    )

    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id", ondelete="CASCADE"), index=True, info=label(_l("Customer"))
    )
    kind: Mapped[str] = mapped_column(String(8), info=label(_l("Kind"), choices=IdentityKind))
    value: Mapped[str] = mapped_column(
        String(120),
        info=label(
            _l("Value"), _l("The number or address itself; it belongs to one customer only."), personal=True
        ),
    )
    value_hash: Mapped[str] = mapped_column(String(64))
    verified_at: Mapped[datetime | None] = mapped_column(Instant, info=label(_l("Verified at")))
    import_batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("import_batch.id", ondelete="RESTRICT"), info=label(_l("Import batch"), counter=True)
    )

    customer: Mapped[Customer] = relationship(back_populates="identities", lazy="select")
    import_batch: Mapped[ImportBatch | None] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{self.customer}: {IdentityKind(self.kind).label}"


class CustomerNeed(Row, FabModel):
    """What a customer needs or thinks, said on one day and noted from one source (R106)."""

    __tablename__ = "customer_need"
    __scope_via__ = "customer"
    __title__ = "stated_on"
    __table_args__ = (
        CheckConstraint(in_list("kind", NeedKind), name="kind"),
        CheckConstraint("content <> ''", name="content"),
        CheckConstraint("satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5", name="satisfaction"),
        Index("ix_customer_need_stated_on_id", "stated_on", "id"),
    )

    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id", ondelete="CASCADE"), index=True, info=label(_l("Customer"))
    )
    kind: Mapped[str] = mapped_column(
        String(12), default=NeedKind.NEED.value, info=label(_l("Kind"), choices=NeedKind)
    )
    content: Mapped[str] = mapped_column(Text, info=label(_l("Content"), multiline=True, personal=True))
    product_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("product_line.id", ondelete="RESTRICT"), info=label(_l("Product line"))
    )
    satisfaction: Mapped[int | None] = mapped_column(Integer, info=label(_l("Satisfaction"), _l("1 to 5.")))
    stated_on: Mapped[date] = mapped_column(Date, info=label(_l("Stated on")))
    source_id: Mapped[int] = mapped_column(
        ForeignKey("customer_source.id", ondelete="RESTRICT"), info=label(_l("Source"))
    )

    customer: Mapped[Customer] = relationship(back_populates="needs", lazy="select")
    product_line: Mapped[ProductLine | None] = relationship(lazy="select")
    source: Mapped[CustomerSource] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{self.customer} {self.stated_on}"


class Consent(Row, FabModel):
    """A customer's permission for one purpose, from the day it was given until it was withdrawn (R109)."""

    __tablename__ = "consent"
    __scope_via__ = "customer"
    __title__ = "purpose"
    __table_args__ = (
        CheckConstraint(in_list("purpose", ConsentPurpose), name="purpose"),
        CheckConstraint("evidence <> ''", name="evidence"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= given_at", name="times"),
        partial_index("uq_consent_open", "customer_id", "purpose", where="withdrawn_at IS NULL", unique=True),
        Index("ix_consent_customer_id", "customer_id"),
    )

    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id", ondelete="CASCADE"), info=label(_l("Customer"))
    )
    purpose: Mapped[str] = mapped_column(String(12), info=label(_l("Purpose"), choices=ConsentPurpose))
    given_at: Mapped[datetime] = mapped_column(Instant, default=utc_now, info=label(_l("Given at")))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant, info=label(_l("Withdrawn at")))
    source_id: Mapped[int] = mapped_column(
        ForeignKey("customer_source.id", ondelete="RESTRICT"), info=label(_l("Source"))
    )
    evidence: Mapped[str] = mapped_column(
        String(200), info=label(_l("Evidence"), _l("How and where the customer agreed."))
    )

    customer: Mapped[Customer] = relationship(back_populates="consents", lazy="select")
    source: Mapped[CustomerSource] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{self.customer}: {ConsentPurpose(self.purpose).label}"
