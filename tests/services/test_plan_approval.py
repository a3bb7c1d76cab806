"""When a plan may be submitted and may come into force."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.approvals.conditions import holds, parse_condition
from app.approvals.lock import engine_writes
from app.services.plan_approval import PLAN, SCHEMA
from models.org import EmployeeStatus
from models.plans import MarketingPlan
from tests.factories.approvals import Case, make_case
from tests.factories.org import actor_of
from tests.factories.plans import RESERVE, make_plan
from tests.services.expect import refused


@pytest.fixture
def case(session: Session) -> Case:
    return make_case(session)


def no_goal(plan: MarketingPlan) -> None:
    plan.goals.clear()


def weights_below(plan: MarketingPlan) -> None:
    plan.goals[0].weight -= Decimal("0.01")


def weights_above(plan: MarketingPlan) -> None:
    plan.goals[0].weight += Decimal("0.01")


def no_budget_line(plan: MarketingPlan) -> None:
    plan.budget_lines.clear()


def no_milestone(plan: MarketingPlan) -> None:
    plan.milestones.clear()


def milestone_too_early(plan: MarketingPlan) -> None:
    plan.milestones[0].planned_on = date(2026, 3, 31)


def milestone_too_late(plan: MarketingPlan) -> None:
    plan.milestones[0].due_on = date(2026, 7, 1)


def owner_left(plan: MarketingPlan) -> None:
    plan.owner.status, plan.owner.left_on = EmployeeStatus.LEFT.value, date(2026, 1, 1)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (no_goal, "plan-without-goal"),
        (weights_below, "plan-weights"),
        (weights_above, "plan-weights"),
        (no_budget_line, "plan-without-budget-line"),
        (no_milestone, "plan-without-milestone"),
        (milestone_too_early, "plan-milestone-outside"),
        (milestone_too_late, "plan-milestone-outside"),
        (owner_left, "plan-owner-inactive"),
    ],
)
def test_an_incomplete_plan_is_not_submitted(
    case: Case, spoil: Callable[[MarketingPlan], None], code: str
) -> None:
    spoil(case.plan)
    with refused(code):
        case.submit()
    assert case.plan.status == "draft"


def test_lines_over_the_budget_are_refused_before_the_database_refuses_them(case: Case) -> None:
    with case.session.no_autoflush:
        case.plan.budget_lines[0].allocated_amount += RESERVE + Decimal("0.01")
        with refused("plan-lines-over-budget"):
            PLAN.check_ready(actor_of(case.line.staff), case.plan)


def test_a_complete_plan_is_submitted_with_every_line_inside_the_budget(case: Case) -> None:
    case.plan.budget_amount += Decimal(1)
    case.submit()
    assert case.plan.status == "in_review"


@pytest.mark.parametrize(
    ("start_on", "end_on", "is_inside"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), True),
        (date(2026, 4, 2), date(2026, 12, 31), False),
        (date(2026, 1, 1), date(2026, 6, 29), False),
    ],
)
def test_a_quarter_lies_within_its_year(case: Case, start_on: date, end_on: date, is_inside: bool) -> None:
    year = make_plan(
        case.session,
        case.line.staff,
        "9000000",
        plan_type="year",
        quarter=None,
        start_on=start_on,
        end_on=end_on,
    )
    case.plan.parent = year
    if is_inside:
        case.submit()
        return
    with refused("plan-outside-parent") as error:
        case.submit()
    assert year.code in str(error.value)


def put_in_force(session: Session, plan: MarketingPlan) -> None:
    with engine_writes(session):
        plan.status, plan.approved_at, plan.approved_sha256 = "in_force", plan.created_at, "0" * 64


def test_a_second_plan_of_the_period_is_refused_at_submission(case: Case) -> None:
    other = make_plan(case.session, case.line.colleague)
    put_in_force(case.session, other)
    with refused("period-taken") as error:
        case.submit()
    assert other.code in str(error.value)


def test_a_second_plan_of_the_period_is_refused_at_its_approval(case: Case) -> None:
    case.submit()
    case.approve(case.line.manager)
    put_in_force(case.session, make_plan(case.session, case.line.colleague))
    savepoint = case.session.begin_nested()
    with refused("period-taken"):
        case.approve(case.line.director)
    savepoint.rollback()
    assert case.plan.status == "in_review"
    assert case.open_people() == ["Director"]


def test_another_period_another_department_or_kind_is_free(case: Case) -> None:
    for columns in ({"quarter": 3}, {"fiscal_year": 2027}, {"plan_type": "month", "month": 4}):
        put_in_force(case.session, make_plan(case.session, case.line.colleague, **columns))
    put_in_force(
        case.session,
        make_plan(
            case.session, case.line.colleague, department_id=make_case(case.session).line.department.id
        ),
    )
    case.submit()


def test_conditions_may_ask_every_fact_of_a_plan(case: Case) -> None:
    facts = PLAN.facts(case.plan)
    assert set(facts) == set(SCHEMA)
    for name in SCHEMA:
        assert not holds(parse_condition({"field": name, "op": "is_empty"}, SCHEMA), facts)
    dear = parse_condition({"field": "amount", "op": "ge", "value": "100000"}, SCHEMA)
    assert holds(dear, facts)
