"""Approval as screens, the REST interface and jobs use it: the verbs, the inboxes, the trail.

Verbs take the actor first, never commit, and refuse with the codes of
docs/algorithms/approval-routing.md. A `request_key` is random per rendered form: a repeated request
returns the first result. Lists and their counters come from the same query.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from app.approvals import actions, reassignment, submission
from app.approvals.actions import DECIDED, Outcome
from app.approvals.reassignment import may_administer
from app.approvals.refusals import not_found
from app.approvals.snapshot import document_of
from app.approvals.types import ResolvedStep
from app.audit.canonical import digest_of
from app.core.actor import Actor
from app.core.db import db
from app.services import (
    activities,
    agreements,
    appraisals,
    plan_approval,
    price_lists,
    pricing_rules,
    promotions,
    rewards,
)
from models.approvable import EDITABLE
from models.approvals import (
    ApprovalEvent,
    ApprovalInstance,
    ApprovalVerb,
    Assignment,
    AssignmentState,
    InstanceState,
)

APPROVABLE = (
    plan_approval.PLAN,
    activities.ACTIVITY,
    promotions.PROMOTION,
    agreements.AGREEMENT,
    price_lists.POLICY,
    price_lists.PRICE_LIST,
    pricing_rules.PRICING_RULE,
    appraisals.APPRAISAL,
    rewards.REWARD,
)
"""Every registered record type; naming them here makes sure that their modules are loaded."""
PAGE = 20

# ------------------------------------------------------------------ verbs


def submit(actor: Actor, *, record: Any, request_key: str, comment: str | None = None) -> Outcome:
    """Put a record into review, or into its next round after a return."""
    return submission.submit(_session(), actor, record=record, request_key=request_key, comment=comment)


def preview(actor: Actor, *, record: Any) -> tuple[ResolvedStep, ...]:
    """Return who would be asked, in which order and why, if the record were submitted now."""
    return submission.preview(_session(), actor, record=record)


def approve(
    actor: Actor, *, assignment_id: int, seen_sha256: str, request_key: str, comment: str | None = None
) -> Outcome:
    """Agree, on the content that was seen."""
    command = actions.Approve(assignment_id, seen_sha256, comment)
    return actions.perform(_session(), actor, command, request_key=request_key)


def reject(
    actor: Actor, *, assignment_id: int, seen_sha256: str, request_key: str, comment: str | None
) -> Outcome:
    """Refuse for good, with a reason."""
    command = actions.Reject(assignment_id, seen_sha256, comment)
    return actions.perform(_session(), actor, command, request_key=request_key)


def return_to_submitter(
    actor: Actor, *, assignment_id: int, seen_sha256: str, request_key: str, comment: str | None
) -> Outcome:
    """Give it back to be changed, with a reason."""
    command = actions.ReturnToSubmitter(assignment_id, seen_sha256, comment)
    return actions.perform(_session(), actor, command, request_key=request_key)


def withdraw(actor: Actor, *, instance_id: int, request_key: str, comment: str | None = None) -> Outcome:
    """Take one's own submission back."""
    return actions.perform(_session(), actor, actions.Withdraw(instance_id, comment), request_key=request_key)


def reassign(
    actor: Actor,
    *,
    to_employee_id: int,
    reason: str,
    request_key: str,
    assignment_id: int | None = None,
    instance_id: int | None = None,
) -> Outcome:
    """Give a to-do (`assignment_id`) or the held step of an approval (`instance_id`) to somebody; administrators only."""
    if (assignment_id is None) == (instance_id is None):
        raise not_found()
    command = reassignment.Reassign(to_employee_id, reason, assignment_id, instance_id)
    return actions.perform(_session(), actor, command, request_key=request_key)


# ------------------------------------------------------------------ inboxes


_IS_OPEN = Assignment.state == bindparam(None, AssignmentState.OPEN.value, literal_execute=True)
"""Written into the statement as it stands in the partial index: no database looks behind a parameter."""


def inbox_query(employee_id: int) -> Select[Assignment]:
    """Select a person's open to-dos, oldest first (index `ix_assignment_inbox`)."""
    return (
        select(Assignment)
        .where(Assignment.assignee_id == employee_id, _IS_OPEN)
        .order_by(Assignment.created_at, Assignment.id)
    )


def decided_query(employee_id: int) -> Select[Assignment]:
    """Select what a person has decided, newest first (index `ix_assignment_decided`)."""
    return (
        select(Assignment)
        .where(
            Assignment.assignee_id == employee_id,
            Assignment.decided_at.is_not(None),
            Assignment.state.in_(sorted(DECIDED)),
        )
        .order_by(Assignment.decided_at.desc(), Assignment.id.desc())
    )


def submitted_query(employee_id: int) -> Select[ApprovalInstance]:
    """Select what a person has submitted, newest first (index `ix_approval_instance_submitter`)."""
    return (
        select(ApprovalInstance)
        .where(ApprovalInstance.submitter_id == employee_id)
        .order_by(ApprovalInstance.id.desc())
    )


def held_query() -> Select[ApprovalInstance]:
    """Select the approvals that wait for an administrator, oldest first."""
    return select(ApprovalInstance).where(ApprovalInstance.needs_administrator).order_by(ApprovalInstance.id)


