"""Two people at once, in two real sessions with real commits: exactly one wins, the other is told so."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.approvals.definitions import draft, publish
from app.approvals.evidence import verify
from app.approvals.reassignment import ADMINISTER
from app.core.db import db, unit_of_work
from app.core.errors import RuleViolation
from app.factory import create_app
from app.services import approvals
from config import Settings
from migrations.triggers import create_triggers
from models.approvals import ApprovalEvent, ApprovalInstance, Assignment, FlowDefinition
from models.base import FabModel
from models.org import Employee
from models.plans import BudgetLine, MarketingPlan
from tests.factories.approvals import Case, make_case, new_key
from tests.factories.org import actor_of
from tests.factories.plans import make_plan

ROUNDS = 6


@dataclass
class Contest:
    """Runs commands at the same moment, each in a session and a transaction of its own."""

    app: Flask
    won: list[Any] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    broken: list[BaseException] = field(default_factory=list)

    def run(self, *commands: Callable[[Session], Any]) -> None:
        """Start all commands at once and wait for them."""
        start = Barrier(len(commands))
        threads = [Thread(target=self._one, args=(command, start)) for command in commands]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not self.broken, self.broken

    def _one(self, command: Callable[[Session], Any], start: Barrier) -> None:
        with self.app.app_context():
            start.wait()
            try:
                with unit_of_work() as session:
                    result = command(session)
                self.won.append(result)
            except RuleViolation as refusal:
                self.refused.append(refusal.code)
            except Exception as error:  # noqa: BLE001  whatever a thread meets belongs to the test's verdict
                self.broken.append(error)
            finally:
                db.session.remove()


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The portal on a database of its own, because these tests truly commit."""
    settings = Settings.from_environment(
        {"YINGCE_INSTANCE": str(tmp_path), "YINGCE_DATABASE_URL": database_url, "YINGCE_LANGUAGE": "en"}
    )
    portal = create_app(settings)
    with portal.app_context():
        FabModel.metadata.create_all(db.engine)
        with db.engine.begin() as connection:
            create_triggers(connection)
        yield portal
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def stored(app: Flask) -> Case:
    """A plan and its line of superiors, committed."""
    with unit_of_work() as session:
        return make_case(session)


def free(case: Case) -> None:
    """End the main thread's own transaction, so that it holds no lock."""
    case.session.commit()


def decision(case: Case, verb: str, person: Employee, **more: Any) -> Callable[[Session], Any]:
    """Prepare a decision outside of the contest: only keys and texts go into the thread."""
    arguments: dict[str, Any] = {
        "assignment_id": case.to_do(person).id,
        "seen_sha256": case.instance.snapshot.sha256,
        "request_key": new_key(),
        "comment": "Because.",
    }
    actor = actor_of(person)
    return lambda _session: getattr(approvals, verb)(actor, **arguments | more).is_repeat


def withdrawal(case: Case) -> Callable[[Session], Any]:
    """Prepare a withdrawal by the submitter."""
    actor, key = actor_of(case.line.staff), case.instance.id
    return lambda _session: approvals.withdraw(actor, instance_id=key, request_key=new_key())


def reassignment(case: Case) -> Callable[[Session], Any]:
    """Prepare that the administrator gives the manager's to-do to the colleague."""
    actor, key, to = (
        actor_of(case.line.administrator, ADMINISTER),
        case.to_do(case.line.manager).id,
        case.line.colleague.id,
    )
    return lambda _session: approvals.reassign(
        actor, assignment_id=key, to_employee_id=to, reason="Leave.", request_key=new_key()
    )


def in_new_round(case: Case, number: int) -> None:
    """Submit the plan, taken back from the round before."""
    if number:
        case.withdraw()
    case.submit()


def events(case: Case, *verbs: str) -> int:
    """Count events of these verbs over all approvals of the plan."""
    query = select(ApprovalEvent.id).join(ApprovalInstance, ApprovalInstance.id == ApprovalEvent.instance_id)
    return len(case.session.scalars(query.where(ApprovalEvent.verb.in_(verbs))).all())


def all_sound(case: Case) -> bool:
    return all(verify(case.session, one) == [] for one in case.session.scalars(select(ApprovalInstance)))


def test_the_same_person_approves_and_rejects_at_once(app: Flask, stored: Case) -> None:
    for number in range(ROUNDS):
        if number:
            stored.plan = make_second_plan(stored, number)
        stored.submit()
        commands = [
            decision(stored, verb, stored.line.manager)
            for verb in ("approve", "reject", "return_to_submitter")
        ]
        free(stored)
        contest = Contest(app)
        contest.run(*commands)
        assert (len(contest.won), contest.refused) == (1, ["already-decided"] * 2)
    assert events(stored, "approve", "reject", "return") == ROUNDS
    assert all_sound(stored)


def make_second_plan(case: Case, number: int) -> MarketingPlan:
    return make_plan(case.session, case.line.staff, fiscal_year=2026 + number)


