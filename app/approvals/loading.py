"""Locks an approval and reads all that a command needs of it, in two statements.

The first locks the instance (`FOR UPDATE` on PostgreSQL; on SQLite a writing transaction is alone).
The second, begun after the lock is held, therefore sees what the last command left: steps and to-dos
of the round, the record, its lines as JSON, the head of the log, and whether the key was used.
"""

from typing import Any

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from app.approvals.checks import Finding
from app.approvals.conditions import Schema
from app.approvals.log import EventLog
from app.approvals.refusals import definition_invalid, not_found
from app.approvals.registry import type_named
from app.approvals.review import Review
from app.approvals.snapshot import build_document, line_columns
from app.approvals.spec import SpecError, parse_spec
from app.approvals.types import FlowSpec
from app.audit.canonical import digest_of
from app.core.actor import Actor
from app.core.clock import utc_now
from models.approvals import ApprovalEvent, ApprovalInstance, Assignment, FlowVersion, RecordSnapshot, StepRun


def load(
    session: Session,
    actor: Actor,
    *,
    request_key: str,
    instance_id: int | None = None,
    assignment_id: int | None = None,
) -> tuple[Review, int | None]:
    """Lock an approval by its key or by one of its to-dos.

    Returns:
        The approval in hand, and the key of the event that carries the request key already, if any.

    Raises:
        NotFound: there is no such approval.
        RuleViolation: the stored definition is not the one that was published.
    """
    wanted: Any = instance_id
    if instance_id is None:
        wanted = select(Assignment.instance_id).where(Assignment.id == assignment_id).scalar_subquery()
    locked = session.execute(
        select(ApprovalInstance, FlowVersion)
        .join(FlowVersion, FlowVersion.id == ApprovalInstance.flow_version_id)
        .where(ApprovalInstance.id == wanted)
        .with_for_update(of=ApprovalInstance)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if locked is None:
        raise not_found()
    instance, version = locked
    return _read(session, actor, instance, version, request_key)


def _read(
    session: Session, actor: Actor, instance: ApprovalInstance, version: FlowVersion, request_key: str
) -> tuple[Review, int | None]:
    kind = type_named(instance.record_type)
    rows = session.execute(_state_query(session, kind.model, instance, request_key)).all()
    if not rows:
        raise not_found()
    facts = rows[0]._asdict()
    record = facts[kind.model.__name__]
    log = EventLog(
        session,
        instance,
        actor,
        utc_now(),
        facts["snapshot"],
        version.sha256 or "",
        facts["seq"],
        facts["head"],
    )
    review = Review(
        session=session,
        actor=actor,
        kind=kind,
        instance=instance,
        spec=spec_of(version, kind.schema),
        record=record,
        log=log,
        digest=digest_of(build_document(record, facts)),
        snapshot_sha256=facts["snapshot"],
        runs=list({row[0].id: row[0] for row in rows}.values()),
        assignments=[row[1] for row in rows if row[1] is not None],
    )
    return review, facts["used"]


def _state_query(session: Session, model: Any, instance: ApprovalInstance, request_key: str) -> Any:
    events = select(ApprovalEvent.seq).where(ApprovalEvent.instance_id == instance.id)
    last = events.order_by(ApprovalEvent.seq.desc()).limit(1)
    return (
        select(
            StepRun,
            Assignment,
            model,
            last.scalar_subquery().label("seq"),
            last.with_only_columns(ApprovalEvent.hash).scalar_subquery().label("head"),
            events.with_only_columns(ApprovalEvent.id)
            .where(ApprovalEvent.request_key == request_key)
            .scalar_subquery()
            .label("used"),
            select(RecordSnapshot.sha256)
            .where(RecordSnapshot.id == instance.snapshot_id)
            .scalar_subquery()
            .label("snapshot"),
            *line_columns(session, model, instance.record_id),
        )
        .select_from(StepRun)
        .outerjoin(Assignment, Assignment.step_run_id == StepRun.id)
        .join(model, model.id == literal(instance.record_id))
        .where(StepRun.instance_id == instance.id, StepRun.round_no == instance.round_no)
        .order_by(StepRun.order_no, Assignment.order_no, Assignment.id)
        .execution_options(populate_existing=True)
    )


def spec_of(version: FlowVersion, schema: Schema) -> FlowSpec:
    """Return the route of a published version.

    Raises:
        RuleViolation: the stored text is not the one that was published, or is no route.
    """
    if digest_of(version.spec) != version.sha256:
        raise definition_invalid([Finding("digest")])
    try:
        return parse_spec(version.spec, schema)
    except SpecError as error:
        raise definition_invalid([Finding(error.code, error.step, error.path)]) from error
