"""What an approval refuses: each attempt has a code and a sentence, and changes nothing at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.approvals.evidence import verify
from app.core.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from app.core.events import pending
from app.services import approvals
from models.approvals import ApprovalEvent, ApprovalInstance, Assignment, RecordSnapshot, StepRun
from models.audit import AuditEvent
from models.base import FabModel
from models.plans import BudgetLine, MarketingPlan, PlanGoal, PlanMilestone
from tests.factories.approvals import Case, make_case, new_key
from tests.factories.org import actor_of
from tests.services.expect import refused

WATCHED = (
    ApprovalInstance, StepRun, Assignment, ApprovalEvent, RecordSnapshot, MarketingPlan, PlanGoal, BudgetLine,
    PlanMilestone, AuditEvent,
)  # fmt: skip


@pytest.fixture
def case(session: Session) -> Case:
    return make_case(session)


def everything(session: Session) -> dict[str, Any]:
    """Return all rows of the watched tables."""
    tables = [FabModel.metadata.tables[model.__tablename__] for model in WATCHED]
    return {table.name: session.execute(select(table).order_by(*table.primary_key)).all() for table in tables}


@contextmanager
def refused_without_trace(session: Session, code: str) -> Iterator[pytest.ExceptionInfo[Any]]:
    """Expect a refusal, and the same rows and announcements as before."""
    session.commit()
    before, told = everything(session), len(pending(session))
    with refused(code) as error:
        yield error
    assert len(pending(session)) == told
    session.commit()
    assert everything(session) == before


# ------------------------------------------------------------------ must-show 3


def test_self_approval(case: Case) -> None:
    case.submit()
    to_do = case.to_do(case.line.manager).id
    for verb in ("approve", "reject", "return_to_submitter"):
        with refused_without_trace(case.session, "self-approval") as error:
            case.decide(verb, case.line.staff, assignment_id=to_do)
        assert isinstance(error.value, NotAllowed)


def test_self_approval_is_refused_by_the_database_too(case: Case) -> None:
    case.submit()
    to_do = case.to_do(case.line.manager)
    for change in ({"assignee_id": case.line.staff.id}, {"submitter_id": case.line.manager.id}):
        with pytest.raises(IntegrityError), case.session.begin_nested():
            case.session.execute(
                Assignment.__table__.update().where(Assignment.id == to_do.id).values(**change)
            )


@pytest.mark.parametrize("second", ["approve", "reject", "return_to_submitter"])
def test_double_decision(case: Case, second: str) -> None:
    case.submit()
    case.approve(case.line.manager)
    with refused_without_trace(case.session, "already-decided") as error:
        case.decide(second, case.line.manager)
    assert isinstance(error.value, WrongState)


def test_decision_on_content_submitted_anew_since_it_was_seen(case: Case) -> None:
    case.submit()
    seen, stale = case.instance.snapshot.sha256, case.to_do(case.line.manager).id
    case.decide("return_to_submitter", case.line.manager)
    case.plan.budget_lines[0].allocated_amount -= 1
    case.submit()
    with refused_without_trace(case.session, "content-changed") as error:
        case.approve(case.line.manager, seen_sha256=seen)
    assert isinstance(error.value, Conflict)
    assert error.value.details == {"seen": seen, "current": case.instance.snapshot.sha256}
    with refused_without_trace(case.session, "already-decided"):
        case.approve(case.line.manager, assignment_id=stale, seen_sha256=seen)


def test_decision_after_withdrawal_and_new_submission(case: Case) -> None:
    case.submit()
    seen, stale = case.instance.snapshot.sha256, case.to_do(case.line.manager).id
    case.withdraw()
    case.plan.name = "Another plan"
    with refused_without_trace(case.session, "not-in-review"):
        case.approve(case.line.manager, assignment_id=stale, seen_sha256=seen)
    case.submit()
    with refused_without_trace(case.session, "not-in-review"):
        case.approve(case.line.manager, assignment_id=stale, seen_sha256=seen)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE marketing_plan SET budget_amount = budget_amount + 100 WHERE id = :id",
        "UPDATE marketing_plan SET name = 'Another' WHERE id = :id",
        "UPDATE budget_line SET month = 6 WHERE month = 5 AND plan_id = :id",
        "UPDATE plan_goal SET target_value = target_value + 1 WHERE plan_id = :id",
        "DELETE FROM plan_milestone WHERE plan_id = :id",
    ],
)
def test_decision_on_content_changed_behind_the_portals_back(case: Case, tampering: str) -> None:
    case.submit()
    case.session.execute(text(tampering), {"id": case.plan.id})
    for seen in (case.instance.snapshot.sha256, approvals.content_digest(case.plan)):
        with refused_without_trace(case.session, "content-changed"):
            case.approve(case.line.manager, seen_sha256=seen)
    with refused("content-changed"):
        case.decide("reject", case.line.manager)


@pytest.mark.parametrize("verb", ["approve", "reject", "return_to_submitter"])
def test_decision_by_a_foreign_superior(case: Case, verb: str) -> None:
    case.submit()
    to_do = case.to_do(case.line.manager).id
    for stranger in (case.line.director, case.line.general, case.line.colleague):
        with refused_without_trace(case.session, "not-current-approver") as error:
            case.decide(verb, stranger, assignment_id=to_do)
        assert isinstance(error.value, NotAllowed)


def test_the_next_level_cannot_come_first(case: Case) -> None:
    case.submit()
    with pytest.raises(Exception, match="No row was found"):
        case.to_do(case.line.director)


# ------------------------------------------------------------------ the other refusals


@pytest.mark.parametrize("verb", ["reject", "return_to_submitter"])
@pytest.mark.parametrize("comment", [None, "", "  \n "])
def test_a_refusal_needs_a_reason(case: Case, verb: str, comment: str | None) -> None:
    case.submit()
    with refused_without_trace(case.session, "comment-required"):
        case.decide(verb, case.line.manager, comment=comment)


def test_only_the_owner_submits(case: Case) -> None:
    for person in (case.line.colleague, case.line.manager, case.line.administrator):
        with refused_without_trace(case.session, "not-the-submitter"):
            case.submit(person)


def test_only_the_submitter_withdraws(case: Case) -> None:
    case.submit()
    for person in (case.line.colleague, case.line.manager, case.line.administrator):
        with refused_without_trace(case.session, "not-the-submitter"):
            case.withdraw(person)


def test_submitting_twice(case: Case) -> None:
    case.submit()
    with refused_without_trace(case.session, "already-in-review"):
        case.submit()


def approve_all(case: Case) -> None:
    case.submit()
    case.approve(case.line.manager)
    case.approve(case.line.director)


def reject(case: Case) -> None:
    case.submit()
    case.decide("reject", case.line.manager)


def bin_it(case: Case) -> None:
    case.plan.deleted_at = case.plan.created_at


@pytest.mark.parametrize("before", [approve_all, reject, bin_it])
def test_submitting_what_is_past_submission(case: Case, before: Callable[[Case], None]) -> None:
    before(case)
    with refused_without_trace(case.session, "not-submittable"):
        case.submit()


@pytest.mark.parametrize("before", [approve_all, reject])
def test_withdrawing_what_has_ended(case: Case, before: Callable[[Case], None]) -> None:
    before(case)
    with refused_without_trace(case.session, "not-in-review"):
        case.withdraw()


def test_unknown_keys(case: Case) -> None:
    case.submit()
    with refused_without_trace(case.session, "not-found") as error:
        case.approve(case.line.manager, assignment_id=10**9)
    assert isinstance(error.value, NotFound)
    with refused_without_trace(case.session, "not-found"):
        case.withdraw(instance_id=10**9)


def test_reassigning(case: Case) -> None:
    line = case.line
    case.submit()
    mine: dict[str, Any] = {"assignment_id": case.to_do(line.manager).id}
    attempts: list[tuple[str, dict[str, Any]]] = [
        ("not-authorised", {"to": line.colleague, "may": False}),
        ("not-authorised", {"to": line.colleague, "person": line.manager, "may": False}),
        ("self-approval", {"to": line.colleague, "person": line.staff}),
        ("self-approval", {"to": line.staff}),
        ("target-not-allowed", {"to": line.administrator}),
        ("duplicate-approver", {"to": line.manager}),
        ("duplicate-approver", {"to": line.director}),
        ("comment-required", {"to": line.colleague, "reason": " "}),
    ]
    for code, arguments in attempts:
        with refused_without_trace(case.session, code):
            case.reassign(**{**mine, **arguments})
    line.colleague.left_on = date(2026, 1, 1)
    with refused_without_trace(case.session, "target-not-allowed"):
        case.reassign(line.colleague, **mine)
    with refused_without_trace(case.session, "not-held"):
        case.reassign(line.vice, instance_id=case.instance.id)
    case.approve(line.manager)
    with refused_without_trace(case.session, "already-decided"):
        case.reassign(line.vice, **mine)


# ------------------------------------------------------------------ request keys


@pytest.mark.parametrize("verb", ["approve", "reject", "return_to_submitter"])
def test_a_repeated_decision_returns_the_first_result(case: Case, verb: str) -> None:
    case.submit()
    first = case.decide(verb, case.line.manager, request_key="once")
    case.session.commit()
    before = everything(case.session)
    again = case.decide(verb, case.line.manager, request_key="once")
    case.session.commit()
    assert everything(case.session) == before
    assert (again.instance, again.event, again.is_repeat) == (first.instance, first.event, True)
    assert not first.is_repeat


def test_a_repeated_submission_returns_the_first_result(case: Case) -> None:
    first = case.submit(request_key="once")
    again = case.submit(request_key="once")
    assert (again.instance, again.event, again.is_repeat) == (first.instance, first.event, True)
    assert case.session.scalar(select(func.count()).select_from(ApprovalInstance)) == 1
    approve_rest(case)
    assert case.submit(request_key="once").is_repeat  # also after the end


def approve_rest(case: Case) -> None:
    case.approve(case.line.manager)
    case.approve(case.line.director)


def test_a_repeated_withdrawal_and_reassignment(case: Case) -> None:
    case.submit()
    to_do = case.to_do(case.line.manager).id
    assert not case.reassign(case.line.vice, assignment_id=to_do, request_key="give").is_repeat
    assert case.reassign(case.line.vice, assignment_id=to_do, request_key="give").is_repeat
    assert not case.withdraw(request_key="back").is_repeat
    assert case.withdraw(request_key="back").is_repeat
    assert verify(case.session, case.instance) == []


def test_a_key_serves_one_command_of_one_person(case: Case) -> None:
    case.submit(request_key="once")
    with refused_without_trace(case.session, "request-key-reused") as error:
        case.approve(case.line.manager, request_key="once")
    assert isinstance(error.value, BadInput)


@pytest.mark.parametrize("key", ["", "x" * 65])
def test_a_command_needs_a_key(case: Case, key: str) -> None:
    with refused_without_trace(case.session, "request-key-missing"):
        case.submit(request_key=key)
    case.submit()
    with refused_without_trace(case.session, "request-key-missing"):
        case.approve(case.line.manager, request_key=key)


# ------------------------------------------------------------------ evidence


def tamper(session: Session, table: str, change: str) -> None:
    """Change rows as somebody with the database's own tools would, triggers switched off."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(f"UPDATE {table} SET {change}"))  # noqa: S608  constants of this file
        session.execute(text("SET LOCAL session_replication_role = origin"))
        return
    triggers = session.execute(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :t"), {"t": table}
    )
    for name in triggers.scalars().all():
        session.execute(text(f"DROP TRIGGER {name}"))
    session.execute(text(f"UPDATE {table} SET {change}"))  # noqa: S608  constants of this file


