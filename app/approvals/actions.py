"""The verbs on a running approval: one class per verb, with who may use it, when, and what it does.

`perform` runs any of them as one command: lock and read, answer a repeated request, guard, execute,
write. Submission begins an approval and stands in `submission`.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session, object_session
from sqlalchemy.orm.attributes import set_committed_value

from app.approvals.loading import load
from app.approvals.lock import engine_writes
from app.approvals.refusals import (
    already_decided,
    comment_required,
    comment_unfit,
    content_changed,
    not_current_approver,
    not_found,
    not_in_review,
    not_the_submitter,
    request_key_missing,
    request_key_reused,
    self_approval,
)
from app.approvals.review import PENDING, Review
from app.approvals.types import Mode, OnReject
from app.core.actor import Actor
from models.approvals import (
    ActorKind,
    ApprovalEvent,
    ApprovalInstance,
    ApprovalVerb,
    Assignment,
    AssignmentState,
    InstanceState,
    StepRun,
    StepState,
)

DECIDED = frozenset({AssignmentState.APPROVED, AssignmentState.REJECTED, AssignmentState.RETURNED})
KEY_LENGTH = 64
COMMENT_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did: the approval, the number of the event that tells it, whether it was a repetition."""

    instance: ApprovalInstance
    seq: int
    is_repeat: bool = False

    @property
    def event(self) -> ApprovalEvent:
        """The event that tells what the command did, read from the log."""
        session = object_session(self.instance)
        assert session is not None
        return session.scalars(
            select(ApprovalEvent).filter_by(instance_id=self.instance.id, seq=self.seq)
        ).one()


class Verb(ABC):
    """A command on a running approval.

    Attributes:
        verb: what the log calls it.
        instance_id, assignment_id: which approval it is about; a verb has one of the two.
    """

    verb: ClassVar[ApprovalVerb]
    instance_id: int | None
    assignment_id: int | None

    @abstractmethod
    def guard(self, review: Review) -> None:
        """Refuse the command if the actor or the state does not allow it; change nothing."""

    @abstractmethod
    def execute(self, review: Review, request_key: str) -> None:
        """Do it; the first event added carries the request key."""


def perform(session: Session, actor: Actor, command: Verb, *, request_key: str) -> Outcome:
    """Run a command in the caller's transaction.

    Raises:
        RuleViolation: a refusal of `app.approvals.refusals`; nothing has changed.
    """
    check_key(request_key)
    session.flush()
    review, used = load(
        session,
        actor,
        request_key=request_key,
        instance_id=getattr(command, "instance_id", None),
        assignment_id=getattr(command, "assignment_id", None),
    )
    if used is not None:
        return repeated(session, actor, used, command.verb)
    command.guard(review)
    with engine_writes(session):
        command.execute(review, request_key)
        review.save()
    return Outcome(review.instance, review.log.written[0].seq)


def check_key(request_key: str) -> None:
    """Refuse a request key that is empty or too long."""
    if not request_key or len(request_key) > KEY_LENGTH:
        raise request_key_missing()


def repeated(session: Session, actor: Actor, event_id: int, verb: ApprovalVerb) -> Outcome:
    """Return what the first request with this key did; refuse the key if it did something else."""
    event = session.get_one(ApprovalEvent, event_id)
    if event.verb != verb.value or event.actor_id != actor.employee_id:
        raise request_key_reused()
    return Outcome(event.instance, event.seq, is_repeat=True)


def cleaned(comment: str | None) -> str | None:
    """Return the opinion without surrounding blanks; None when nothing is left.

    Raises:
        RuleViolation: it is longer than `COMMENT_LENGTH` or carries a NUL.
    """
    text = (comment or "").strip().replace("\r\n", "\n")  # a browser counts a line break as one character
    if len(text) > COMMENT_LENGTH or "\x00" in text:
        raise comment_unfit(COMMENT_LENGTH)
    return text or None


