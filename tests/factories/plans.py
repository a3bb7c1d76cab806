"""Marketing plans with their lines."""

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from models.metrics import MetricDefinition
from models.org import Employee
from models.plans import BudgetLine, CompanyObjective, MarketingPlan, PlanGoal, PlanMilestone

_numbers = count(1)
RESERVE = Decimal(100)
"""What a plan's budget has left for lines that a test adds."""


def make_metric(session: Session) -> MetricDefinition:
    """Make a metric."""
    number = next(_numbers)
    row = MetricDefinition(
        code=f"T-KPI{number}", key=f"metric{number}", name=f"Metric {number}", formula="a/b", unit="count"
    )
    session.add(row)
    session.flush()
    return row


def make_objective(session: Session) -> CompanyObjective:
    """Make a company objective of 2026."""
    number = next(_numbers)
    row = CompanyObjective(code=f"T-OB{number}", fiscal_year=2026, kind="growth", name=f"Objective {number}")
    session.add(row)
    session.flush()
    return row


def make_plan(session: Session, owner: Employee, budget: str = "100000.00", **columns: Any) -> MarketingPlan:
    """Make a complete draft of the second quarter of 2026: two goals, two budget lines, one milestone."""
    amount = Decimal(budget)
    lined = amount - min(RESERVE, amount / 2)
    values: dict[str, Any] = {
        "code": f"T-MP{next(_numbers)}",
        "department_id": owner.department_id,
        "name": "Spring campaign 春季推广",
        "plan_type": "quarter",
        "fiscal_year": 2026,
        "quarter": 2,
        "start_on": date(2026, 4, 1),
        "end_on": date(2026, 6, 30),
    }
    plan = MarketingPlan(
        owner_id=owner.id,
        budget_amount=amount,
        lined_amount=lined,
        **values | columns,
    )
    objective = make_objective(session)
    for weight in ("60.00", "40.00"):
        plan.goals.append(
            PlanGoal(
                objective=objective,
                metric=make_metric(session),
                target_value=Decimal("1234.5"),
                weight=Decimal(weight),
            )
        )
    part = (lined / 4).quantize(Decimal("0.01"))
    for month, allocated in ((4, part), (5, lined - part)):
        plan.budget_lines.append(BudgetLine(category="advertising", month=month, allocated_amount=allocated))
    plan.milestones.append(
        PlanMilestone(name="Kick-off", planned_on=date(2026, 4, 1), due_on=date(2026, 4, 10), owner=owner)
    )
    session.add(plan)
    session.flush()
    return plan
