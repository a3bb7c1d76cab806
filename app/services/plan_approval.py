"""When a marketing plan may be submitted and may come into force (R041-R047, R095)."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from app.approvals.conditions import Fact, FieldType
from app.approvals.registry import ApprovableType, register
from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import RuleViolation
from app.core.i18n import lazy_gettext as _l
from app.core.money import ZERO
from models.approvable import ApprovalStatus
from models.org import EmployeeStatus
from models.plans import MarketingPlan

SCHEMA = {
    "amount": FieldType.NUMBER,
    "plan_type": FieldType.TEXT,
    "fiscal_year": FieldType.NUMBER,
    "start_on": FieldType.DATE,
    "end_on": FieldType.DATE,
    "department": FieldType.TEXT,
}
"""Fields of a plan that conditions may name; `department` is the department's number."""
ONE_HUNDRED = Decimal(100)


def facts(plan: MarketingPlan) -> dict[str, Fact]:
    """Return what conditions may ask of a plan."""
    return {
        "amount": plan.budget_amount,
        "plan_type": plan.plan_type,
        "fiscal_year": plan.fiscal_year,
        "start_on": plan.start_on,
        "end_on": plan.end_on,
        "department": plan.department.code,
    }


def check_ready(actor: Actor, plan: MarketingPlan) -> None:
    """Refuse a plan that is not complete.

    Raises:
        RuleViolation: with code `plan-…` or `period-taken`; the sentence says what is missing.
    """
    _check_owner(plan)
    _check_goals(plan)
    _check_budget(plan)
    _check_milestones(plan)
    _check_parent(plan)
    check_period_free(actor, plan)


def _check_owner(plan: MarketingPlan) -> None:
    owner = plan.owner
    has_left = owner.left_on is not None and owner.left_on <= today()
    if owner.status != EmployeeStatus.ACTIVE.value or owner.is_deleted or has_left:
        raise RuleViolation(
            "plan-owner-inactive", _l("The responsible person does not work here any more."), field="owner_id"
        )


def _check_goals(plan: MarketingPlan) -> None:
    if not plan.goals:
        raise RuleViolation("plan-without-goal", _l("A plan needs at least one goal."), field="goals")
    total = sum((goal.weight for goal in plan.goals), ZERO)
    if total != ONE_HUNDRED:
        raise RuleViolation(
            "plan-weights",
            _l("The weights of the goals sum to %(total)s; they must sum to exactly 100.", total=total),
            field="goals",
            details={"total": str(total)},
        )


def _check_budget(plan: MarketingPlan) -> None:
    if not plan.budget_lines:
        raise RuleViolation(
            "plan-without-budget-line", _l("A plan needs at least one budget line."), field="budget_lines"
        )
    total = sum((line.allocated_amount for line in plan.budget_lines), ZERO)
    if total > plan.budget_amount:
        raise RuleViolation(
            "plan-lines-over-budget",
            _l(
                "The budget lines sum to %(total)s, more than the budget of %(budget)s.",
                total=total,
                budget=plan.budget_amount,
            ),
            field="budget_lines",
            details={"total": str(total), "budget": str(plan.budget_amount)},
        )


def _check_milestones(plan: MarketingPlan) -> None:
    if not plan.milestones:
        raise RuleViolation(
            "plan-without-milestone", _l("A plan needs at least one milestone."), field="milestones"
        )
    for milestone in plan.milestones:
        if milestone.planned_on < plan.start_on or milestone.due_on > plan.end_on:
            raise RuleViolation(
                "plan-milestone-outside",
                _l("The milestone “%(name)s” lies outside the plan's period.", name=milestone.name),
                field="milestones",
            )


def _check_parent(plan: MarketingPlan) -> None:
    parent = plan.parent
    if parent is not None and (plan.start_on < parent.start_on or plan.end_on > parent.end_on):
        raise RuleViolation(
            "plan-outside-parent",
            _l("The plan's dates must lie within those of its parent plan, %(parent)s.", parent=parent.code),
            field="start_on",
        )


def check_period_free(_actor: Actor, plan: MarketingPlan) -> None:
    """Refuse a second valid plan of a department for one period (R041).

    Raises:
        RuleViolation: `period-taken`; the sentence names the plan in force.
    """
    session: Session | None = object_session(plan)
    assert session is not None
    code = session.scalar(
        select(MarketingPlan.code).where(
            MarketingPlan.department_id == plan.department_id,
            MarketingPlan.plan_type == plan.plan_type,
            MarketingPlan.period_no == plan.period_no,
            MarketingPlan.status.in_([ApprovalStatus.IN_FORCE.value, ApprovalStatus.CLOSED.value]),
            MarketingPlan.id != plan.id,
        )
    )
    if code is not None:
        raise RuleViolation(
            "period-taken",
            _l("The plan %(code)s of the same department is in force for this period.", code=code),
            field="fiscal_year",
            details={"code": code},
        )


def _title(plan: Any) -> str:
    return str(plan)


def _amount(plan: MarketingPlan) -> Decimal:
    return plan.budget_amount


PLAN = register(
    ApprovableType(
        record_type=MarketingPlan.__tablename__,
        model=MarketingPlan,
        title=_title,
        amount=_amount,
        schema=SCHEMA,
        facts=facts,
        check_ready=check_ready,
        on_approved=check_period_free,
    )
)
"""Plans as the approval engine knows them."""