@dataclass
class Decide(Verb):
    """A holder of an open to-do answers; see the subclasses for the answers.

    Attributes:
        seen_sha256: digest of the content that the page showed.
    """

    assignment_id: int
    seen_sha256: str
    comment: str | None

    answer: ClassVar[AssignmentState]
    needs_comment: ClassVar[bool] = True

    def guard(self, review: Review) -> None:
        """Only the assignee, only while it is open, only on what is stored."""
        assignment = self._assignment(review)
        _guard_person(review, assignment)
        _guard_state(review, assignment)
        if cleaned(self.comment) is None and self.needs_comment:
            raise comment_required()
        if not self.seen_sha256 == review.digest == review.snapshot_sha256:
            raise content_changed(seen=self.seen_sha256, current=review.digest)

    def _assignment(self, review: Review) -> Assignment:
        for one in review.assignments:
            if one.id == self.assignment_id:
                return one
        earlier = review.session.get(Assignment, self.assignment_id)
        if earlier is None:
            raise not_found()
        _guard_person(review, earlier)
        if earlier.state in DECIDED:
            raise already_decided()
        if self.seen_sha256 != review.digest:
            raise content_changed(seen=self.seen_sha256, current=review.digest)
        raise not_in_review()

    def execute(self, review: Review, request_key: str) -> None:
        """Take the to-do, tell the log, and move the approval on."""
        assignment = self._assignment(review)
        run = review.run_of(assignment)
        self._take(review, assignment)
        following = _next_in_sequence(review, run) if self.answer is AssignmentState.APPROVED else None
        step_state = self.step_state(review, run, has_next=following is not None)
        details = {
            "seen_sha256": self.seen_sha256,
            "next_assignment_id": None if following is None else following.id,
            "step_state": None if step_state is None else step_state.value,
            "state": self.instance_state(),
        }
        review.log.add(
            self.verb,
            kind=ActorKind.PROXY if assignment.on_behalf_of_id else ActorKind.PERSON,
            step_key=run.step_key,
            assignment=assignment,
            comment=cleaned(self.comment),
            request_key=request_key,
            details={key: value for key, value in details.items() if value is not None},
        )
        if following is not None:
            review.move_assignments([following], AssignmentState.OPEN)
            review.tell_assignee(following)
        if step_state is not None:
            review.set_run(run, step_state)
            review.cancel([one for one in review.in_run(run) if one.state in PENDING])
            self.move_on(review, run)

    def _take(self, review: Review, assignment: Assignment) -> None:
        """Decide the to-do if it is still open; the database says so, not what was read."""
        statement = (
            update(Assignment)
            .where(Assignment.id == assignment.id, Assignment.state == AssignmentState.OPEN.value)
            .values(state=self.answer.value, decided_at=review.log.at, row_version=Assignment.row_version + 1)
            .execution_options(synchronize_session=False)
        )
        if cast("CursorResult[Any]", review.session.execute(statement)).rowcount != 1:
            raise already_decided()
        set_committed_value(assignment, "state", self.answer.value)
        set_committed_value(assignment, "decided_at", review.log.at)
        set_committed_value(assignment, "row_version", assignment.row_version + 1)

    def instance_state(self) -> str | None:
        """Return the state into which the answer itself puts the approval."""
        return None

    @abstractmethod
    def step_state(self, review: Review, run: StepRun, *, has_next: bool) -> StepState | None:
        """Return what the answer makes of the step; None when others are still asked."""

    @abstractmethod
    def move_on(self, review: Review, run: StepRun) -> None:
        """Do what follows from the end of the step."""


