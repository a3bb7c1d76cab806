"""Rules of marketing plans and their lines (R041-R045, R095).

The database holds the shape of the tree, the uniqueness of a valid plan and the containment of money;
this module refuses earlier, with a sentence that names the numbers.
"""

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import RuleViolation
from app.core.i18n import lazy_gettext as _l
from app.core.money import ZERO
from app.services import checks, crud
from models.counters import keep_counters
from models.plans import BudgetLine, MarketingPlan, PlanGoal, PlanMilestone, PlanType

keep_counters(
    BudgetLine,
    parent=MarketingPlan,
    link="plan_id",
    lined_amount=func.coalesce(func.sum(BudgetLine.allocated_amount), 0),
)

_PARENT_TYPE = {PlanType.QUARTER.value: PlanType.YEAR.value, PlanType.MONTH.value: PlanType.QUARTER.value}


def create(actor: Actor, *, record: MarketingPlan) -> None:
    """Store a new plan under its parent.

    Raises:
        RuleViolation: period, dates, parent or budget contradict each other.
    """
    _check_period(record)
    _attach_parent(record)
    crud.create(actor, record=record)
    _spread(record.parent_id)


def update_plan(actor: Actor, *, record: MarketingPlan) -> None:
    """Change a plan; its parent's and its children's money stays contained.

    Raises:
        RuleViolation: as for `create`, or the budget falls below what is given away already.
    """
    _check_period(record)
    former_parent = checks.former(record, "parent_id")
    _attach_parent(record)
    if record.budget_amount < max(record.distributed_amount, record.lined_amount):
        raise RuleViolation(
            "budget-below-use",
            _l(
                "The budget cannot fall below %(used)s, which lower plans or budget lines use already.",
                used=max(record.distributed_amount, record.lined_amount),
            ),
            field="budget_amount",
        )
    _spread(record.parent_id)
    if former_parent is not None and former_parent != record.parent_id:
        _spread(former_parent)


def delete(actor: Actor, *, record: MarketingPlan) -> None:
    """Put a plan into the bin and free its share of the parent's budget.

    Raises:
        RuleViolation: the plan is under review or in force, or has lower plans.
    """
    if record.is_locked:
        raise RuleViolation(
            "plan-locked", _l("Only a draft can be deleted; this plan is under review or decided.")
        )
    if record.distributed_amount > ZERO:
        raise RuleViolation("plan-has-children", _l("Delete or move the lower plans first."))
    crud.delete(actor, record=record)
    _spread(record.parent_id)


def restore(actor: Actor, *, record: MarketingPlan) -> None:
    """Take a plan out of the bin, if its parent still has the money."""
    crud.restore(actor, record=record)
    _spread(record.parent_id)


def _check_period(plan: MarketingPlan) -> None:
    if plan.plan_type == PlanType.MONTH.value and plan.month is not None:
        plan.quarter = (plan.month + 2) // 3
    wanted = {
        PlanType.YEAR.value: (None, None),
        PlanType.QUARTER.value: (plan.quarter, None),
        PlanType.MONTH.value: (plan.quarter, plan.month),
    }[plan.plan_type]
    if plan.plan_type != PlanType.YEAR.value and plan.quarter not in {1, 2, 3, 4}:
        raise RuleViolation("quarter-missing", _l("Give the quarter, 1 to 4."), field="quarter")
    if plan.plan_type == PlanType.MONTH.value and plan.month not in range(1, 13):
        raise RuleViolation("month-missing", _l("Give the month, 1 to 12."), field="month")
    plan.quarter, plan.month = wanted
    if not 2000 <= plan.fiscal_year <= 2100:
        raise RuleViolation(
            "bad-year", _l("The fiscal year lies between 2000 and 2100."), field="fiscal_year"
        )
    first, last = period_of(plan.plan_type, plan.fiscal_year, plan.quarter, plan.month)
    if plan.start_on < first or plan.end_on > last or plan.end_on < plan.start_on:
        message = _l(
            "The dates must lie within the plan's period, %(first)s to %(last)s.", first=first, last=last
        )
        raise RuleViolation("dates-outside-period", message, field="start_on")


def period_of(plan_type: str, year: int, quarter: int | None, month: int | None) -> tuple[date, date]:
    """Return the first and the last day of a plan's period."""
    if plan_type == PlanType.YEAR.value:
        first_month, months = 1, 12
    elif plan_type == PlanType.QUARTER.value:
        first_month, months = 3 * (quarter or 1) - 2, 3
    else:
        first_month, months = month or 1, 1
    after = first_month + months
    next_first = date(year + 1, 1, 1) if after > 12 else date(year, after, 1)
    return date(year, first_month, 1), date.fromordinal(next_first.toordinal() - 1)


def _attach_parent(plan: MarketingPlan) -> None:
    """Set the parent's type from the parent itself and check that it fits."""
    if plan.parent_id is None:
        plan.parent_type = None
        return
    session: Session = db.session()
    with session.no_autoflush:
        parent = session.get(MarketingPlan, plan.parent_id)
    if parent is None or parent.is_deleted:
        raise RuleViolation("parent-missing", _l("The parent plan does not exist."), field="parent_id")
    if _PARENT_TYPE.get(plan.plan_type) != parent.plan_type:
        message = _l("A monthly plan belongs to a quarterly one, a quarterly one to an annual one.")
        raise RuleViolation("parent-kind", message, field="parent_id")
    first, last = period_of(parent.plan_type, parent.fiscal_year, parent.quarter, parent.month)
    if not (first <= plan.start_on and plan.end_on <= last):
        message = _l(
            "The plan must lie within its parent's period, %(first)s to %(last)s.", first=first, last=last
        )
        raise RuleViolation("outside-parent", message, field="parent_id")
    plan.parent_type = parent.plan_type


