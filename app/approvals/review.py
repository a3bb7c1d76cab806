"""One running approval in the hands of one command: everything read under the lock, and what moves it on.

`actions` holds the verbs; this module holds what several verbs share: opening the next step, ending
the whole. Reading costs two statements whatever the record type, see `load`.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, bindparam, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.approvals.log import EventLog
from app.approvals.org_chart import load_chart
from app.approvals.refusals import not_unique_in_force
from app.approvals.registry import ApprovableType
from app.approvals.routing import needs, resolve_step
from app.approvals.types import Approver, Case, FlowSpec, Mode, OrgChart, Outcome, ResolvedStep
from app.core.actor import Actor
from app.core.clock import today
from app.core.events import announce
from models.approvable import ApprovalStatus
from models.approvals import (
    ApprovalInstance,
    ApprovalVerb,
    Assignment,
    AssignmentState,
    InstanceState,
    StepRun,
    StepState,
)

PENDING = (AssignmentState.OPEN.value, AssignmentState.WAITING.value)
RECORD_STATUS = {
    InstanceState.APPROVED: ApprovalStatus.IN_FORCE,
    InstanceState.REJECTED: ApprovalStatus.REJECTED,
    InstanceState.RETURNED: ApprovalStatus.RETURNED,
    InstanceState.WITHDRAWN: ApprovalStatus.WITHDRAWN,
}
"""What becomes of the record when its approval ends so."""


@dataclass
class Review:
    """A locked instance of the current round with its record, steps and to-dos.

    Attributes:
        digest: SHA-256 of the content as the database holds it now.
        snapshot_sha256: SHA-256 of the content as it was submitted.
    """

    session: Session
    actor: Actor
    kind: ApprovableType
    instance: ApprovalInstance
    spec: FlowSpec
    record: Any
    log: EventLog
    digest: str
    snapshot_sha256: str
    runs: list[StepRun] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    _chart: OrgChart | None = None
    _changed_runs: dict[int, StepRun] = field(default_factory=dict)

    # -------------------------------------------------------------- looking

    def run_of(self, assignment: Assignment) -> StepRun:
        """Return the step run of a to-do of this round."""
        return next(run for run in self.runs if run.id == assignment.step_run_id)

    def in_run(self, run: StepRun) -> list[Assignment]:
        """Return the to-dos of a step run in their order."""
        return [one for one in self.assignments if one.step_run_id == run.id]

    def active_run(self) -> StepRun | None:
        """Return the step that is being decided."""
        return next((run for run in self.runs if run.state == StepState.ACTIVE.value), None)

    def case(self) -> Case:
        """Return what the resolver may know of the record."""
        return Case(
            submitter_id=self.instance.submitter_id,
            department_id=self.instance.submitter_department_id,
            amount=self.kind.amount(self.record),
            facts=self.kind.facts(self.record) if self.spec.has_conditions else {},
        )

    def chart(self) -> OrgChart:
        """Return the organisation of today, loaded once per command."""
        if self._chart is None:
            self._chart = load_chart(
                self.session,
                today(),
                self.instance.submitter_id,
                needs(self.spec),
                self.instance.submitter_department_id,
            )
        return self._chart

    # -------------------------------------------------------------- moving on

    def open_next(self) -> None:
        """Open the next waiting step; pass over those that need nobody; end when none is left."""
        for run in self.runs:
            if run.state != StepState.WAITING.value:
                continue
            step = self.spec.step(run.step_key)
            answer = resolve_step(self.spec, step, self.case(), self.chart(), self._approved_before(run))
            if answer.outcome is Outcome.SKIP:
                self.set_run(run, StepState.SKIPPED)
                self.log.add(ApprovalVerb.STEP_SKIPPED, step_key=run.step_key, details={"why": answer.why})
                continue
            self.set_run(run, StepState.ACTIVE)
            if answer.outcome is Outcome.ASK:
                self._ask(run, answer)
            elif answer.outcome is Outcome.REJECT:
                self.finish(
                    InstanceState.REJECTED,
                    step_key=run.step_key,
                    step_state=StepState.REJECTED,
                    why=answer.why,
                )
            else:
                self._hold(run, answer)
            return
        self.finish(InstanceState.APPROVED)

    def _approved_before(self, run: StepRun) -> list[frozenset[int]]:
        approved = (
            frozenset(
                one.assignee_id for one in self.in_run(earlier) if one.state == AssignmentState.APPROVED.value
            )
            for earlier in self.runs
            if earlier.order_no < run.order_no
        )
        return [people for people in approved if people]

    def _ask(self, run: StepRun, answer: ResolvedStep) -> None:
        rows = [
            self.new_assignment(run, one, order_no, is_open=order_no == 1 or run.mode != Mode.SEQUENTIAL)
            for order_no, one in enumerate(answer.people, start=1)
        ]
        self.session.flush()  # the event quotes the keys of the to-dos
        self.log.add(
            ApprovalVerb.STEP_OPENED,
            step_key=run.step_key,
            details={"assignments": [as_told(row) for row in rows], "why": answer.why},
        )
        for row in rows:
            self.tell_assignee(row)

    def new_assignment(self, run: StepRun, one: Approver, order_no: int, *, is_open: bool) -> Assignment:
        """Add a to-do to a step run; it has no key before the next flush."""
        row = Assignment(
            step_run_id=run.id,
            instance_id=self.instance.id,
            submitter_id=self.instance.submitter_id,
            assignee_id=one.person_id,
            is_self_allowed=one.is_self,
            capacity=one.capacity.value,
            order_no=order_no,
            state=(AssignmentState.OPEN if is_open else AssignmentState.WAITING).value,
            reason={**one.reason, "policy_ref": run.policy_ref},
        )
        self.session.add(row)
        self.assignments.append(row)
        return row

    def _hold(self, run: StepRun, answer: ResolvedStep) -> None:
        self.instance.needs_administrator = True
        self.log.add(ApprovalVerb.HOLD, step_key=run.step_key, details={"why": answer.why})
        self.tell("approval.held", step_key=run.step_key, why=answer.why)

    def set_run(self, run: StepRun, state: StepState) -> None:
        """Move a step run; all moves of a command are written in one statement by `save`."""
        set_committed_value(run, "state", state.value)
        if state is StepState.ACTIVE:
            set_committed_value(run, "opened_at", self.log.at)
        else:
            set_committed_value(run, "closed_at", self.log.at)
        self._changed_runs[run.id] = run

    def finish(
        self,
        state: InstanceState,
        *,
        step_key: str | None = None,
        step_state: StepState | None = None,
        why: str | None = None,
        is_told: bool = True,
    ) -> None:
        """End the approval: close what is open, move the record, tell the log and the submitter.

        Args:
            is_told: False when the verb's own event says the new state (return, withdraw).

        Raises:
            RuleViolation: the record may not come into force.
        """
        if step_key is not None and step_state is not None:
            self.set_run(next(run for run in self.runs if run.step_key == step_key), step_state)
        self.close_all()
        self.instance.state = state.value
        self.instance.needs_administrator = False
        self.instance.finished_at = None if state is InstanceState.RETURNED else self.log.at
        if is_told:
            details = {"state": state.value, "why": why}
            self.log.add(
                ApprovalVerb.FINISH,
                step_key=step_key,
                details=details | ({"step_state": step_state.value} if step_state else {}),
            )
        if state in RECORD_STATUS:
            self._move_record(state)
        self.tell(f"approval.{state.value}")

    def close_all(self) -> None:
        """Cancel every step and to-do that is still open or waiting."""
        for run in self.runs:
            if run.state in (StepState.WAITING.value, StepState.ACTIVE.value):
                self.set_run(run, StepState.CANCELLED)
        self.cancel([one for one in self.assignments if one.state in PENDING])

    def cancel(self, assignments: list[Assignment]) -> None:
        """Cancel to-dos, in one statement."""
        self.move_assignments(assignments, AssignmentState.CANCELLED)

    def move_assignments(self, assignments: list[Assignment], state: AssignmentState) -> None:
        """Move to-dos that are open or waiting, in one statement; decided ones never move."""
        if not assignments:
            return
        self.session.execute(
            update(Assignment)
            .where(Assignment.id.in_([one.id for one in assignments]), Assignment.state.in_(PENDING))
            .values(state=state.value, row_version=Assignment.row_version + 1)
            .execution_options(synchronize_session=False)
        )
        for one in assignments:
            set_committed_value(one, "state", state.value)
            set_committed_value(one, "row_version", one.row_version + 1)

    def _move_record(self, state: InstanceState) -> None:
        if state is InstanceState.APPROVED:
            with self.session.no_autoflush:
                self.kind.on_approved(self.actor, self.record)
            self.record.approved_at = self.log.at
            self.record.approved_sha256 = self.digest
        self.record.status = RECORD_STATUS[state].value

    # -------------------------------------------------------------- writing and telling

    def save(self) -> None:
        """Write what the command changed.

        Raises:
            RuleViolation: the database refuses a second valid record of its kind.
        """
        self._write_runs()
        try:
            self.log.write()
        except IntegrityError as error:
            if self.instance.state != InstanceState.APPROVED.value:
                raise
            raise not_unique_in_force() from error

    def _write_runs(self) -> None:
        if not self._changed_runs:
            return
        table = StepRun.metadata.tables[StepRun.__tablename__]
        rows = [
            {"key": run.id, "to_state": run.state, "opened": run.opened_at, "closed": run.closed_at}
            for run in self._changed_runs.values()
        ]
        self.session.execute(_run_update(table), rows)
        for run in self._changed_runs.values():
            set_committed_value(run, "row_version", run.row_version + 1)
        self._changed_runs.clear()

    def tell_assignee(self, row: Assignment) -> None:
        """Announce a new to-do, if it is open."""
        if row.state == AssignmentState.OPEN.value:
            self.tell(
                "approval.assigned", assignment_id=row.id, employee_id=row.assignee_id, capacity=row.capacity
            )

    def tell(self, topic: str, **more: Any) -> None:
        """Announce a fact about this approval; it is delivered after the commit."""
        announce(
            self.session,
            topic,
            instance_id=self.instance.id,
            record_type=self.instance.record_type,
            record_id=self.instance.record_id,
            title=self.instance.record_title,
            submitter_id=self.instance.submitter_id,
            **more,
        )


def as_told(row: Assignment) -> dict[str, Any]:
    """Return a to-do as the log tells it, enough to replay it."""
    return {
        "id": row.id,
        "assignee_id": row.assignee_id,
        "capacity": row.capacity,
        "order_no": row.order_no,
        "state": row.state,
        "reason": row.reason,
    }


def _run_update(table: Table) -> Any:
    columns = table.c
    return (
        update(table)
        .where(columns.id == bindparam("key"))
        .values(
            state=bindparam("to_state"),
            opened_at=bindparam("opened"),
            closed_at=bindparam("closed"),
            row_version=columns.row_version + 1,
        )
    )