@dataclass
class Approve(Decide):
    """The approver agrees; by mode the step passes with it, or waits for others."""

    verb: ClassVar[ApprovalVerb] = ApprovalVerb.APPROVE
    answer: ClassVar[AssignmentState] = AssignmentState.APPROVED
    needs_comment: ClassVar[bool] = False

    def step_state(self, review: Review, run: StepRun, *, has_next: bool) -> StepState | None:
        """Any: passed with the first; all and sequential: passed with the last."""
        is_waiting = any(one.state in PENDING for one in review.in_run(run))
        if has_next or (run.mode != Mode.ANY and is_waiting):
            return None
        return StepState.PASSED

    def move_on(self, review: Review, run: StepRun) -> None:
        """Open the next step, or end."""
        review.open_next()


@dataclass
class Reject(Decide):
    """The approver refuses; one rejection ends the step, and by definition the whole or only this round."""

    verb: ClassVar[ApprovalVerb] = ApprovalVerb.REJECT
    answer: ClassVar[AssignmentState] = AssignmentState.REJECTED

    def step_state(self, review: Review, run: StepRun, *, has_next: bool) -> StepState | None:
        """Return rejected, always."""
        return StepState.REJECTED

    def move_on(self, review: Review, run: StepRun) -> None:
        """End as the definition says."""
        is_end = review.spec.step(run.step_key).on_reject is OnReject.END
        review.finish(InstanceState.REJECTED if is_end else InstanceState.RETURNED)


@dataclass
class ReturnToSubmitter(Decide):
    """The approver gives it back with a reason, to be changed and submitted again."""

    verb: ClassVar[ApprovalVerb] = ApprovalVerb.RETURN
    answer: ClassVar[AssignmentState] = AssignmentState.RETURNED

    def instance_state(self) -> str | None:
        """Return returned."""
        return str(InstanceState.RETURNED.value)

    def step_state(self, review: Review, run: StepRun, *, has_next: bool) -> StepState | None:
        """Return cancelled: nobody judged the step."""
        return StepState.CANCELLED

    def move_on(self, review: Review, run: StepRun) -> None:
        """End the round."""
        review.finish(InstanceState.RETURNED, is_told=False)


@dataclass
class Withdraw(Verb):
    """The submitter takes it back, while in review or returned."""

    instance_id: int
    comment: str | None

    verb: ClassVar[ApprovalVerb] = ApprovalVerb.WITHDRAW

    def guard(self, review: Review) -> None:
        """Only the submitter, only while it runs."""
        if review.actor.employee_id is None or review.actor.employee_id != review.instance.submitter_id:
            raise not_the_submitter()
        if review.instance.state not in (InstanceState.IN_REVIEW, InstanceState.RETURNED):
            raise not_in_review()

    def execute(self, review: Review, request_key: str) -> None:
        """Tell the log and end."""
        review.log.add(
            self.verb,
            kind=ActorKind.PERSON,
            comment=cleaned(self.comment),
            request_key=request_key,
            details={"state": InstanceState.WITHDRAWN.value},
        )
        review.finish(InstanceState.WITHDRAWN, is_told=False)


def _guard_person(review: Review, assignment: Assignment) -> None:
    if review.actor.employee_id is not None and review.actor.employee_id == assignment.assignee_id:
        return
    if review.actor.employee_id is not None and review.actor.employee_id == review.instance.submitter_id:
        raise self_approval()
    raise not_current_approver()


def _guard_state(review: Review, assignment: Assignment) -> None:
    if assignment.state == AssignmentState.OPEN.value:
        return
    step_state = review.run_of(assignment).state
    if assignment.state in DECIDED or step_state in (StepState.PASSED, StepState.REJECTED):
        raise already_decided()
    if review.instance.state != InstanceState.IN_REVIEW.value:
        raise not_in_review()
    raise not_current_approver()


def _next_in_sequence(review: Review, run: StepRun) -> Assignment | None:
    if run.mode != Mode.SEQUENTIAL:
        return None
    waiting = (one for one in review.in_run(run) if one.state == AssignmentState.WAITING.value)
    return min(waiting, key=lambda one: one.order_no, default=None)
