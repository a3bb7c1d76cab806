"""Partner agreements and the duties of both sides (R066-R069)."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from app.core.money import ZERO
from app.core.types import Money, Percent
from models.approvable import APPROVED_NEEDS_PROOF, STATUS_IN_LIST, Approvable
from models.base import Coded, FabModel, Owned, Row, SoftDeleted, alive_index, in_list, label, partial_index
from models.counters import keep_counters
from models.org import Department, Employee
from models.partners import Partner


class ObligationSide(LabelEnum):
    """Who owes a duty under an agreement (R067)."""

    US = "us", _l("Our side")
    THEM = "them", _l("The partner")


class PartnerAgreement(Row, Coded, Owned, Approvable, SoftDeleted, FabModel):
    """What was agreed with a partner: content, fee, period and effect, with the duties of both sides.

    It is signed only after approval and closed only with an evaluation, whose lessons feed the next
    choice of a partner (R069).
    """

    __tablename__ = "partner_agreement"
    __series__ = "AG"
    __search__ = ("code", "title")
    __partner_column__ = "partner_id"
    __document_columns__ = (
        "code", "title", "partner_id", "owner_id", "department_id", "start_on", "end_on", "amount",
        "currency_code", "content", "effect_text",
    )  # fmt: skip
    __document_lines__ = ("obligations",)
    __table_args__ = (
        CheckConstraint(STATUS_IN_LIST, name="status"),
        CheckConstraint(APPROVED_NEEDS_PROOF, name="approved_needs_proof"),
        CheckConstraint("end_on >= start_on", name="dates"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("length(currency_code) = 3", name="currency"),
        CheckConstraint(
            "status = 'draft' OR (content IS NOT NULL AND content <> '' AND effect_text IS NOT NULL"
            " AND effect_text <> '')",
            name="complete_after_draft",
        ),
        CheckConstraint(
            "status = 'draft' OR (our_duties > 0 AND their_duties > 0)", name="duties_of_both_sides"
        ),
        CheckConstraint(
            "signed_on IS NULL OR status IN ('in_force', 'closed', 'superseded')", name="signed_approved"
        ),
        CheckConstraint(
            "(evaluated_on IS NULL AND evaluation_score IS NULL AND lessons IS NULL)"
            " OR (evaluated_on IS NOT NULL AND evaluation_score IS NOT NULL AND lessons IS NOT NULL"
            " AND lessons <> '' AND evaluation_score BETWEEN 0 AND 10000)",
            name="evaluation_whole",
        ),
        CheckConstraint("status <> 'closed' OR evaluated_on IS NOT NULL", name="closed_needs_evaluation"),
        Index("ix_partner_agreement_title_id", "title", "id"),
        Index("ix_partner_agreement_status_id", "status", "id"),
        partial_index("ix_partner_agreement_ending", "end_on", "id", where="status = 'in_force'"),
        alive_index("ix_partner_agreement_alive", "id"),
    )

    title: Mapped[str] = mapped_column(String(160), info=label(_l("Title")))
    partner_id: Mapped[int] = mapped_column(
        ForeignKey("partner.id", ondelete="RESTRICT"), index=True, info=label(_l("Channel partner"))
    )
    start_on: Mapped[date] = mapped_column(Date, info=label(_l("Starts on")))
    end_on: Mapped[date] = mapped_column(Date, info=label(_l("Ends on")))
    amount: Mapped[Decimal] = mapped_column(
        Money, default=ZERO, info=label(_l("Fee"), _l("What the partner is paid in all; 0 if nothing."))
    )
    currency_code: Mapped[str] = mapped_column(
        String(3), default="CNY", info=label(_l("Currency"), _l("Three letters, for example CNY."))
    )
    content: Mapped[str | None] = mapped_column(
        Text, info=label(_l("Content"), _l("Needed before the agreement is submitted."), multiline=True)
    )
    effect_text: Mapped[str | None] = mapped_column(
        Text,
        info=label(
            _l("Expected effect"),
            _l("By which figures the effect is measured; needed before submission."),
            multiline=True,
        ),
    )
    our_duties: Mapped[int] = mapped_column(Integer, default=0, info=label(_l("Our duties"), counter=True))
    their_duties: Mapped[int] = mapped_column(
        Integer, default=0, info=label(_l("The partner's duties"), counter=True)
    )
    signed_on: Mapped[date | None] = mapped_column(
        Date, info=label(_l("Signed on"), _l("Only after approval."))
    )
    evaluated_on: Mapped[date | None] = mapped_column(Date, info=label(_l("Evaluated on")))
    evaluation_score: Mapped[Decimal | None] = mapped_column(Percent, info=label(_l("Evaluation score")))
    lessons: Mapped[str | None] = mapped_column(Text, info=label(_l("Lessons"), multiline=True))

    partner: Mapped[Partner] = relationship(lazy="select")
    owner: Mapped[Employee] = relationship(foreign_keys="PartnerAgreement.owner_id", lazy="select")
    department: Mapped[Department] = relationship(
        foreign_keys="PartnerAgreement.department_id", lazy="select"
    )
    obligations: Mapped[list["AgreementObligation"]] = relationship(
        back_populates="agreement",
        order_by="AgreementObligation.due_on, AgreementObligation.id",
        cascade="all, delete-orphan",
        lazy="select",
    )

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class AgreementObligation(Row, FabModel):
    """One duty of one side with its day; meeting it is recorded while the agreement is in force (R067)."""

    __tablename__ = "agreement_obligation"
    __locked_with__ = "agreement"
    __table_args__ = (
        CheckConstraint(in_list("side", ObligationSide), name="side"),
        UniqueConstraint("agreement_id", "side", "duty"),
        CheckConstraint("duty <> ''", name="duty"),
        partial_index("ix_agreement_obligation_due", "due_on", "id", where="done_on IS NULL"),
    )

    agreement_id: Mapped[int] = mapped_column(
        ForeignKey("partner_agreement.id", ondelete="CASCADE"), info=label(_l("Agreement"))
    )
    side: Mapped[str] = mapped_column(
        String(4), info=label(_l("Side"), _l("Who owes the duty."), choices=ObligationSide)
    )
    duty: Mapped[str] = mapped_column(String(300), info=label(_l("Duty"), multiline=True))
    due_on: Mapped[date] = mapped_column(Date, info=label(_l("Due on")))
    done_on: Mapped[date | None] = mapped_column(Date, info=label(_l("Done on"), progress=True))

    agreement: Mapped[PartnerAgreement] = relationship(back_populates="obligations", lazy="select")

    def __str__(self) -> str:
        return f"{self.due_on} {self.duty}"


keep_counters(
    AgreementObligation,
    parent=PartnerAgreement,
    link="agreement_id",
    our_duties=func.count().filter(AgreementObligation.side == ObligationSide.US.value),
    their_duties=func.count().filter(AgreementObligation.side == ObligationSide.THEM.value),
)
