"""How the demo company's records go through approval: the route is the engine's, the people only answer."""

from sqlalchemy import select

from app.approvals.actions import Outcome
from app.core.actor import Actor
from app.demo.stage import Act, Stage
from app.services import approvals
from models.approvals import ApprovalInstance, Assignment, AssignmentState

OPINIONS = (
    "同意。",
    "同意,按计划执行。",
    "目标与预算匹配,同意。",
    "已核对时间表,同意。",
    "同意,请每周同步进度。",
    None,
)
"""What approvers write when there is nothing to object to; some write nothing."""


def submit(stage: Stage, actor: Actor, thing: str, comment: str | None = None) -> Outcome:
    """Submit a record as its owner."""
    return approvals.submit(
        actor, record=stage.things[thing], request_key=stage.request_key(), comment=comment
    )


def pass_through(stage: Stage, actor: Actor, thing: str, *, then: Act | None = None) -> None:
    """Submit a record and let whoever is asked approve, one after the other; `then` is the owner's next scene."""
    submit(stage, actor, thing)
    answer(stage, thing, then=then)


def answer(stage: Stage, thing: str, *, then: Act | None = None) -> None:
    """Note the next approval of a record in review, and after it the one that follows, until it is in force."""
    assignment = asked(stage, thing)
    if assignment is None:
        if then is not None:
            stage.later(stage.key_of(stage.things[thing].owner_id), then)
        return

    def approve(actor: Actor) -> None:
        decide(stage, actor, thing, "approve", stage.random.choice(OPINIONS))
        answer(stage, thing, then=then)

    stage.later(stage.key_of(assignment.assignee_id), approve)


def decide(stage: Stage, actor: Actor, thing: str, verb: str, comment: str | None) -> Outcome:
    """Use `approve`, `reject` or `return_to_submitter` on the open to-do of a record."""
    assignment = asked(stage, thing)
    assert assignment is not None
    verbs = {
        "approve": approvals.approve,
        "reject": approvals.reject,
        "return_to_submitter": approvals.return_to_submitter,
    }
    return verbs[verb](
        actor,
        assignment_id=assignment.id,
        seen_sha256=assignment.instance.snapshot.sha256,
        request_key=stage.request_key(),
        comment=comment,
    )


def withdraw(stage: Stage, actor: Actor, thing: str, comment: str) -> Outcome:
    """Take a record back as its owner."""
    instance = approvals.current_instance(stage.things[thing])
    assert instance is not None
    return approvals.withdraw(
        actor, instance_id=instance.id, request_key=stage.request_key(), comment=comment
    )


def asked(stage: Stage, thing: str) -> Assignment | None:
    """Return the open to-do of a record, if somebody is asked; the demo company's routes ask one at a time."""
    record = stage.things[thing]
    query = (
        select(Assignment)
        .join(ApprovalInstance, ApprovalInstance.id == Assignment.instance_id)
        .where(
            ApprovalInstance.record_type == record.__tablename__,
            ApprovalInstance.record_id == record.id,
            Assignment.state == AssignmentState.OPEN.value,
        )
    )
    return stage.session.scalars(query).one_or_none()
