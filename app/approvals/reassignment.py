"""An administrator gives a to-do, or a step that nobody stands in, to somebody; always shown as such."""

from dataclasses import dataclass
from typing import Any, ClassVar

from app.approvals.actions import DECIDED, Verb, cleaned
from app.approvals.org_chart import load_chart
from app.approvals.refusals import (
    already_decided,
    comment_required,
    duplicate_approver,
    not_authorised,
    not_found,
    not_held,
    not_in_review,
    self_approval,
    target_not_allowed,
)
from app.approvals.review import PENDING, Review, as_told
from app.approvals.types import Approver, Capacity, OrgNeeds
from app.core.actor import Actor
from app.core.clock import today
from models.approvals import ActorKind, ApprovalVerb, Assignment, AssignmentState, InstanceState, StepRun

ADMINISTER = ("can_administer", "ApprovalView")
"""The right of an administrator of approvals (see `app.security.roles`)."""


def may_administer(actor: Actor) -> bool:
    """Whether the actor is an administrator of approvals, and an employee who answers for it."""
    return actor.employee_id is not None and actor.may(*ADMINISTER)


@dataclass
class Reassign(Verb):
    """Give the to-do `assignment_id`, or the held step of `instance_id`, to an employee, with a reason."""

    to_employee_id: int
    reason: str
    assignment_id: int | None = None
    instance_id: int | None = None

    verb: ClassVar[ApprovalVerb] = ApprovalVerb.REASSIGN

    def guard(self, review: Review) -> None:
        """Only administrators, never on their own submission, never to themselves or to the submitter."""
        if not may_administer(review.actor):
            raise not_authorised()
        if review.actor.employee_id == review.instance.submitter_id:
            raise self_approval()
        if review.instance.state != InstanceState.IN_REVIEW.value:
            raise not_in_review()
        if cleaned(self.reason) is None:
            raise comment_required()
        run = self._run(review)
        if self.to_employee_id == review.instance.submitter_id:
            raise self_approval()
        self._guard_target(review, run)

    def _run(self, review: Review) -> StepRun:
        if self.assignment_id is None:
            run = review.active_run()
            if run is None or not review.instance.needs_administrator:
                raise not_held()
            return run
        replaced = self._replaced(review)
        assert replaced is not None
        if replaced.state in DECIDED:
            raise already_decided()
        if replaced.state not in PENDING:
            raise not_in_review()
        return review.run_of(replaced)

    def _replaced(self, review: Review) -> Assignment | None:
        if self.assignment_id is None:
            return None
        for one in review.assignments:
            if one.id == self.assignment_id:
                return one
        raise not_found()

    def _guard_target(self, review: Review, run: StepRun) -> None:
        person = load_chart(
            review.session, today(), self.to_employee_id, OrgNeeds(), review.instance.submitter_department_id
        ).people.get(self.to_employee_id)
        if person is None or not person.is_active or person.id == review.actor.employee_id:
            raise target_not_allowed()
        for one in review.assignments:
            is_busy = one.state in PENDING or one.state == AssignmentState.APPROVED.value
            if one.assignee_id == self.to_employee_id and is_busy:
                raise duplicate_approver()
        if self.to_employee_id in _expected_later(review, run):
            raise duplicate_approver()

    def execute(self, review: Review, request_key: str) -> None:
        """Cancel the old to-do, open the new one, tell the log with the administrator's name."""
        run, replaced = self._run(review), self._replaced(review)
        is_open = replaced is None or replaced.state == AssignmentState.OPEN.value
        row = self._give(review, run, replaced, is_open=is_open)
        review.instance.needs_administrator = False
        if replaced is not None:
            review.cancel([replaced])
        review.session.flush()
        review.log.add(
            self.verb,
            kind=ActorKind.ADMINISTRATOR,
            step_key=run.step_key,
            assignment=row,
            comment=cleaned(self.reason),
            request_key=request_key,
            details={
                "assignments": [as_told(row)],
                "replaced_id": None if replaced is None else replaced.id,
                "from_employee_id": None if replaced is None else replaced.assignee_id,
            },
        )
        review.tell_assignee(row)

    def _give(
        self, review: Review, run: StepRun, replaced: Assignment | None, *, is_open: bool
    ) -> Assignment:
        reason: dict[str, Any] = {
            "rule": "administrator",
            "by": review.actor.employee_id,
            "day": today().isoformat(),
            "comment": cleaned(self.reason),
        }
        for one in review.in_run(run):
            if one.assignee_id == self.to_employee_id:  # he had it before, and it was taken from him
                one.state = (AssignmentState.OPEN if is_open else AssignmentState.WAITING).value
                one.reason = {**reason, "policy_ref": run.policy_ref}
                one.capacity = Capacity.NAMED.value
                return one
        order_no = replaced.order_no if replaced is not None else 1
        person = Approver(self.to_employee_id, "", Capacity.NAMED, reason)
        return review.new_assignment(run, person, order_no, is_open=is_open)


def _expected_later(review: Review, run: StepRun) -> set[int]:
    """Return who is expected at later levels: one person does not judge at two levels."""
    later = {other.step_key for other in review.runs if other.order_no > run.order_no}
    return {
        person["id"]
        for step in review.instance.expected_route
        if step["key"] in later
        for person in step["people"]
    }
