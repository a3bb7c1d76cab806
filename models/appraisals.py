"""Appraisal: schemes with their criteria and levels, cycles, appraisals with scores (R122).

Three parts are mandatory: effect, input-output ratio and customer feedback. A scheme that lacks one,
or whose weights do not sum to 100, cannot become active, and an appraisal that lacks a score cannot
be submitted; the database holds both.
"""

from datetime import date
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    Computed,
    Date,
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
from app.core.types import Percent
from models.activities import Activity
from models.approvable import APPROVED_NEEDS_PROOF, STATUS_IN_LIST, Approvable
from models.base import Coded, FabModel, Owned, Row, SoftDeleted, alive_index, in_list, label, partial_index
from models.counters import keep_counters, total
from models.metrics import MetricDefinition
from models.org import Department, Employee


class SubjectKind(LabelEnum):
    """Whose performance is appraised (R122)."""

    ACTIVITY = "activity", _l("Activity")
    DEPARTMENT = "department", _l("Department")
    EMPLOYEE = "employee", _l("Employee")


class CriterionPart(LabelEnum):
    """To which part of the appraisal a criterion belongs; the first three are mandatory (R122)."""

    EFFECT = "effect", _l("Effect")
    INPUT_OUTPUT = "input_output", _l("Input-output ratio")
    CUSTOMER_FEEDBACK = "customer_feedback", _l("Customer feedback")
    OTHER = "other", _l("Other")


class SchemeStatus(LabelEnum):
    """A scheme is drafted, used, and retired; only a draft changes."""

    DRAFT = "draft", _l("Draft"), "grey"
    ACTIVE = "active", _l("Active"), "green"
    RETIRED = "retired", _l("Retired"), "grey"


class Consequence(LabelEnum):
    """What a level leads to (R123)."""

    REWARD = "reward", _l("Reward"), "green"
    NONE = "none", _l("Nothing"), "grey"
    PENALTY = "penalty", _l("Penalty"), "red"


class CycleStatus(LabelEnum):
    """Whether appraisals of a period are being made."""

    OPEN = "open", _l("Running"), "green"
    CLOSED = "closed", _l("Closed"), "grey"


class AppraisalScheme(Row, Coded, SoftDeleted, FabModel):
    """By which weighted criteria one kind of subject is appraised, and into which levels the score falls."""

    __tablename__ = "appraisal_scheme"
    __series__ = "AS"
    __search__ = ("code", "name", "name_en")
    __table_args__ = (
        CheckConstraint(in_list("subject_kind", SubjectKind), name="subject_kind"),
        CheckConstraint(in_list("status", SchemeStatus), name="status"),
        CheckConstraint("status = 'draft' OR weight_total = 10000", name="weights_sum_to_100"),
        CheckConstraint(
            "status = 'draft' OR (effect_count > 0 AND input_output_count > 0 AND customer_feedback_count > 0)",
            name="three_parts",
        ),
        CheckConstraint("status = 'draft' OR level_count > 0", name="levels"),
        UniqueConstraint("id", "subject_kind"),
        alive_index("ix_appraisal_scheme_alive", "id"),
    )

    name: Mapped[str] = mapped_column(String(120), info=label(_l("Name")))
    name_en: Mapped[str | None] = mapped_column(String(120), info=label(_l("English name")))
    subject_kind: Mapped[str] = mapped_column(String(12), info=label(_l("Subject"), choices=SubjectKind))
    status: Mapped[str] = mapped_column(
        String(8), default=SchemeStatus.DRAFT.value, info=label(_l("Status"), choices=SchemeStatus)
    )
    description: Mapped[str | None] = mapped_column(Text, info=label(_l("Description"), multiline=True))
    weight_total: Mapped[Decimal] = mapped_column(
        Percent, default=ZERO, info=label(_l("Sum of weights %"), counter=True)
    )
    effect_count: Mapped[int] = mapped_column(
        Integer, default=0, info=label(_l("Criteria of effect"), counter=True)
    )
    input_output_count: Mapped[int] = mapped_column(
        Integer, default=0, info=label(_l("Criteria of the input-output ratio"), counter=True)
    )
    customer_feedback_count: Mapped[int] = mapped_column(
        Integer, default=0, info=label(_l("Criteria of customer feedback"), counter=True)
    )
    level_count: Mapped[int] = mapped_column(Integer, default=0, info=label(_l("Levels"), counter=True))

    criteria: Mapped[list["AppraisalCriterion"]] = relationship(
        back_populates="scheme", order_by="AppraisalCriterion.id", cascade="all, delete-orphan", lazy="select"
    )
    levels: Mapped[list["AppraisalLevel"]] = relationship(
        back_populates="scheme",
        order_by="AppraisalLevel.min_score",
        cascade="all, delete-orphan",
        lazy="select",
    )

    def __str__(self) -> str:
        return self.name


