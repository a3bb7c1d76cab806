"""The figures of the home page: plans, milestones, budget, reviews, and what oversight asks for (R001, R002).

Every function sends one statement, whatever the tables hold, within `sight` (see `app.services.home`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.db import db
from app.core.money import ZERO
from app.services.home import Sight
from models.agreements import AgreementObligation, PartnerAgreement
from models.approvable import Approvable, ApprovalStatus
from models.approvals import ApprovalInstance
from models.audit import AuditEvent
from models.imports import ImportBatch
from models.org import Department, Employee, EmployeeStatus
from models.outbox import Job, JobStatus
from models.plans import BudgetLine, MarketingPlan, MilestoneStatus, PlanMilestone
from models.users import PortalUser

LONG_IN_REVIEW = timedelta(days=7)
LOOKED_BACK = timedelta(days=7)
RUNNING_PLANS = (ApprovalStatus.IN_FORCE.value, ApprovalStatus.CLOSED.value)


@dataclass(frozen=True)
class Money:
    """Allocated, committed and actual amounts of budget lines."""

    allocated: Decimal = ZERO
    committed: Decimal = ZERO
    actual: Decimal = ZERO

    def plus(self, other: "Money") -> "Money":
        """Return the sum of both."""
        return Money(
            self.allocated + other.allocated, self.committed + other.committed, self.actual + other.actual
        )

    @property
    def used_percent(self) -> int:
        """Which part of the allocated money is bound or spent, in whole percent."""
        return int(100 * (self.committed + self.actual) / self.allocated) if self.allocated else 0


@dataclass
class Share:
    """A part of the budget, and the plans whose lines it sums up."""

    money: Money = field(default_factory=Money)
    plan_ids: set[int] = field(default_factory=set)

    def add(self, plan_id: int, money: Money) -> None:
        """Count the lines of one plan in."""
        self.money = self.money.plus(money)
        self.plan_ids.add(plan_id)


@dataclass
class Budget:
    """The budget of one fiscal year by month and by department, in one currency.

    Of the tree of plans only those count that gave nothing to lower plans: the same money stands in the
    lines of the year, of the quarter and of the month.
    """

    fiscal_year: int
    currency: str = "CNY"
    months: dict[int, Share] = field(default_factory=dict)
    departments: dict[tuple[int, str], Share] = field(default_factory=dict)

    @property
    def total(self) -> Money:
        """The whole year."""
        whole = Money()
        for part in self.months.values():
            whole = whole.plus(part.money)
        return whole


@dataclass(frozen=True)
class InReview:
    """How many records of one type are in review, how many of them for long, and since when the oldest."""

    model: type[Any]
    count: int
    overdue: int


@dataclass(frozen=True)
class Oversight:
    """Counts for those who run or watch the portal; None for what the actor may not see."""

    denied: int | None = None
    accounts: int | None = None
    never_logged_in: int | None = None
    failed_jobs: int | None = None
    without_superior: int | None = None
    held: int | None = None


def by_status(model: type[Any], sight: Sight) -> dict[ApprovalStatus, int]:
    """Return the number of records in sight by status, in the order of their life; none for an empty status."""
    rows = _session().execute(select(model.status, func.count()).where(sight[model]).group_by(model.status))
    counts = {row[0]: row[1] for row in rows}
    return {status: counts[status.value] for status in ApprovalStatus if counts.get(status.value)}


def milestones(sight: Sight, today: date) -> tuple[int, int]:
    """Return how many milestones in sight are outstanding, and how many of them are late."""
    is_late = case((PlanMilestone.due_on < today, 1), else_=0)
    row = (
        _session()
        .execute(
            select(func.count(), func.coalesce(func.sum(is_late), 0)).where(
                sight[PlanMilestone], PlanMilestone.status == MilestoneStatus.OPEN.value
            )
        )
        .one()
    )
    return int(row[0]), int(row[1])


def late_milestones(sight: Sight, today: date, limit: int) -> Sequence[Any]:
    """Return (milestone, its plan's name, the person's name) of the latest ones, longest overdue first."""
    return (
        _session()
        .execute(
            select(PlanMilestone, MarketingPlan.name, Employee.name)
            .join(MarketingPlan, MarketingPlan.id == PlanMilestone.plan_id)
            .join(Employee, Employee.id == PlanMilestone.owner_id)
            .where(sight[PlanMilestone], PlanMilestone.status == MilestoneStatus.OPEN.value,
                   PlanMilestone.due_on < today)
            .order_by(PlanMilestone.due_on, PlanMilestone.id)
            .limit(limit)
        )
        .all()
    )  # fmt: skip


def budget(sight: Sight, fiscal_year: int) -> Budget:
    """Return the budget of a year over the plans in sight that are in force or closed.

    Amounts of several currencies are never added: the one with the most lines is shown.
    """
    plan = MarketingPlan
    amounts = (BudgetLine.allocated_amount, BudgetLine.committed_amount, BudgetLine.actual_amount)
    shown = (plan.currency_code, plan.id, Department.id, Department.name, BudgetLine.month)
    statement = (
        select(*shown, func.count(), *(func.sum(amount) for amount in amounts))
        .join(plan, plan.id == BudgetLine.plan_id)
        .join(Department, Department.id == plan.department_id)
        .where(sight[plan], plan.fiscal_year == fiscal_year, plan.status.in_(RUNNING_PLANS),
               plan.distributed_amount == ZERO)
        .group_by(*shown)
    )  # fmt: skip
    rows = _session().execute(statement).all()
    lines: dict[str, int] = {}
    for row in rows:
        lines[row[0]] = lines.get(row[0], 0) + row[5]
    found = Budget(fiscal_year)
    if lines:
        found.currency = max(sorted(lines), key=lines.__getitem__)
    for currency, plan_id, department_id, name, month, _count, *sums in rows:
        if currency == found.currency:
            found.months.setdefault(month, Share()).add(plan_id, Money(*sums))
            found.departments.setdefault((department_id, name), Share()).add(plan_id, Money(*sums))
    return found


def in_review(sight: Sight) -> list[InReview]:
    """Return what is in review in sight, by record type."""
    since = utc_now() - LONG_IN_REVIEW
    models: list[Any] = [model for model in sight if issubclass(model, Approvable)]
    if not models:
        return []
    by_name = {model.__tablename__: model for model in models}
    parts = [
        select(
            literal(model.__tablename__),
            func.count(),
            func.coalesce(func.sum(case((model.submitted_at < since, 1), else_=0)), 0),
        ).where(sight[model], model.status == ApprovalStatus.IN_REVIEW.value)
        for model in models
    ]
    rows = _session().execute(union_all(*parts))
    return [InReview(by_name[name], int(count), int(overdue)) for name, count, overdue in rows if count]


def oversight(asked: frozenset[str]) -> Oversight:
    """Return the asked counts (names of `Oversight`), in one statement.

    Raises:
        KeyError: a name is no such count.
    """
    if not asked:
        return Oversight()
    since = utc_now() - LOOKED_BACK
    counts: dict[str, Select[Any]] = {
        "denied": select(func.count()).where(AuditEvent.action == "denied", AuditEvent.at >= since),
        "accounts": select(func.count()).where(PortalUser.active.is_(True)),
        "never_logged_in": select(func.count()).where(
            PortalUser.active.is_(True), PortalUser.last_login.is_(None)
        ),
        "failed_jobs": select(func.count()).where(
            Job.status == JobStatus.FAILED.value, Job.finished_at >= since
        ),
        "without_superior": select(func.count()).where(
            Employee.superior_id.is_(None),
            Employee.deleted_at.is_(None),
            Employee.status == EmployeeStatus.ACTIVE.value,
        ),
        "held": select(func.count()).where(ApprovalInstance.needs_administrator),
    }
    columns = [counts[name].scalar_subquery().label(name) for name in sorted(asked)]
    return Oversight(**_session().execute(select(*columns)).one()._mapping)


def last_job(kind: str) -> Job | None:
    """Return the newest finished task of a kind."""
    statement = select(Job).where(Job.kind == kind, Job.finished_at.is_not(None))
    found: Job | None = _session().scalar(statement.order_by(Job.id.desc()).limit(1))
    return found


def latest_imports(limit: int) -> Sequence[ImportBatch]:
    """Return the newest batches of imported rows."""
    return _session().scalars(select(ImportBatch).order_by(ImportBatch.id.desc()).limit(limit)).all()


def open_duties(sight: Sight, side: str, limit: int) -> Sequence[AgreementObligation]:
    """Return the duties of one side that are not yet met under agreements in force, the next ones first."""
    duty, agreement = AgreementObligation, PartnerAgreement
    live = select(agreement.id).where(sight[agreement], agreement.status == ApprovalStatus.IN_FORCE.value)
    statement = select(duty).where(
        sight[duty], duty.side == side, duty.done_on.is_(None), duty.agreement_id.in_(live)
    )
    return _session().scalars(statement.order_by(duty.due_on, duty.id).limit(limit)).all()


def _session() -> Session:
    session: Session = db.session()
    return session
