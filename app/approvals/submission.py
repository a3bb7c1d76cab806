"""Submitting a record: what must hold, the snapshot, the expected route, and the first step (R041-R047)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.approvals.actions import Outcome, check_key, cleaned, repeated
from app.approvals.loading import spec_of
from app.approvals.lock import engine_writes
from app.approvals.log import EventLog
from app.approvals.org_chart import load_chart
from app.approvals.refusals import (
    already_in_review,
    no_route,
    not_submittable,
    not_the_submitter,
    self_approval,
)
from app.approvals.registry import ApprovableType, type_of
from app.approvals.review import Review
from app.approvals.routing import needs, resolve_route
from app.approvals.snapshot import keep, read_document
from app.approvals.types import Case, FlowSpec, OrgChart, ResolvedStep
from app.approvals.types import Outcome as StepOutcome
from app.audit.canonical import digest_of, normal_form
from app.core.actor import Actor
from app.core.clock import today, utc_now
from models.approvable import EDITABLE, ApprovalStatus
from models.approvals import (
    ActorKind,
    ApprovalEvent,
    ApprovalInstance,
    ApprovalVerb,
    FlowDefinition,
    FlowVersion,
    FlowVersionState,
    InstanceState,
    RecordSnapshot,
    StepRun,
)

RUNNING = (InstanceState.IN_REVIEW.value, InstanceState.RETURNED.value)


@dataclass(frozen=True)
class _Plan:
    """What a submission would do: the version, its route over today's organisation."""

    version: FlowVersion
    spec: FlowSpec
    chart: OrgChart
    department_id: int
    route: tuple[ResolvedStep, ...]


def submit(
    session: Session, actor: Actor, *, record: Any, request_key: str, comment: str | None = None
) -> Outcome:
    """Put a record into review, or into its next round after a return.

    Raises:
        RuleViolation: a refusal of `app.approvals.refusals`, or a rule of the record type.
    """
    check_key(request_key)
    kind = type_of(record)
    session.flush()
    running = _lock(session, record)
    if actor.employee_id is None or actor.employee_id != record.owner_id:
        raise not_the_submitter()
    used = session.scalar(_used(record, request_key))
    if used is not None:
        return repeated(session, actor, used, ApprovalVerb.SUBMIT)
    if record.status == ApprovalStatus.IN_REVIEW.value:
        raise already_in_review()
    if record.status not in EDITABLE or getattr(record, "deleted_at", None) is not None:
        raise not_submittable()
    if running is not None and running.submitter_id != record.owner_id:
        _give_up(session, actor, kind, running, record)
        running = None
    kind.check_ready(actor, record)
    plan = _plan(session, kind, record, running)
    if any(step.outcome is StepOutcome.REFUSE for step in plan.route):
        raise self_approval()
    with engine_writes(session):
        return _begin(
            session,
            actor,
            kind=kind,
            record=record,
            running=running,
            plan=plan,
            request_key=request_key,
            comment=comment,
        )


def preview(session: Session, actor: Actor, *, record: Any) -> tuple[ResolvedStep, ...]:
    """Return who would be asked, in which order and why, if the record were submitted now."""
    kind = type_of(record)
    session.flush()
    return _plan(session, kind, record, _running(session, record)).route


def published_version(session: Session, record_type: str) -> FlowVersion | None:
    """Return the published version of the record type's route; the oldest route if there are several."""
    found: FlowVersion | None = session.scalar(
        select(FlowVersion)
        .join(FlowDefinition, FlowDefinition.id == FlowVersion.definition_id)
        .where(
            FlowDefinition.record_type == record_type,
            FlowDefinition.deleted_at.is_(None),
            FlowVersion.state == FlowVersionState.PUBLISHED.value,
        )
        .order_by(FlowDefinition.id)
        .limit(1)
    )
    return found


def _plan(session: Session, kind: ApprovableType, record: Any, running: ApprovalInstance | None) -> _Plan:
    version = running.flow_version if running is not None else published_version(session, kind.record_type)
    if version is None:
        raise no_route(kind.record_type)
    spec = spec_of(version, kind.schema)
    chart = load_chart(session, today(), record.owner_id, needs(spec))
    person = chart.people.get(record.owner_id)
    department_id = person.department_id if person is not None else record.department_id
    facts = kind.facts(record) if spec.has_conditions else {}
    case = Case(record.owner_id, department_id, kind.amount(record), facts)
    return _Plan(version, spec, chart, department_id, resolve_route(spec, case, chart))