class AppraisalCriterion(Row, FabModel):
    """One criterion of a scheme: its part, its weight, and the metric that it reads, if any."""

    __tablename__ = "appraisal_criterion"
    __scope_via__ = "scheme"
    __table_args__ = (
        CheckConstraint(in_list("part", CriterionPart), name="part"),
        CheckConstraint("weight > 0 AND weight <= 10000", name="weight"),
        UniqueConstraint("scheme_id", "name"),
        UniqueConstraint("id", "scheme_id", "weight"),
    )

    scheme_id: Mapped[int] = mapped_column(
        ForeignKey("appraisal_scheme.id", ondelete="CASCADE"), info=label(_l("Appraisal scheme"))
    )
    name: Mapped[str] = mapped_column(String(120), info=label(_l("Name")))
    part: Mapped[str] = mapped_column(
        String(20), info=label(_l("Part"), _l("The first three parts are mandatory."), choices=CriterionPart)
    )
    weight: Mapped[Decimal] = mapped_column(
        Percent, info=label(_l("Weight %"), _l("The weights of a scheme sum to 100 when it becomes active."))
    )
    metric_id: Mapped[int | None] = mapped_column(
        ForeignKey("metric_definition.id", ondelete="RESTRICT"), info=label(_l("Metric"))
    )
    guidance: Mapped[str | None] = mapped_column(Text, info=label(_l("How to score"), multiline=True))

    scheme: Mapped[AppraisalScheme] = relationship(back_populates="criteria", lazy="select")
    metric: Mapped[MetricDefinition | None] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{self.name} ({self.weight} %)"


class AppraisalLevel(Row, FabModel):
    """A band of the final score and what it leads to."""

    __tablename__ = "appraisal_level"
    __scope_via__ = "scheme"
    __table_args__ = (
        CheckConstraint("min_score >= 0 AND max_score <= 10000 AND min_score < max_score", name="range"),
        CheckConstraint(in_list("consequence", Consequence), name="consequence"),
        CheckConstraint(
            "quota_percent IS NULL OR (quota_percent > 0 AND quota_percent <= 10000)", name="quota"
        ),
        UniqueConstraint("scheme_id", "name"),
        UniqueConstraint("scheme_id", "min_score"),
        UniqueConstraint("scheme_id", "max_score"),
        UniqueConstraint("id", "scheme_id"),
        UniqueConstraint("id", "consequence"),
    )

    scheme_id: Mapped[int] = mapped_column(
        ForeignKey("appraisal_scheme.id", ondelete="CASCADE"), info=label(_l("Appraisal scheme"))
    )
    name: Mapped[str] = mapped_column(String(40), info=label(_l("Name")))
    min_score: Mapped[Decimal] = mapped_column(
        Percent, info=label(_l("From score"), _l("The lowest band begins at 0."))
    )
    max_score: Mapped[Decimal] = mapped_column(
        Percent,
        info=label(_l("Below score"), _l("The band ends before it; 100 itself belongs to the highest band.")),
    )
    consequence: Mapped[str] = mapped_column(
        String(8),
        default=Consequence.NONE.value,
        info=label(_l("Leads to"), _l("What follows from the level."), choices=Consequence),
    )
    quota_percent: Mapped[Decimal | None] = mapped_column(
        Percent, info=label(_l("Quota %"), _l("Largest share of the subjects of a cycle; empty: no quota."))
    )

    scheme: Mapped[AppraisalScheme] = relationship(back_populates="levels", lazy="select")

    def __str__(self) -> str:
        return self.name


