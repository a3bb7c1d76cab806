"""Rewards and penalties: only from a confirmed appraisal, approved, with time to appeal (R123)."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from app.core.types import Money
from models.appraisals import Appraisal, AppraisalLevel
from models.approvable import APPROVED_NEEDS_PROOF, STATUS_IN_LIST, Approvable
from models.base import Coded, FabModel, Owned, Row, SoftDeleted, alive_index, in_list, label, partial_index
from models.org import Department, Employee


class RewardKind(LabelEnum):
    """Whether it is good or bad news."""

    REWARD = "reward", _l("Reward"), "green"
    PENALTY = "penalty", _l("Penalty"), "red"


class RewardPenalty(Row, Coded, Owned, Approvable, SoftDeleted, FabModel):
    """What a confirmed appraisal leads to for one employee or one department (R123).

    Two composite keys tie it down: the level is the one that the approved appraisal confirmed, and
    that level leads to this kind. A penalty states until when one may appeal, and is carried out
    only after that day.
    """

    __tablename__ = "reward_penalty"
    __series__ = "RP"
    __search__ = ("code", "content")
    __document_columns__ = (
        "code", "appraisal_id", "level_id", "kind", "employee_id", "recipient_department_id", "owner_id",
        "department_id", "content", "amount", "currency_code", "appeal_until",
    )  # fmt: skip
    __table_args__ = (
        CheckConstraint(STATUS_IN_LIST, name="status"),
        CheckConstraint(APPROVED_NEEDS_PROOF, name="approved_needs_proof"),
        CheckConstraint(in_list("kind", RewardKind), name="kind"),
        ForeignKeyConstraint(
            ["appraisal_id", "level_id"],
            ["appraisal.id", "appraisal.confirmed_level_id"],
            ondelete="RESTRICT",
        ),
        ForeignKeyConstraint(
            ["level_id", "kind"], ["appraisal_level.id", "appraisal_level.consequence"], ondelete="RESTRICT"
        ),
        CheckConstraint("(employee_id IS NULL) <> (recipient_department_id IS NULL)", name="one_recipient"),
        CheckConstraint("employee_id IS NULL OR employee_id <> owner_id", name="not_for_oneself"),
        CheckConstraint("content <> ''", name="content"),
        CheckConstraint("amount IS NULL OR amount > 0", name="amount"),
        CheckConstraint("length(currency_code) = 3", name="currency"),
        CheckConstraint("kind <> 'penalty' OR appeal_until IS NOT NULL", name="penalty_needs_appeal"),
        CheckConstraint(
            "executed_on IS NULL OR (status IN ('in_force', 'closed')"
            " AND (kind = 'reward' OR (appeal_until IS NOT NULL AND executed_on > appeal_until)))",
            name="executed_after_appeal",
        ),
        partial_index(
            "uq_reward_penalty_recipient",
            "appraisal_id",
            "employee_id",
            "content",
            where="deleted_at IS NULL AND employee_id IS NOT NULL",
            unique=True,
        ),
        partial_index(
            "uq_reward_penalty_department",
            "appraisal_id",
            "recipient_department_id",
            "content",
            where="deleted_at IS NULL AND recipient_department_id IS NOT NULL",
            unique=True,
        ),
        Index("ix_reward_penalty_status_id", "status", "id"),
        alive_index("ix_reward_penalty_alive", "id"),
    )

    appraisal_id: Mapped[int] = mapped_column(
        ForeignKey("appraisal.id", ondelete="RESTRICT"), index=True, info=label(_l("Appraisal"))
    )
    level_id: Mapped[int] = mapped_column(Integer, info=label(_l("Level"), counter=True))
    kind: Mapped[str] = mapped_column(String(8), info=label(_l("Kind"), choices=RewardKind))
    employee_id: Mapped[int | None] = mapped_column(
        ForeignKey("employee.id", ondelete="RESTRICT"),
        index=True,
        info=label(_l("Employee"), _l("Either an employee or a department.")),
    )
    recipient_department_id: Mapped[int | None] = mapped_column(
        ForeignKey("department.id", ondelete="RESTRICT"), index=True, info=label(_l("Rewarded department"))
    )
    content: Mapped[str] = mapped_column(String(300), info=label(_l("Content"), multiline=True))
    amount: Mapped[Decimal | None] = mapped_column(Money, info=label(_l("Amount")))
    currency_code: Mapped[str] = mapped_column(String(3), default="CNY", info=label(_l("Currency")))
    appeal_until: Mapped[date | None] = mapped_column(
        Date, info=label(_l("Appeal until"), _l("Needed for a penalty; it is carried out after this day."))
    )
    executed_on: Mapped[date | None] = mapped_column(Date, info=label(_l("Carried out on")))
    note: Mapped[str | None] = mapped_column(Text, info=label(_l("Note"), multiline=True))

    appraisal: Mapped[Appraisal] = relationship(
        primaryjoin="RewardPenalty.appraisal_id == Appraisal.id", foreign_keys=[appraisal_id], lazy="select"
    )
    level: Mapped[AppraisalLevel] = relationship(
        primaryjoin="RewardPenalty.level_id == AppraisalLevel.id", foreign_keys=[level_id], lazy="select"
    )
    employee: Mapped[Employee | None] = relationship(foreign_keys=[employee_id], lazy="select")
    recipient_department: Mapped[Department | None] = relationship(
        foreign_keys=[recipient_department_id], lazy="select"
    )
    owner: Mapped[Employee] = relationship(foreign_keys="RewardPenalty.owner_id", lazy="select")
    department: Mapped[Department] = relationship(foreign_keys="RewardPenalty.department_id", lazy="select")

    def __str__(self) -> str:
        return f"{self.code} {self.content}"


Index("ix_reward_penalty_level_id", RewardPenalty.level_id)