def _begin(
    session: Session,
    actor: Actor,
    *,
    kind: ApprovableType,
    record: Any,
    running: ApprovalInstance | None,
    plan: _Plan,
    request_key: str,
    comment: str | None,
) -> Outcome:
    document = read_document(session, record)
    snapshot = keep(session, document, user_id=actor.user_id)
    instance = running or ApprovalInstance(
        record_type=kind.record_type,
        record_id=record.id,
        flow_version=plan.version,
        submitter_id=record.owner_id,
        round_no=0,
    )
    _fill(instance, kind, record, snapshot, plan)
    session.add(instance)
    session.flush()
    runs = _make_runs(instance, plan.spec)
    session.add_all(runs)
    session.flush()
    log = EventLog(
        session,
        instance,
        actor,
        utc_now(),
        snapshot.sha256,
        plan.version.sha256 or "",
        *_head(session, running),
    )
    review = Review(
        session=session,
        actor=actor,
        kind=kind,
        instance=instance,
        spec=plan.spec,
        record=record,
        log=log,
        digest=digest_of(document),
        snapshot_sha256=snapshot.sha256,
        runs=runs,
        _chart=plan.chart,
    )
    record.status = ApprovalStatus.IN_REVIEW.value
    record.submitted_at = log.at
    record.revision = snapshot.version_no
    told = log.add(
        ApprovalVerb.SUBMIT,
        kind=ActorKind.PERSON,
        comment=cleaned(comment),
        request_key=request_key,
        details={
            "steps": [run.step_key for run in runs],
            "expected_route_sha256": digest_of(instance.expected_route),
            "submitter_id": instance.submitter_id,
        },
    )
    review.open_next()
    review.save()
    return Outcome(instance, told.seq)


def _fill(
    instance: ApprovalInstance, kind: ApprovableType, record: Any, snapshot: RecordSnapshot, plan: _Plan
) -> None:
    amount = kind.amount(record)
    instance.record_title = kind.title(record)[:240]
    instance.amount_text = None if amount is None else format(amount, "f")
    instance.submitter_department_id = plan.department_id
    instance.round_no += 1
    instance.state = InstanceState.IN_REVIEW.value
    instance.needs_administrator = False
    instance.finished_at = None
    instance.snapshot = snapshot
    instance.expected_route = normal_form([step.as_json() for step in plan.route])


def _make_runs(instance: ApprovalInstance, spec: FlowSpec) -> list[StepRun]:
    return [
        StepRun(
            instance_id=instance.id,
            round_no=instance.round_no,
            order_no=order_no,
            step_key=step.key,
            step_name=dict(step.name),
            mode=step.mode.value,
            policy_ref=step.policy_ref,
            state="waiting",
        )
        for order_no, step in enumerate(spec.steps, start=1)
    ]


def _lock(session: Session, record: Any) -> ApprovalInstance | None:
    """Lock the running approval, then the record (decisions lock in this order; edits only the record)."""
    running = _running(session, record)
    session.refresh(record, with_for_update=True)
    if running is None and record.status not in (ApprovalStatus.DRAFT.value, ApprovalStatus.WITHDRAWN.value):
        running = _running(session, record)  # begun by somebody else while this one waited
    return running


def _running(session: Session, record: Any) -> ApprovalInstance | None:
    found: ApprovalInstance | None = session.scalar(
        select(ApprovalInstance)
        .filter_by(record_type=record.__tablename__, record_id=record.id)
        .where(ApprovalInstance.state.in_(RUNNING))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


def _used(record: Any, request_key: str) -> Any:
    return (
        select(ApprovalEvent.id)
        .join(ApprovalInstance, ApprovalInstance.id == ApprovalEvent.instance_id)
        .where(
            ApprovalInstance.record_type == record.__tablename__,
            ApprovalInstance.record_id == record.id,
            ApprovalEvent.request_key == request_key,
        )
    )


def _head(session: Session, running: ApprovalInstance | None) -> tuple[int, str] | tuple[()]:
    if running is None:
        return ()
    row = session.execute(
        select(ApprovalEvent.seq, ApprovalEvent.hash)
        .where(ApprovalEvent.instance_id == running.id)
        .order_by(ApprovalEvent.seq.desc())
        .limit(1)
    ).one()
    return int(row.seq), str(row.hash)


def _give_up(
    session: Session, actor: Actor, kind: ApprovableType, running: ApprovalInstance, record: Any
) -> None:
    """End a returned approval whose record has another responsible person now."""
    version = running.flow_version
    with engine_writes(session):
        log = EventLog(
            session,
            running,
            actor,
            utc_now(),
            running.snapshot.sha256,
            version.sha256 or "",
            *_head(session, running),
        )
        review = Review(
            session=session,
            actor=actor,
            kind=kind,
            instance=running,
            spec=spec_of(version, kind.schema),
            record=record,
            log=log,
            digest=log.snapshot_sha256,
            snapshot_sha256=log.snapshot_sha256,
        )
        review.finish(InstanceState.CANCELLED, why="owner-changed")
        review.save()
