"""A plan under the seeded route, and short ways to act on it in tests."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.approvals.actions import Outcome
from app.approvals.definitions import draft, publish
from app.approvals.reassignment import ADMINISTER
from app.approvals.seeds import seed_definitions
from app.services import approvals
from models.approvals import ApprovalInstance, Assignment, FlowDefinition
from models.org import Employee
from models.plans import MarketingPlan
from tests.factories.org import Line, actor_of, make_line
from tests.factories.plans import make_plan

_keys = count(1)


def new_key() -> str:
    """Return a request key that no other test uses."""
    return f"key-{next(_keys)}"


@dataclass
class Case:
    """A line of superiors and a plan of its staff member."""

    session: Session
    line: Line
    plan: MarketingPlan

    @property
    def instance(self) -> ApprovalInstance:
        """The plan's newest approval."""
        found = approvals.current_instance(self.plan)
        assert found is not None
        return found

    def to_do(self, person: Employee) -> Assignment:
        """Return the person's newest to-do on the plan, whatever its state."""
        query = select(Assignment).filter_by(instance_id=self.instance.id, assignee_id=person.id)
        return self.session.scalars(query.order_by(Assignment.id.desc()).limit(1)).one()

    def open_people(self) -> list[str]:
        """Return the names of those who are asked now, in their order."""
        query = (
            select(Employee.name)
            .join(Assignment, Assignment.assignee_id == Employee.id)
            .order_by(Assignment.id)
        )
        query = query.where(Assignment.instance_id == self.instance.id, Assignment.state == "open")
        return list(self.session.scalars(query))

    def submit(self, person: Employee | None = None, **more: Any) -> Outcome:
        """Submit as the owner, or as somebody else."""
        arguments: dict[str, Any] = {"record": self.plan, "request_key": new_key()} | more
        return approvals.submit(actor_of(person or self.line.staff), **arguments)

    def decide(self, verb: str, person: Employee, **more: Any) -> Outcome:
        """Use approve, reject or return_to_submitter on the person's own to-do."""
        assignment = more.pop("assignment_id", None) or self.to_do(person).id
        arguments: dict[str, Any] = {
            "assignment_id": assignment,
            "seen_sha256": self.instance.snapshot.sha256,
            "request_key": new_key(),
            "comment": "Because of the season." if verb != "approve" else None,
        }
        outcome: Outcome = getattr(approvals, verb)(actor_of(person), **arguments | more)
        return outcome

    def approve(self, person: Employee, **more: Any) -> Outcome:
        """Approve the person's own to-do."""
        return self.decide("approve", person, **more)

    def withdraw(self, person: Employee | None = None, **more: Any) -> Outcome:
        """Withdraw as the submitter, or as somebody else."""
        arguments: dict[str, Any] = {"instance_id": self.instance.id, "request_key": new_key()} | more
        return approvals.withdraw(actor_of(person or self.line.staff), **arguments)

    def reassign(
        self, to: Employee, person: Employee | None = None, *, may: bool = True, **more: Any
    ) -> Outcome:
        """Reassign as the administrator, or as somebody else."""
        arguments: dict[str, Any] = {
            "to_employee_id": to.id,
            "reason": "He is on leave.",
            "request_key": new_key(),
        } | more
        actor = actor_of(person or self.line.administrator, *([ADMINISTER] if may else []))
        return approvals.reassign(actor, **arguments)


def make_case(session: Session, budget: str = "100000.00", **columns: Any) -> Case:
    """Make the seeded routes, a line of superiors, and a complete draft plan."""
    seed_definitions(session)
    line = make_line(session)
    return Case(session, line, make_plan(session, line.staff, budget, **columns))


def with_route(case: Case, **step: Any) -> None:
    """Publish a route of one step with three named people."""
    people = [case.line.manager.id, case.line.director.id, case.line.vice.id]
    spec = {
        "format": 1,
        "steps": [
            {"key": "three", "name": {"en": "Three"}, "approvers": [{"rule": "named", "people": people}]}
            | step
        ],
    }
    definition = case.session.scalars(select(FlowDefinition).filter_by(record_type="marketing_plan")).one()
    publish(case.session, draft(case.session, definition, spec))