class AppraisalCycle(Row, Coded, SoftDeleted, FabModel):
    """The period over which performance is appraised, and by when that is done."""

    __tablename__ = "appraisal_cycle"
    __series__ = "AY"
    __search__ = ("code", "name")
    __table_args__ = (
        CheckConstraint(in_list("status", CycleStatus), name="status"),
        CheckConstraint("end_on >= start_on", name="dates"),
        CheckConstraint("due_on >= end_on", name="due"),
        CheckConstraint("appeal_days BETWEEN 1 AND 90", name="appeal_days"),
        partial_index(
            "uq_appraisal_cycle_period", "start_on", "end_on", where="deleted_at IS NULL", unique=True
        ),
    )

    name: Mapped[str] = mapped_column(String(80), unique=True, info=label(_l("Name")))
    start_on: Mapped[date] = mapped_column(Date, info=label(_l("Starts on")))
    end_on: Mapped[date] = mapped_column(Date, info=label(_l("Ends on")))
    due_on: Mapped[date] = mapped_column(Date, info=label(_l("Appraised by")))
    appeal_days: Mapped[int] = mapped_column(
        Integer,
        default=7,
        info=label(_l("Days to appeal"), _l("Least time to appeal against a penalty, 1 to 90.")),
    )
    status: Mapped[str] = mapped_column(
        String(8), default=CycleStatus.OPEN.value, info=label(_l("Status"), choices=CycleStatus)
    )

    def __str__(self) -> str:
        return self.name


