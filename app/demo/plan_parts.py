"""Makes a plan with its goals, budget lines and milestones out of the facts; every figure is exact."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from app.core.actor import Actor
from app.demo.plan_facts import TEN_THOUSAND, Goal
from app.demo.stage import Stage
from app.services.plans import period_of, save_milestone
from models.plans import BudgetLine, MarketingPlan, MilestoneStatus, PlanGoal, PlanMilestone

Share = tuple[str, str | None, int]
Step = tuple[str, int]
HUNDRED = Decimal(100)


def open_plan(
    stage: Stage,
    actor: Actor,
    key: str,
    *,
    name: str,
    department: str,
    year: int,
    quarter: int | None,
    month: int | None,
    budget: Decimal,
    parent: str | None,
    strategy: str,
) -> MarketingPlan:
    """Create the plan itself, over its whole period.

    Args:
        department: name of the department as it is stored.
        parent: key of the plan above it.
    """
    plan_type = "year" if quarter is None else "quarter" if month is None else "month"
    first, last = period_of(plan_type, year, quarter, month)
    plan = MarketingPlan(
        name=name,
        plan_type=plan_type,
        fiscal_year=year,
        quarter=quarter,
        month=month,
        parent_id=stage.things[parent].id if parent else None,
        department_id=stage.things[f"department:{department}"].id,
        start_on=first,
        end_on=last,
        budget_amount=budget,
        strategy_text=strategy,
    )
    stage.store(actor, plan, key)
    return plan


def add_goals(stage: Stage, actor: Actor, plan: MarketingPlan, goals: Iterable[Goal]) -> None:
    """Add goals; what adds up grows with the budget."""
    units = plan.budget_amount / TEN_THOUSAND
    stage.store_all(
        actor,
        [
            PlanGoal(
                plan_id=plan.id,
                objective_id=stage.things[f"objective:{goal.objective}-{plan.fiscal_year}"].id,
                metric_id=stage.things[f"metric:{goal.metric}"].id,
                baseline=None if goal.baseline is None else Decimal(goal.baseline),
                target_value=Decimal(goal.per_unit) * units if goal.per_unit else Decimal(goal.target),
                weight=Decimal(goal.weight),
            )
            for goal in goals
        ],
    )


def add_lines(
    stage: Stage, actor: Actor, plan: MarketingPlan, shares: Iterable[Share], months: dict[int, Decimal]
) -> None:
    """Split the budget of each month by shares in percent, exactly."""
    stage.store_all(
        actor,
        [
            BudgetLine(
                plan_id=plan.id,
                category=category,
                channel_id=stage.things[f"channel:{channel}"].id if channel else None,
                month=month,
                allocated_amount=amount * share / HUNDRED,
            )
            for month, amount in months.items()
            for category, channel, share in shares
        ],
    )


def add_steps(stage: Stage, actor: Actor, plan: MarketingPlan, steps: Iterable[Step]) -> None:
    """Add milestones of the plan's owner; each lasts a tenth of the period."""
    days = (plan.end_on - plan.start_on).days
    lines = []
    for name, percent in steps:
        due = plan.start_on + timedelta(days=days * percent // 100)
        begin = max(plan.start_on, due - timedelta(days=max(days // 10, 2)))
        lines.append(
            PlanMilestone(plan_id=plan.id, name=name, planned_on=begin, due_on=due, owner_id=plan.owner_id)
        )
    stage.store_all(actor, lines)


def finish_steps(stage: Stage, plan_key: str, until: date, actor: Actor) -> None:
    """Say that the milestones due by a day are reached, most of them in time."""
    due = [step for step in stage.things[plan_key].milestones if step.due_on <= until]
    for step in due:
        late = stage.random.choice((0, 0, 0, 0, 1, 2))
        step.finished_on = min(step.due_on + timedelta(days=late), until)
        step.status = MilestoneStatus.DONE.value
        save_milestone(actor, record=step)
