"""Marketing plans: a tree of year, quarter and month with goals, budget lines and a timetable (R041-R045, R095).

The database itself refuses a quarter that hangs under a quarter, two valid plans of one department
for one period, children that spend more than their parent, and lines that exceed the plan.
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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from app.core.money import ZERO
from app.core.types import Money, Percent, Scaled
from models.approvable import APPROVED_NEEDS_PROOF, STATUS_IN_LIST, Approvable
from models.base import Coded, FabModel, Owned, Row, SoftDeleted, alive_index, in_list, label
from models.metrics import MetricDefinition
from models.org import Department, Employee
from models.partners import Channel


class ObjectiveKind(LabelEnum):
    """The three standing objectives of the regulation (R003)."""

    AWARENESS = "awareness", _l("Brand awareness")
    GROWTH = "growth", _l("Sales growth")
    COMPETITIVENESS = "competitiveness", _l("Market competitiveness")


class PlanType(LabelEnum):
    """Length of the period that a plan covers."""

    YEAR = "year", _l("Annual")
    QUARTER = "quarter", _l("Quarterly")
    MONTH = "month", _l("Monthly")


class BudgetCategory(LabelEnum):
    """What the money is for."""

    ADVERTISING = "advertising", _l("Advertising")
    CONTENT = "content", _l("Content production")
    EVENT = "event", _l("Events")
    PROMOTION = "promotion", _l("Sales promotion")
    KOL = "kol", _l("KOL cooperation")
    RESEARCH = "research", _l("Market research")
    CHANNEL = "channel", _l("Channel support")
    OTHER = "other", _l("Other")


class MilestoneStatus(LabelEnum):
    """Whether a milestone is reached."""

    OPEN = "open", _l("Outstanding"), "blue"
    DONE = "done", _l("Done"), "green"


class CompanyObjective(Row, Coded, SoftDeleted, FabModel):
    """A company objective of a year that plan goals point to (R003)."""

    __tablename__ = "company_objective"
    __series__ = "OB"
    __search__ = ("code", "name")
    __table_args__ = (
        UniqueConstraint("fiscal_year", "kind", "name"),
        CheckConstraint(in_list("kind", ObjectiveKind), name="kind"),
        CheckConstraint("fiscal_year BETWEEN 2000 AND 2100", name="fiscal_year"),
    )

    fiscal_year: Mapped[int] = mapped_column(Integer, info=label(_l("Fiscal year")))
    kind: Mapped[str] = mapped_column(String(20), info=label(_l("Kind"), choices=ObjectiveKind))
    name: Mapped[str] = mapped_column(String(120), info=label(_l("Name")))
    target: Mapped[str | None] = mapped_column(Text, info=label(_l("Target"), multiline=True))

    def __str__(self) -> str:
        return f"{self.fiscal_year} {self.name}"


class MarketingPlan(Row, Coded, Owned, Approvable, SoftDeleted, FabModel):
    """A department's plan for one year, quarter or month, approved as one document with its lines."""

    __tablename__ = "marketing_plan"
    __series__ = "MP"
    __search__ = ("code", "name")
    __document_columns__ = (
        "code", "name", "plan_type", "fiscal_year", "quarter", "month", "parent_id", "owner_id",
        "department_id", "start_on", "end_on", "budget_amount", "currency_code", "strategy_text",
    )  # fmt: skip
    __document_lines__ = ("goals", "budget_lines", "milestones")
    __table_args__ = (
        CheckConstraint(STATUS_IN_LIST, name="status"),
        CheckConstraint(APPROVED_NEEDS_PROOF, name="approved_needs_proof"),
        CheckConstraint(in_list("plan_type", PlanType), name="plan_type"),
        CheckConstraint(
            "(plan_type = 'year' AND quarter IS NULL AND month IS NULL)"
            " OR (plan_type = 'quarter' AND quarter IS NOT NULL AND quarter BETWEEN 1 AND 4 AND month IS NULL)"
            " OR (plan_type = 'month' AND month IS NOT NULL AND month BETWEEN 1 AND 12"
            " AND quarter IS NOT NULL AND quarter = (month + 2) / 3)",
            name="period_shape",
        ),
        CheckConstraint("fiscal_year BETWEEN 2000 AND 2100", name="fiscal_year"),
        CheckConstraint("end_on >= start_on", name="dates"),
        CheckConstraint("budget_amount >= 0", name="budget"),
        CheckConstraint(
            "distributed_amount >= 0 AND distributed_amount <= budget_amount", name="children_within"
        ),
        CheckConstraint("lined_amount >= 0 AND lined_amount <= budget_amount", name="lines_within"),
        CheckConstraint(
            "(parent_id IS NULL AND parent_type IS NULL)"
            " OR (parent_id IS NOT NULL AND plan_type = 'quarter' AND parent_type IS NOT NULL AND parent_type = 'year')"
            " OR (parent_id IS NOT NULL AND plan_type = 'month' AND parent_type IS NOT NULL"
            " AND parent_type = 'quarter')",
            name="parent_kind",
        ),
        UniqueConstraint("id", "plan_type"),
        ForeignKeyConstraint(
            ["parent_id", "parent_type"],
            ["marketing_plan.id", "marketing_plan.plan_type"],
            ondelete="RESTRICT",
        ),
        Index(
            "uq_marketing_plan_in_force",
            "department_id",
            "plan_type",
            "period_no",
            unique=True,
            sqlite_where=text("status IN ('in_force', 'closed')"),
            postgresql_where=text("status IN ('in_force', 'closed')"),
        ),
        Index("ix_marketing_plan_period_no_id", "period_no", "id"),
        Index("ix_marketing_plan_name_id", "name", "id"),
        Index("ix_marketing_plan_status_id", "status", "id"),
        alive_index("ix_marketing_plan_alive", "id"),
    )

    name: Mapped[str] = mapped_column(String(160), info=label(_l("Name")))
    plan_type: Mapped[str] = mapped_column(
        String(10), info=label(_l("Plan type"), _l("How long a period the plan covers."), choices=PlanType)
    )
    fiscal_year: Mapped[int] = mapped_column(Integer, info=label(_l("Fiscal year")))
    quarter: Mapped[int | None] = mapped_column(
        Integer, info=label(_l("Quarter"), _l("1 to 4; for quarterly and monthly plans."))
    )
    month: Mapped[int | None] = mapped_column(
        Integer, info=label(_l("Month"), _l("1 to 12; for monthly plans."))
    )
    period_no: Mapped[int] = mapped_column(
        Integer,
        Computed("fiscal_year * 10000 + coalesce(quarter, 0) * 100 + coalesce(month, 0)", persisted=True),
        info=label(_l("Period")),
    )
    parent_id: Mapped[int | None] = mapped_column(
        Integer,
        index=True,
        info=label(
            _l("Parent plan"), _l("A month belongs to a quarter, a quarter to a year."), reaches_up=True
        ),
    )
    parent_type: Mapped[str | None] = mapped_column(String(10))
    start_on: Mapped[date] = mapped_column(Date, info=label(_l("Starts on")))
    end_on: Mapped[date] = mapped_column(Date, info=label(_l("Ends on")))
    budget_amount: Mapped[Decimal] = mapped_column(
        Money,
        default=ZERO,
        info=label(_l("Budget"), _l("All budget lines and lower plans must fit into it.")),
    )
    currency_code: Mapped[str] = mapped_column(String(3), default="CNY", info=label(_l("Currency")))
    distributed_amount: Mapped[Decimal] = mapped_column(
        Money, default=ZERO, info=label(_l("Given to lower plans"), counter=True)
    )
    lined_amount: Mapped[Decimal] = mapped_column(
        Money, default=ZERO, info=label(_l("Sum of budget lines"), counter=True)
    )
    strategy_text: Mapped[str | None] = mapped_column(
        Text, info=label(_l("Strategy"), _l("How the goals are to be reached."), multiline=True)
    )

    parent: Mapped["MarketingPlan | None"] = relationship(
        remote_side="[MarketingPlan.id, MarketingPlan.plan_type]", back_populates="children", lazy="select"
    )
    children: Mapped[list["MarketingPlan"]] = relationship(back_populates="parent", lazy="raise")
    owner: Mapped[Employee] = relationship(foreign_keys="MarketingPlan.owner_id", lazy="select")
    department: Mapped[Department] = relationship(foreign_keys="MarketingPlan.department_id", lazy="select")
    goals: Mapped[list["PlanGoal"]] = relationship(
        back_populates="plan", order_by="PlanGoal.id", cascade="all, delete-orphan", lazy="select"
    )
    budget_lines: Mapped[list["BudgetLine"]] = relationship(
        back_populates="plan", order_by="BudgetLine.id", cascade="all, delete-orphan", lazy="select"
    )
    milestones: Mapped[list["PlanMilestone"]] = relationship(
        back_populates="plan",
        order_by="PlanMilestone.planned_on",
        cascade="all, delete-orphan",
        lazy="select",
    )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PlanGoal(Row, FabModel):
    """One goal of a plan: a metric, where it stands, where it shall stand, its weight (R042, R003)."""

    __tablename__ = "plan_goal"
    __locked_with__ = "plan"
    __table_args__ = (
        UniqueConstraint("plan_id", "metric_id"),
        CheckConstraint("weight > 0 AND weight <= 10000", name="weight"),
    )

    plan_id: Mapped[int] = mapped_column(
        ForeignKey("marketing_plan.id", ondelete="CASCADE"), info=label(_l("Plan"))
    )
    objective_id: Mapped[int] = mapped_column(
        ForeignKey("company_objective.id", ondelete="RESTRICT"),
        info=label(_l("Company objective"), _l("Which objective of the company the goal serves.")),
    )
    metric_id: Mapped[int] = mapped_column(
        ForeignKey("metric_definition.id", ondelete="RESTRICT"),
        info=label(_l("Metric"), _l("By which figure the goal is measured.")),
    )
    baseline: Mapped[Decimal | None] = mapped_column(
        Scaled(4), info=label(_l("Baseline"), _l("Where the figure stands now."))
    )
    target_value: Mapped[Decimal] = mapped_column(
        Scaled(4), info=label(_l("Target"), _l("What the figure shall reach."))
    )
    weight: Mapped[Decimal] = mapped_column(
        Percent,
        info=label(_l("Weight %"), _l("The weights of a plan's goals sum to 100 when it is submitted.")),
    )

    plan: Mapped[MarketingPlan] = relationship(back_populates="goals", lazy="select")
    objective: Mapped[CompanyObjective] = relationship(lazy="select")
    metric: Mapped[MetricDefinition] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{self.metric}: {self.target_value}"


