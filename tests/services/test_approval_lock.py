"""The lock: no session changes a record under approval, its lines or its status, whatever way it takes."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.approvals.evidence import verify
from app.approvals.lock import engine_writes
from app.approvals.refusals import RecordLocked
from app.services import approvals
from models.plans import BudgetLine, MarketingPlan, PlanGoal, PlanMilestone
from tests.factories.approvals import Case, make_case
from tests.factories.org import make_department
from tests.factories.plans import make_metric, make_objective, make_plan
from tests.services.expect import refused

Edit = Callable[[Case], None]


@pytest.fixture
def case(session: Session) -> Case:
    return make_case(session)


def set_on_plan(**columns: Any) -> Edit:
    def edit(case: Case) -> None:
        for name, value in columns.items():
            setattr(case.plan, name, value)

    return edit


def set_on(lines: str, **columns: Any) -> Edit:
    def edit(case: Case) -> None:
        for name, value in columns.items():
            setattr(getattr(case.plan, lines)[0], name, value)

    return edit


def remove_line(case: Case) -> None:
    case.plan.milestones.pop()


def delete_line(case: Case) -> None:
    case.session.delete(case.plan.budget_lines[0])


def add_by_relationship(case: Case) -> None:
    case.plan.budget_lines.append(BudgetLine(category="event", month=4, allocated_amount=Decimal(1)))


def add_by_key(case: Case) -> None:
    case.session.add(BudgetLine(plan_id=case.plan.id, category="event", month=4, allocated_amount=Decimal(1)))


def move_line_away(case: Case) -> None:
    case.plan.goals[0].plan = make_plan(case.session, case.line.staff, quarter=3)


def move_line_in(case: Case) -> None:
    other = make_plan(case.session, case.line.staff, quarter=3)
    other.goals[0].plan_id = case.plan.id


def change_owner(case: Case) -> None:
    case.plan.owner = case.line.colleague


def change_department(case: Case) -> None:
    case.plan.department_id = make_department(case.session).id


def change_accountable(case: Case) -> None:
    case.plan.milestones[0].owner_id = case.line.colleague.id


def delete_plan(case: Case) -> None:
    case.session.delete(case.plan)


def bulk(statement: Callable[[Case], Any], parameters: Callable[[Case], Any] | None = None) -> Edit:
    def edit(case: Case) -> None:
        case.session.execute(statement(case), None if parameters is None else parameters(case))

    return edit


def update_by_query(case: Case) -> None:
    case.session.query(MarketingPlan).update({"name": "Another"})


def new_goal(case: Case) -> dict[str, Any]:
    return {
        "plan_id": case.plan.id,
        "metric_id": make_metric(case.session).id,
        "objective_id": make_objective(case.session).id,
        "target_value": Decimal(1),
        "weight": Decimal(1),
        "row_version": 1,
    }


EDITS: dict[str, Edit] = {
    "column": set_on_plan(name="Another"),
    "amount": set_on_plan(budget_amount=Decimal(999999)),
    "owner by relationship": change_owner,
    "department": change_department,
    "into the bin": set_on_plan(deleted_at=datetime(2026, 1, 1, tzinfo=UTC)),
    "status": set_on_plan(status="draft"),
    "status in force": set_on_plan(status="in_force", approved_at=datetime(2026, 1, 1, tzinfo=UTC), approved_sha256="0" * 64),
    "proof": set_on_plan(approved_sha256="0" * 64),
    "goal": set_on("goals", weight=Decimal(1)),
    "budget line": set_on("budget_lines", allocated_amount=Decimal(1)),
    "milestone": set_on("milestones", due_on=date(2026, 5, 1)),
    "milestone's owner": change_accountable,
    "removed line": remove_line,
    "deleted line": delete_line,
    "new line": add_by_relationship,
    "new line by key": add_by_key,
    "line moved away": move_line_away,
    "line moved in": move_line_in,
    "deleted plan": delete_plan,
    "bulk update": bulk(lambda case: update(MarketingPlan).values(name="Another")),
    "bulk update of one": bulk(lambda case: update(MarketingPlan).where(MarketingPlan.id == case.plan.id).values(name="A")),
    "bulk update on the table": bulk(lambda case: update(MarketingPlan.__table__).values(name="Another")),
    "bulk update in order": bulk(lambda case: update(MarketingPlan).ordered_values((MarketingPlan.name, "Another"))),
    "bulk update by key": bulk(lambda case: update(MarketingPlan), lambda case: [{"id": case.plan.id, "name": "Another", "row_version": case.plan.row_version}]),
    "bulk status": bulk(lambda case: update(MarketingPlan).values(status="draft")),
    "bulk delete": bulk(lambda case: delete(MarketingPlan)),
    "bulk update of lines": bulk(lambda case: update(BudgetLine).values(allocated_amount=Decimal(1))),
    "bulk expression": bulk(
        lambda case: update(PlanGoal).where(PlanGoal.plan_id == case.plan.id).values(weight=PlanGoal.weight - 1)
    ),
    "bulk delete of lines": bulk(lambda case: delete(PlanMilestone).where(PlanMilestone.plan_id == case.plan.id)),
    "bulk insert of lines": bulk(lambda case: insert(PlanGoal), lambda case: [new_goal(case)]),
    "bulk insert with values": bulk(lambda case: insert(PlanGoal).values(**new_goal(case))),
    "bulk insert of several": bulk(lambda case: insert(PlanGoal).values([new_goal(case), new_goal(case)])),
    "query": update_by_query,
}  # fmt: skip


def in_review(case: Case) -> None:
    case.submit()


def approved(case: Case) -> None:
    case.submit()
    case.approve(case.line.manager)
    case.approve(case.line.director)


def rejected(case: Case) -> None:
    case.submit()
    case.decide("reject", case.line.manager)


SAMPLE = ("column", "new line", "bulk update", "bulk update of lines", "status")
ATTEMPTS = [(in_review, name) for name in EDITS] + [
    (state, name) for state in (approved, rejected) for name in SAMPLE
]


@pytest.mark.parametrize(
    ("state", "name"), ATTEMPTS, ids=[f"{state.__name__}-{name}" for state, name in ATTEMPTS]
)
def test_a_locked_record_cannot_be_changed(case: Case, state: Edit, name: str) -> None:
    state(case)
    case.session.commit()
    before, status = approvals.content_digest(case.plan), case.plan.status
    savepoint = case.session.begin_nested()
    with refused("record-locked") as error:
        EDITS[name](case)
        case.session.flush()
    assert isinstance(error.value, RecordLocked)
    savepoint.rollback()
    case.session.expire_all()
    assert (approvals.content_digest(case.plan), case.plan.status) == (before, status)
    assert verify(case.session, case.instance) == []


CONTENT_EDITS = sorted(
    name for name in EDITS if "status" not in name and name not in {"proof", "deleted plan", "bulk delete"}
)


@pytest.mark.parametrize("name", CONTENT_EDITS)
def test_the_same_edit_is_fine_in_a_draft(case: Case, name: str) -> None:
    before = approvals.content_digest(case.plan)
    EDITS[name](case)
    case.session.flush()
    is_content = name != "into the bin"
    assert (approvals.content_digest(case.plan) != before) is is_content


@pytest.mark.parametrize("name", ["status", "status in force", "proof", "bulk status"])
def test_nobody_but_the_engine_moves_the_status_of_a_draft_either(case: Case, name: str) -> None:
    if name == "status":
        case.submit()
        case.withdraw()
    with refused("record-locked"):
        EDITS[name](case)
        case.session.flush()


def test_a_record_does_not_begin_in_force(case: Case) -> None:
    proof: dict[str, Any] = {
        "status": "in_force",
        "approved_at": datetime(2026, 1, 1, tzinfo=UTC),
        "approved_sha256": "0" * 64,
    }
    with refused("record-locked"):
        make_plan(case.session, case.line.staff, **proof)


def test_a_record_is_not_inserted_in_force_in_bulk(case: Case) -> None:
    columns = {column.name: getattr(case.plan, column.name) for column in MarketingPlan.__table__.columns}
    row = columns | {"id": None, "code": "X", "status": "in_force"}
    with refused("record-locked"):
        case.session.execute(insert(MarketingPlan), [row])


def test_a_returned_record_can_be_changed(case: Case) -> None:
    case.submit()
    case.decide("return_to_submitter", case.line.manager)
    for name in ("column", "goal", "new line", "bulk update of lines"):
        EDITS[name](case)
        case.session.flush()


@pytest.mark.parametrize("state", [in_review, approved])
def test_progress_and_money_spent_are_no_content(case: Case, state: Edit) -> None:
    state(case)
    before = approvals.content_digest(case.plan)
    milestone, line = case.plan.milestones[0], case.plan.budget_lines[0]
    milestone.status, milestone.finished_on = "done", date(2026, 4, 9)
    line.committed_amount = Decimal(10)
    case.plan.distributed_amount = Decimal(5)
    case.session.flush()
    case.session.execute(update(BudgetLine).where(BudgetLine.id == line.id).values(actual_amount=Decimal(7)))
    case.session.execute(
        update(MarketingPlan).values(distributed_amount=MarketingPlan.distributed_amount + Decimal(1))
    )
    case.session.expire_all()
    assert (line.committed_amount, line.actual_amount) == (Decimal(10), Decimal(7))
    assert case.plan.distributed_amount == Decimal(6)
    assert approvals.content_digest(case.plan) == before


def test_a_bulk_statement_that_hits_no_locked_record_runs(case: Case) -> None:
    case.submit()
    draft = make_plan(case.session, case.line.staff, quarter=3)
    case.session.execute(update(MarketingPlan).where(MarketingPlan.status == "draft").values(name="Drafts"))
    case.session.execute(delete(PlanMilestone).where(PlanMilestone.plan_id == draft.id))
    case.session.expire_all()
    assert draft.name == "Drafts"
    assert draft.milestones == []
    assert case.plan.name != "Drafts"


def test_lines_from_a_select_are_not_guessed_at(case: Case) -> None:
    names = ["plan_id", "metric_id"]
    source = select(MarketingPlan.id, MarketingPlan.id)
    with pytest.raises(TypeError, match="plain values"):
        case.session.execute(insert(PlanGoal).from_select(names, source))


def test_pending_edits_do_not_slip_through_with_a_decision(case: Case) -> None:
    case.submit()
    case.plan.name = "Another"
    with refused("record-locked"):
        case.approve(case.line.manager)


def test_a_service_may_close_a_record_within_the_engines_context(case: Case) -> None:
    approved(case)
    with engine_writes(case.session):
        case.plan.status = "closed"
    assert case.plan.status == "closed"
    with refused("record-locked"):
        case.plan.name = "Another"
        case.session.flush()