def inbox(employee_id: int, *, limit: int = PAGE, offset: int = 0) -> Sequence[Assignment]:
    """Return a page of the open to-dos, each with its instance and submitter loaded."""
    return _assignments(inbox_query(employee_id), limit, offset)


def decided(employee_id: int, *, limit: int = PAGE, offset: int = 0) -> Sequence[Assignment]:
    """Return a page of what the person has decided, each with its instance and submitter loaded."""
    return _assignments(decided_query(employee_id), limit, offset)


def submitted(employee_id: int, *, limit: int = PAGE, offset: int = 0) -> Sequence[ApprovalInstance]:
    """Return a page of what the person has submitted."""
    return _session().scalars(submitted_query(employee_id).limit(limit).offset(offset)).all()


def held(*, limit: int = PAGE, offset: int = 0) -> Sequence[ApprovalInstance]:
    """Return a page of the approvals that wait for an administrator."""
    return _session().scalars(held_query().limit(limit).offset(offset)).all()


def count(query: Select[Any]) -> int:
    """Return how many rows one of the queries above has: the counter is the list's own query."""
    rows = query.order_by(None).with_only_columns(func.count())
    return int(_session().scalar(rows) or 0)


_INBOX_COUNT = select(func.count(Assignment.id)).where(
    Assignment.assignee_id == bindparam("employee_id"), _IS_OPEN
)
"""Made once: every page runs it for its badge."""


def inbox_count(employee_id: int) -> int:
    """Return the number of open to-dos of a person."""
    return int(_session().scalar(_INBOX_COUNT, {"employee_id": employee_id}) or 0)


def _assignments(query: Select[Assignment], limit: int, offset: int) -> Sequence[Assignment]:
    loaded = query.options(
        joinedload(Assignment.instance).joinedload(ApprovalInstance.submitter),
        joinedload(Assignment.step_run),
    )
    return _session().scalars(loaded.limit(limit).offset(offset)).all()


# ------------------------------------------------------------------ one record


def current_instance(record: Any) -> ApprovalInstance | None:
    """Return the newest approval of a record: the running one, if one runs."""
    query = (
        select(ApprovalInstance)
        .filter_by(record_type=record.__tablename__, record_id=record.id)
        .order_by(ApprovalInstance.id.desc())
        .limit(1)
    )
    found: ApprovalInstance | None = _session().scalar(query)
    return found


def open_assignment(actor: Actor, *, instance: ApprovalInstance) -> Assignment | None:
    """Return the actor's own open to-do of an approval."""
    if actor.employee_id is None:
        return None
    query = inbox_query(actor.employee_id).where(Assignment.instance_id == instance.id)
    found: Assignment | None = _session().scalar(query.limit(1))
    return found


def possible_verbs(actor: Actor, *, record: Any) -> frozenset[ApprovalVerb]:
    """Return the verbs that the actor may use on a record now: what buttons to show."""
    verbs: set[ApprovalVerb] = set()
    is_owner = actor.employee_id is not None and actor.employee_id == record.owner_id
    if is_owner and record.status in EDITABLE and getattr(record, "deleted_at", None) is None:
        verbs.add(ApprovalVerb.SUBMIT)
    instance = current_instance(record)
    if instance is None or instance.state not in submission.RUNNING:
        return frozenset(verbs)
    if actor.employee_id is not None and actor.employee_id == instance.submitter_id:
        verbs.add(ApprovalVerb.WITHDRAW)
    elif instance.state == InstanceState.IN_REVIEW.value:
        if open_assignment(actor, instance=instance) is not None:
            verbs |= {ApprovalVerb.APPROVE, ApprovalVerb.REJECT, ApprovalVerb.RETURN}
        if may_administer(actor):
            verbs.add(ApprovalVerb.REASSIGN)
    return frozenset(verbs)


def is_party(actor: Actor, *, record: Any) -> bool:
    """Whether the actor has or had a to-do on a record: an approver reads what he decides on."""
    query = (
        select(Assignment.id)
        .join(ApprovalInstance, ApprovalInstance.id == Assignment.instance_id)
        .where(
            ApprovalInstance.record_type == record.__tablename__,
            ApprovalInstance.record_id == record.id,
            Assignment.assignee_id == actor.employee_id,
            Assignment.state != AssignmentState.WAITING.value,
        )
    )
    return _session().scalar(query.limit(1)) is not None


def content_digest(record: Any) -> str:
    """Return the digest of the content as stored now: the page carries it back as `seen_sha256`."""
    return digest_of(document_of(_session(), record))


def trail(instance: ApprovalInstance) -> Sequence[ApprovalEvent]:
    """Return the log of an approval in order, with the people loaded."""
    query = (
        select(ApprovalEvent)
        .filter_by(instance_id=instance.id)
        .options(joinedload(ApprovalEvent.actor), joinedload(ApprovalEvent.on_behalf_of))
        .order_by(ApprovalEvent.seq)
    )
    return _session().scalars(query).all()


def _session() -> Session:
    session: Session = db.session()
    return session