class BudgetLine(Row, FabModel):
    """Money of a plan for one category, channel and month; what is bound and spent never exceeds it (R044, R095)."""

    __tablename__ = "budget_line"
    __locked_with__ = "plan"
    __table_args__ = (
        CheckConstraint(in_list("category", BudgetCategory), name="category"),
        CheckConstraint("month BETWEEN 1 AND 12", name="month"),
        CheckConstraint("allocated_amount > 0", name="allocated"),
        CheckConstraint("committed_amount >= 0 AND actual_amount >= 0", name="not_negative"),
        CheckConstraint(
            "committed_amount + actual_amount <= allocated_amount + approved_excess_amount",
            name="within_allocated",
        ),
        UniqueConstraint("plan_id", "category", "channel_id", "month"),
        Index(
            "uq_budget_line_without_channel",
            "plan_id",
            "category",
            "month",
            unique=True,
            sqlite_where=text("channel_id IS NULL"),
            postgresql_where=text("channel_id IS NULL"),
        ),
    )

    plan_id: Mapped[int] = mapped_column(
        ForeignKey("marketing_plan.id", ondelete="CASCADE"), info=label(_l("Plan"))
    )
    category: Mapped[str] = mapped_column(String(20), info=label(_l("Category"), choices=BudgetCategory))
    channel_id: Mapped[int | None] = mapped_column(
        ForeignKey("channel.id", ondelete="RESTRICT"), info=label(_l("Channel"), _l("Empty: all channels."))
    )
    month: Mapped[int] = mapped_column(
        Integer, info=label(_l("Month"), _l("1 to 12, within the plan's period."))
    )
    allocated_amount: Mapped[Decimal] = mapped_column(Money, info=label(_l("Allocated")))
    committed_amount: Mapped[Decimal] = mapped_column(
        Money, default=ZERO, info=label(_l("Committed"), counter=True)
    )
    actual_amount: Mapped[Decimal] = mapped_column(
        Money, default=ZERO, info=label(_l("Actual"), counter=True)
    )
    approved_excess_amount: Mapped[Decimal] = mapped_column(
        Money, default=ZERO, info=label(_l("Approved excess"), counter=True)
    )
    note: Mapped[str | None] = mapped_column(String(200), info=label(_l("Note")))

    plan: Mapped[MarketingPlan] = relationship(back_populates="budget_lines", lazy="select")
    channel: Mapped[Channel | None] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{BudgetCategory(self.category).label} {self.month}: {self.allocated_amount:,.2f}"