def _spread(parent_id: int | None) -> None:
    """Take the parent's given-away sum anew, with the parent locked, and refuse more than it has.

    Raises:
        RuleViolation: the children together exceed the parent's budget.
    """
    if parent_id is None:
        return
    session: Session = db.session()
    session.flush()
    table = MarketingPlan.__table__
    budget: Decimal = (
        session.scalar(
            select(MarketingPlan.budget_amount).where(MarketingPlan.id == parent_id).with_for_update()
        )
        or ZERO
    )
    child = aliased(MarketingPlan)
    given: Decimal = (
        session.scalar(
            select(func.coalesce(func.sum(child.budget_amount), 0)).where(
                child.parent_id == parent_id,
                child.deleted_at.is_(None),
                child.status.not_in(("superseded", "rejected")),
            )
        )
        or ZERO
    )
    if given > budget:
        message = _l(
            "The lower plans together need %(given)s, the parent plan has %(budget)s. Lower this budget by %(over)s.",
            given=given,
            budget=budget,
            over=given - budget,
        )
        raise RuleViolation("children-exceed-parent", message, field="budget_amount")
    session.connection().execute(
        update(table).where(table.c.id == parent_id).values(distributed_amount=given)
    )
    parent = session.identity_map.get(session.identity_key(MarketingPlan, parent_id))
    if parent is not None:
        session.expire(parent, ["distributed_amount"])


def _plan_of(line: PlanGoal | BudgetLine | PlanMilestone) -> MarketingPlan:
    session: Session = db.session()
    with session.no_autoflush:
        plan = session.get(MarketingPlan, line.plan_id)
    if plan is None or plan.is_deleted:
        raise RuleViolation("plan-missing", _l("The plan does not exist."), field="plan_id")
    return plan


def save_budget_line(actor: Actor, *, record: BudgetLine) -> None:
    """Store a budget line if the plan's budget has room and the month lies in its period.

    Raises:
        RuleViolation: the lines would exceed the plan, or the month lies outside of it.
    """
    plan = _plan_of(record)
    session: Session = db.session()
    if not plan.start_on.month <= (record.month or 0) <= plan.end_on.month:
        message = _l("The month must lie within the plan, %(first)s to %(last)s.",
                     first=plan.start_on.month, last=plan.end_on.month)  # fmt: skip
        raise RuleViolation("month-outside-plan", message, field="month")
    with session.no_autoflush:
        others: Decimal = (
            session.scalar(
                select(func.coalesce(func.sum(BudgetLine.allocated_amount), 0)).where(
                    BudgetLine.plan_id == plan.id, BudgetLine.id != (record.id or 0)
                )
            )
            or ZERO
        )
    if record.allocated_amount <= ZERO:
        raise RuleViolation(
            "amount-not-positive", _l("The amount must be above zero."), field="allocated_amount"
        )
    if others + record.allocated_amount > plan.budget_amount:
        message = _l(
            "The plan has %(left)s left for budget lines, this one needs %(wanted)s.",
            left=plan.budget_amount - others,
            wanted=record.allocated_amount,
        )
        raise RuleViolation("lines-exceed-plan", message, field="allocated_amount")
    if record.id is None:
        crud.create(actor, record=record)


def save_goal(actor: Actor, *, record: PlanGoal) -> None:
    """Store a goal.

    Raises:
        RuleViolation: the weight is not above 0 and at most 100.
    """
    _plan_of(record)
    if not 0 < record.weight <= 100:
        raise RuleViolation("bad-weight", _l("The weight lies above 0 and at most at 100."), field="weight")
    if record.id is None:
        crud.create(actor, record=record)


def save_milestone(actor: Actor, *, record: PlanMilestone) -> None:
    """Store a milestone inside the plan's period (R045).

    Raises:
        RuleViolation: the dates lie outside of the plan, or a done one has no date.
    """
    plan = _plan_of(record)
    if not plan.start_on <= record.planned_on <= record.due_on <= plan.end_on:
        message = _l("Milestones lie within the plan, %(first)s to %(last)s, and end after they start.",
                     first=plan.start_on, last=plan.end_on)  # fmt: skip
        raise RuleViolation("outside-plan", message, field="due_on")
    if (record.status == "done") != (record.finished_on is not None):
        raise RuleViolation(
            "done-needs-date",
            _l("A finished milestone has a date, an open one has none."),
            field="finished_on",
        )
    if record.id is None:
        crud.create(actor, record=record)


crud.register(MarketingPlan, create=create, update=update_plan, delete=delete, restore=restore)
crud.register(BudgetLine, create=save_budget_line, update=save_budget_line)
crud.register(PlanGoal, create=save_goal, update=save_goal)
crud.register(PlanMilestone, create=save_milestone, update=save_milestone)