class Appraisal(Row, Coded, Owned, Approvable, SoftDeleted, FabModel):
    """One subject's appraisal in one cycle by a reviewer who is not the subject (R122).

    `confirmed_level_id` is the level once the appraisal is approved, and null before: rewards and
    penalties refer to it, so that none can rest on an unconfirmed appraisal (R123).
    """

    __tablename__ = "appraisal"
    __series__ = "AP"
    __search__ = ("code",)
    __document_columns__ = (
        "code", "cycle_id", "scheme_id", "subject_kind", "subject_employee_id", "subject_department_id",
        "subject_activity_id", "reviewer_id", "owner_id", "department_id", "self_score", "final_score", "level_id",
        "comment",
    )  # fmt: skip
    __document_lines__ = ("scores",)
    __table_args__ = (
        CheckConstraint(STATUS_IN_LIST, name="status"),
        CheckConstraint(APPROVED_NEEDS_PROOF, name="approved_needs_proof"),
        ForeignKeyConstraint(
            ["scheme_id", "subject_kind"],
            ["appraisal_scheme.id", "appraisal_scheme.subject_kind"],
            ondelete="RESTRICT",
        ),
        ForeignKeyConstraint(
            ["level_id", "scheme_id"],
            ["appraisal_level.id", "appraisal_level.scheme_id"],
            ondelete="RESTRICT",
        ),
        CheckConstraint(
            "(subject_kind = 'employee' AND subject_employee_id IS NOT NULL AND subject_department_id IS NULL"
            " AND subject_activity_id IS NULL)"
            " OR (subject_kind = 'department' AND subject_employee_id IS NULL AND subject_department_id IS NOT NULL"
            " AND subject_activity_id IS NULL)"
            " OR (subject_kind = 'activity' AND subject_employee_id IS NULL AND subject_department_id IS NULL"
            " AND subject_activity_id IS NOT NULL)",
            name="one_subject",
        ),
        CheckConstraint(
            "subject_employee_id IS NULL OR reviewer_id <> subject_employee_id", name="reviewer_not_subject"
        ),
        CheckConstraint("self_score IS NULL OR self_score BETWEEN 0 AND 10000", name="self_score"),
        CheckConstraint("final_score IS NULL OR final_score BETWEEN 0 AND 10000", name="final_score"),
        CheckConstraint("(final_score IS NULL) = (level_id IS NULL)", name="level_with_score"),
        CheckConstraint(
            "status = 'draft' OR (final_score IS NOT NULL AND scored_weight = 10000)",
            name="scored_after_draft",
        ),
        UniqueConstraint("id", "scheme_id"),
        UniqueConstraint("id", "confirmed_level_id"),
        partial_index(
            "uq_appraisal_employee",
            "cycle_id",
            "subject_employee_id",
            where="deleted_at IS NULL",
            unique=True,
        ),
        partial_index(
            "uq_appraisal_department",
            "cycle_id",
            "subject_department_id",
            where="deleted_at IS NULL",
            unique=True,
        ),
        partial_index(
            "uq_appraisal_activity",
            "cycle_id",
            "subject_activity_id",
            where="deleted_at IS NULL",
            unique=True,
        ),
        Index("ix_appraisal_status_id", "status", "id"),
        Index("ix_appraisal_final_score_id", "final_score", "id"),
        alive_index("ix_appraisal_alive", "id"),
    )

    cycle_id: Mapped[int] = mapped_column(
        ForeignKey("appraisal_cycle.id", ondelete="RESTRICT"), index=True, info=label(_l("Appraisal cycle"))
    )
    scheme_id: Mapped[int] = mapped_column(
        ForeignKey("appraisal_scheme.id", ondelete="RESTRICT"), index=True, info=label(_l("Appraisal scheme"))
    )
    subject_kind: Mapped[str] = mapped_column(String(12), info=label(_l("Subject"), choices=SubjectKind))
    subject_employee_id: Mapped[int | None] = mapped_column(
        ForeignKey("employee.id", ondelete="RESTRICT"), index=True, info=label(_l("Appraised employee"))
    )
    subject_department_id: Mapped[int | None] = mapped_column(
        ForeignKey("department.id", ondelete="RESTRICT"), index=True, info=label(_l("Appraised department"))
    )
    subject_activity_id: Mapped[int | None] = mapped_column(
        ForeignKey("activity.id", ondelete="RESTRICT"), index=True, info=label(_l("Appraised activity"))
    )
    reviewer_id: Mapped[int] = mapped_column(
        ForeignKey("employee.id", ondelete="RESTRICT"), index=True, info=label(_l("Reviewer"))
    )
    self_score: Mapped[Decimal | None] = mapped_column(Percent, info=label(_l("Own score"), _l("0 to 100.")))
    final_score: Mapped[Decimal | None] = mapped_column(
        Percent,
        info=label(_l("Final score"), _l("The weighted scores; set as they are entered."), counter=True),
    )
    level_id: Mapped[int | None] = mapped_column(Integer, info=label(_l("Level"), counter=True))
    confirmed_level_id: Mapped[int | None] = mapped_column(
        Integer,
        Computed(
            "CASE WHEN status IN ('in_force', 'closed', 'superseded') THEN level_id END", persisted=True
        ),
    )
    scored_weight: Mapped[Decimal] = mapped_column(
        Percent, default=ZERO, info=label(_l("Weight scored so far %"), counter=True)
    )
    comment: Mapped[str | None] = mapped_column(Text, info=label(_l("Comment"), multiline=True))

    cycle: Mapped[AppraisalCycle] = relationship(lazy="select")
    scheme: Mapped[AppraisalScheme] = relationship(
        primaryjoin="Appraisal.scheme_id == AppraisalScheme.id", foreign_keys=[scheme_id], lazy="select"
    )
    subject_employee: Mapped[Employee | None] = relationship(
        foreign_keys=[subject_employee_id], lazy="select"
    )
    subject_department: Mapped[Department | None] = relationship(
        foreign_keys=[subject_department_id], lazy="select"
    )
    subject_activity: Mapped[Activity | None] = relationship(lazy="select")
    reviewer: Mapped[Employee] = relationship(foreign_keys=[reviewer_id], lazy="select")
    level: Mapped[AppraisalLevel | None] = relationship(
        primaryjoin="Appraisal.level_id == AppraisalLevel.id", foreign_keys=[level_id], lazy="select"
    )
    owner: Mapped[Employee] = relationship(foreign_keys="Appraisal.owner_id", lazy="select")
    department: Mapped[Department] = relationship(foreign_keys="Appraisal.department_id", lazy="select")
    scores: Mapped[list["AppraisalScore"]] = relationship(
        back_populates="appraisal",
        primaryjoin="Appraisal.id == AppraisalScore.appraisal_id",
        foreign_keys="AppraisalScore.appraisal_id",
        order_by="AppraisalScore.criterion_id",
        cascade="all, delete-orphan",
        lazy="select",
    )

    def __str__(self) -> str:
        return f"{self.code} {self.subject_employee or self.subject_department or self.subject_activity}"