@pytest.mark.parametrize(
    ("table", "change", "code"),
    [
        ("approval_event", "comment = 'Never' WHERE verb = 'approve'", "changed"),
        ("approval_event", "actor_id = actor_id + 1 WHERE verb = 'approve'", "changed"),
        ("approval_event", "seq = 77 WHERE verb = 'approve'", "gap"),
        ("record_snapshot", "sha256 = 'x'", "snapshot"),
        ("assignment", "state = 'cancelled' WHERE state = 'open'", "state"),
        ("step_run", "state = 'passed' WHERE state = 'active'", "state"),
        ("approval_instance", "state = 'approved'", "state"),
    ],
)
def test_tampering_is_found(case: Case, table: str, change: str, code: str) -> None:
    case.submit()
    case.approve(case.line.manager)
    case.session.commit()
    assert verify(case.session, case.instance) == []
    instance = case.instance
    if table == "approval_event" and "actor_id" in change:
        change = f"actor_id = {case.line.director.id} WHERE verb = 'approve'"
    tamper(case.session, table, change)
    case.session.expire_all()
    assert code in [flaw.code for flaw in verify(case.session, instance)]


def test_the_actor_of_a_command_is_an_employee(case: Case) -> None:
    account = actor_of(case.line.staff)
    with refused_without_trace(case.session, "not-the-submitter"):
        approvals.submit(replace(account, employee_id=None), record=case.plan, request_key=new_key())