def with_two_signers(case: Case, mode: str) -> None:
    people = [case.line.manager.id, case.line.director.id]
    step = {
        "key": "two",
        "name": {"en": "Two"},
        "mode": mode,
        "approvers": [{"rule": "named", "people": people}],
    }
    definition = case.session.scalars(select(FlowDefinition).filter_by(record_type="marketing_plan")).one()
    publish(case.session, draft(case.session, definition, {"format": 1, "steps": [step]}))


def test_two_people_of_an_any_step_at_once(app: Flask, stored: Case) -> None:
    with_two_signers(stored, "any")
    for number in range(ROUNDS):
        if number:
            stored.plan = make_second_plan(stored, number)
        stored.submit()
        commands = [decision(stored, "approve", one) for one in (stored.line.manager, stored.line.director)]
        free(stored)
        contest = Contest(app)
        contest.run(*commands)
        assert (len(contest.won), contest.refused) == (1, ["already-decided"])
    assert events(stored, "approve") == events(stored, "finish") == ROUNDS
    assert all_sound(stored)


def test_two_people_of_an_all_step_at_once_both_count_and_it_ends_once(app: Flask, stored: Case) -> None:
    with_two_signers(stored, "all")
    for number in range(ROUNDS):
        if number:
            stored.plan = make_second_plan(stored, number)
        stored.submit()
        commands = [decision(stored, "approve", one) for one in (stored.line.manager, stored.line.director)]
        free(stored)
        contest = Contest(app)
        contest.run(*commands)
        assert (len(contest.won), contest.refused) == (2, [])
        assert stored.plan.status == "in_force"
    assert events(stored, "approve") == 2 * ROUNDS
    assert events(stored, "finish") == ROUNDS
    assert all_sound(stored)


def test_one_request_sent_twice_at_once(app: Flask, stored: Case) -> None:
    for number in range(ROUNDS):
        in_new_round(stored, number)
        command = decision(stored, "approve", stored.line.manager, request_key=f"twice-{number}")
        free(stored)
        contest = Contest(app)
        contest.run(command, command)
        assert sorted(contest.won) == [False, True]
    assert events(stored, "approve") == ROUNDS
    assert all_sound(stored)


def test_a_decision_and_a_withdrawal_at_once(app: Flask, stored: Case) -> None:
    for _number in range(ROUNDS):
        stored.submit()
        commands = [decision(stored, "approve", stored.line.manager), withdrawal(stored)]
        free(stored)
        contest = Contest(app)
        contest.run(*commands)
        assert len(contest.won) in (1, 2)
        assert contest.refused in ([], ["not-in-review"])
        assert stored.plan.status == "withdrawn"
    assert all_sound(stored)


def test_two_submissions_at_once(app: Flask, stored: Case) -> None:
    actor, key = actor_of(stored.line.staff), stored.plan.id

    def submit(session: Session) -> None:
        approvals.submit(actor, record=session.get_one(MarketingPlan, key), request_key=new_key())

    for _number in range(ROUNDS):
        free(stored)
        contest = Contest(app)
        contest.run(submit, submit)
        assert (len(contest.won), contest.refused) == (1, ["already-in-review"])
        stored.withdraw()
    assert all_sound(stored)


def add_line(key: int, month: int) -> Callable[[Session], None]:
    def edit(session: Session) -> None:
        plan = session.get_one(MarketingPlan, key)
        plan.budget_lines.append(BudgetLine(category="event", month=month, allocated_amount=Decimal(1)))

    return edit


def bulk_edit(key: int, month: int) -> Callable[[Session], None]:
    def edit(session: Session) -> None:
        lines = update(BudgetLine).where(BudgetLine.plan_id == key)
        session.execute(lines.values(note=f"month {month}"), execution_options={"synchronize_session": False})

    return edit


@pytest.mark.parametrize("make_edit", [add_line, bulk_edit])
def test_an_edit_and_a_submission_never_pass_each_other(
    app: Flask, stored: Case, make_edit: Callable[[int, int], Callable[[Session], None]]
) -> None:
    actor, key = actor_of(stored.line.staff), stored.plan.id
    stored.plan.budget_amount += 100

    def submit(session: Session) -> None:
        approvals.submit(actor, record=session.get_one(MarketingPlan, key), request_key=new_key())

    for number in range(ROUNDS):
        free(stored)
        contest = Contest(app)
        contest.run(submit, make_edit(key, number + 1))
        assert contest.refused in ([], ["record-locked"])
        assert approvals.content_digest(stored.plan) == stored.instance.snapshot.sha256
        stored.withdraw()


def test_a_decision_and_a_reassignment_at_once(app: Flask, stored: Case) -> None:
    for number in range(ROUNDS):
        in_new_round(stored, number)
        commands = [decision(stored, "approve", stored.line.manager), reassignment(stored)]
        free(stored)
        contest = Contest(app)
        contest.run(*commands)
        assert len(contest.won) == 1
        assert contest.refused in (["already-decided"], ["not-current-approver"])
        opened = select(Assignment.id).where(
            Assignment.instance_id == stored.instance.id, Assignment.state == "open"
        )
        assert len(stored.session.scalars(opened).all()) == 1
    assert all_sound(stored)