class AppraisalScore(Row, FabModel):
    """The reviewer's score for one criterion of the appraisal's own scheme, with the weight it counts by."""

    __tablename__ = "appraisal_score"
    __locked_with__ = "appraisal"
    __table_args__ = (
        ForeignKeyConstraint(
            ["appraisal_id", "scheme_id"], ["appraisal.id", "appraisal.scheme_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["criterion_id", "scheme_id", "weight"],
            ["appraisal_criterion.id", "appraisal_criterion.scheme_id", "appraisal_criterion.weight"],
            ondelete="RESTRICT",
        ),
        UniqueConstraint("appraisal_id", "criterion_id"),
        CheckConstraint("score BETWEEN 0 AND 10000", name="score"),
    )

    appraisal_id: Mapped[int] = mapped_column(
        ForeignKey("appraisal.id", ondelete="CASCADE"), info=label(_l("Appraisal"))
    )
    criterion_id: Mapped[int] = mapped_column(
        ForeignKey("appraisal_criterion.id", ondelete="RESTRICT"), index=True, info=label(_l("Criterion"))
    )
    scheme_id: Mapped[int] = mapped_column(Integer)
    weight: Mapped[Decimal] = mapped_column(Percent, info=label(_l("Weight %"), counter=True))
    score: Mapped[Decimal] = mapped_column(Percent, info=label(_l("Score"), _l("0 to 100.")))
    comment: Mapped[str | None] = mapped_column(Text, info=label(_l("Reason"), multiline=True))

    appraisal: Mapped[Appraisal] = relationship(
        back_populates="scores",
        primaryjoin="Appraisal.id == AppraisalScore.appraisal_id",
        foreign_keys=[appraisal_id],
        lazy="select",
    )
    criterion: Mapped[AppraisalCriterion] = relationship(
        primaryjoin="AppraisalScore.criterion_id == AppraisalCriterion.id",
        foreign_keys=[criterion_id],
        lazy="select",
    )

    def __str__(self) -> str:
        return f"{self.criterion}: {self.score}"


keep_counters(
    AppraisalCriterion,
    parent=AppraisalScheme,
    link="scheme_id",
    weight_total=total(AppraisalCriterion.weight),
    effect_count=func.count().filter(AppraisalCriterion.part == CriterionPart.EFFECT.value),
    input_output_count=func.count().filter(AppraisalCriterion.part == CriterionPart.INPUT_OUTPUT.value),
    customer_feedback_count=func.count().filter(
        AppraisalCriterion.part == CriterionPart.CUSTOMER_FEEDBACK.value
    ),
)
keep_counters(AppraisalLevel, parent=AppraisalScheme, link="scheme_id", level_count=func.count())
keep_counters(
    AppraisalScore, parent=Appraisal, link="appraisal_id", scored_weight=total(AppraisalScore.weight)
)