class PlanMilestone(Row, FabModel):
    """A dated step of the timetable with one accountable person (R045, R013)."""

    __tablename__ = "plan_milestone"
    __locked_with__ = "plan"
    __table_args__ = (
        UniqueConstraint("plan_id", "name"),
        CheckConstraint("due_on >= planned_on", name="dates"),
        CheckConstraint("(status = 'done') = (finished_on IS NOT NULL)", name="done_has_date"),
        CheckConstraint(in_list("status", MilestoneStatus), name="status"),
    )

    plan_id: Mapped[int] = mapped_column(
        ForeignKey("marketing_plan.id", ondelete="CASCADE"), info=label(_l("Plan"))
    )
    name: Mapped[str] = mapped_column(String(120), info=label(_l("Name")))
    planned_on: Mapped[date] = mapped_column(Date, info=label(_l("Starts on")))
    due_on: Mapped[date] = mapped_column(Date, info=label(_l("Due on")))
    finished_on: Mapped[date | None] = mapped_column(Date, info=label(_l("Finished on"), progress=True))
    status: Mapped[str] = mapped_column(
        String(10),
        default=MilestoneStatus.OPEN.value,
        info=label(_l("Status"), choices=MilestoneStatus, progress=True),
    )
    owner_id: Mapped[int] = mapped_column(
        ForeignKey("employee.id", ondelete="RESTRICT"),
        info=label(_l("Responsible person"), _l("Who answers for the step.")),
    )

    plan: Mapped[MarketingPlan] = relationship(back_populates="milestones", lazy="select")
    owner: Mapped[Employee] = relationship(lazy="select")

    def __str__(self) -> str:
        return self.name
