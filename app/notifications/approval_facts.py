"""Who is to be told of an approval event, by whom it was done, and with which comment.

The approval engine announces `instance_id`, `record_type`, `record_id`, `title`, `submitter_id` and,
for a new to-do, `employee_id`. The rest stands in its log, which never changes; it is read here, so
that the engine need not know who is told what.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.outbox import Delivery
from models.approvals import (
    ApprovalEvent,
    ApprovalVerb,
    Assignment,
    AssignmentState,
    StepMode,
    StepRun,
)
from models.org import Employee

_VERBS = {
    "approval.assigned": ApprovalVerb.SUBMIT,
    "approval.approved": ApprovalVerb.APPROVE,
    "approval.rejected": ApprovalVerb.REJECT,
    "approval.returned": ApprovalVerb.RETURN,
    "approval.withdrawn": ApprovalVerb.WITHDRAW,
}
"""Topic → the entry of the log that brought it about."""
_BY_SYSTEM = "Yingce"


@dataclass(frozen=True, slots=True)
class ApprovalFacts:
    """Receivers (keys of employees), name of who acted, and what they wrote."""

    employee_ids: tuple[int, ...]
    actor_name: str
    comment: str | None


def facts_of(session: Session, delivery: Delivery) -> ApprovalFacts:
    """Return the facts of an approval topic that has words (`app.notifications.texts`)."""
    payload = delivery.payload
    event = session.scalars(
        select(ApprovalEvent)
        .where(
            ApprovalEvent.instance_id == payload["instance_id"],
            ApprovalEvent.verb == _VERBS[delivery.topic].value,
        )
        .order_by(ApprovalEvent.seq.desc())
        .limit(1)
    ).one_or_none()
    name = (
        None if event is None else session.scalar(select(Employee.name).where(Employee.id == event.actor_id))
    )
    return ApprovalFacts(
        employee_ids=_receivers(session, delivery, event),
        actor_name=name or _BY_SYSTEM,
        comment=None if event is None else event.comment,
    )


def _receivers(session: Session, delivery: Delivery, event: ApprovalEvent | None) -> tuple[int, ...]:
    payload = delivery.payload
    if delivery.topic == "approval.assigned":
        return (payload["employee_id"],)
    if delivery.topic == "approval.withdrawn":
        return () if event is None else _relieved_by(session, event)
    return (payload["submitter_id"],)


def _relieved_by(session: Session, withdrawal: ApprovalEvent) -> tuple[int, ...]:
    """Return whose open to-do a withdrawal took away; who was not asked yet need not hear of it."""
    rows = session.execute(
        select(Assignment.assignee_id, Assignment.order_no, StepRun.id, StepRun.mode)
        .join(StepRun, StepRun.id == Assignment.step_run_id)
        .where(
            Assignment.instance_id == withdrawal.instance_id,
            Assignment.state == AssignmentState.CANCELLED.value,
            Assignment.changed_at >= withdrawal.at,
            StepRun.opened_at.is_not(None),
        )
        .order_by(StepRun.id, Assignment.order_no, Assignment.id)
    ).all()
    first: dict[int, int] = {}
    return tuple(
        row.assignee_id
        for row in rows
        if first.setdefault(row.id, row.order_no) == row.order_no or row.mode != StepMode.SEQUENTIAL.value
    )
