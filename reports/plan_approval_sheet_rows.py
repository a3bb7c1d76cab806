"""Reads one plan with its approval for the plan approval sheet, within the reader's row scope."""

from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.approvals.snapshot import read_document
from app.audit.canonical import digest_of
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.i18n import lazy_gettext as _l
from app.security.access import rights_of_actor
from app.security.scope import condition
from app.services.approvals import is_party
from models.approvable import ApprovalStatus
from models.approvals import (
    ActorKind,
    ApprovalEvent,
    ApprovalInstance,
    ApprovalVerb,
    Capacity,
    FlowVersion,
)
from models.metrics import MetricUnit
from models.plans import (
    BudgetCategory,
    BudgetLine,
    MarketingPlan,
    MilestoneStatus,
    ObjectiveKind,
    PlanGoal,
    PlanMilestone,
    PlanType,
)
from reports.named_rows import company, named, step_named
from reports.names import Named
from reports.plan_approval_sheet_data import (
    Allocation,
    Evidence,
    GoalLine,
    Milestone,
    PlanSheet,
    RelatedPlan,
    TrailEntry,
)


def load_plan_sheet(actor: Actor, plan_id: int) -> PlanSheet:
    """Read a plan with its lines, its neighbours in the tree and its newest approval.

    An approver reads what he decides on, also outside of his scope; the neighbours only within it.

    Raises:
        NotFound: there is no such plan, or it is not the actor's to see.
    """
    session: Session = db.session()
    in_scope = condition(actor, MarketingPlan, rights_of_actor(session, actor).scopes)
    plan = _plan(session, actor, plan_id, in_scope)
    instance = _newest_instance(session, plan.id)
    return PlanSheet(
        company=company(session),
        number=plan.code,
        name=plan.name,
        revision=plan.revision,
        plan_type=PlanType(plan.plan_type),
        fiscal_year=plan.fiscal_year,
        department=named(plan.department),
        owner=named(plan.owner),
        start_on=plan.start_on,
        end_on=plan.end_on,
        status=ApprovalStatus(plan.status),
        currency=plan.currency_code,
        budget=plan.budget_amount,
        distributed=plan.distributed_amount,
        strategy=plan.strategy_text or "",
        submitted_at=plan.submitted_at,
        approved_at=plan.approved_at,
        parent=_parent(session, plan, in_scope),
        children=_children(session, plan, in_scope),
        goals=tuple(_goal(line) for line in plan.goals),
        allocations=tuple(_allocation(line, plan.fiscal_year) for line in plan.budget_lines),
        milestones=tuple(_milestone(line) for line in plan.milestones),
        trail=() if instance is None else _trail(instance),
        evidence=None if instance is None else _evidence(session, plan, instance),
    )


def _plan(session: Session, actor: Actor, plan_id: int, in_scope: ColumnElement[bool]) -> MarketingPlan:
    statement = (
        select(MarketingPlan, in_scope.label("is_in_scope"))
        .where(MarketingPlan.id == plan_id, MarketingPlan.deleted_at.is_(None))
        .options(
            joinedload(MarketingPlan.owner),
            joinedload(MarketingPlan.department),
            selectinload(MarketingPlan.goals).joinedload(PlanGoal.objective),
            selectinload(MarketingPlan.goals).joinedload(PlanGoal.metric),
            selectinload(MarketingPlan.budget_lines).joinedload(BudgetLine.channel),
            selectinload(MarketingPlan.milestones).joinedload(PlanMilestone.owner),
        )
    )
    row = session.execute(statement).one_or_none()
    if row is None or not (row.is_in_scope or is_party(actor, record=row.MarketingPlan)):
        raise NotFound("not-found", _l("There is no such plan, or it is not yours to see."))
    plan: MarketingPlan = row.MarketingPlan
    return plan


def _newest_instance(session: Session, plan_id: int) -> ApprovalInstance | None:
    statement = (
        select(ApprovalInstance)
        .where(
            ApprovalInstance.record_type == MarketingPlan.__tablename__, ApprovalInstance.record_id == plan_id
        )
        .order_by(ApprovalInstance.id.desc())
        .limit(1)
        .options(
            joinedload(ApprovalInstance.flow_version).joinedload(FlowVersion.definition),
            joinedload(ApprovalInstance.snapshot),
            selectinload(ApprovalInstance.step_runs),
            selectinload(ApprovalInstance.events).joinedload(ApprovalEvent.actor),
            selectinload(ApprovalInstance.events).joinedload(ApprovalEvent.on_behalf_of),
        )
    )
    return session.scalars(statement).one_or_none()


def _parent(session: Session, plan: MarketingPlan, in_scope: ColumnElement[bool]) -> RelatedPlan | None:
    found = _related(session, MarketingPlan.id == plan.parent_id, in_scope)
    return found[0] if found else None


def _children(
    session: Session, plan: MarketingPlan, in_scope: ColumnElement[bool]
) -> tuple[RelatedPlan, ...]:
    return _related(session, MarketingPlan.parent_id == plan.id, in_scope)


def _related(
    session: Session, which: ColumnElement[bool], in_scope: ColumnElement[bool]
) -> tuple[RelatedPlan, ...]:
    statement = (
        select(MarketingPlan)
        .where(which, MarketingPlan.deleted_at.is_(None), in_scope)
        .order_by(MarketingPlan.period_no, MarketingPlan.id)
        .options(joinedload(MarketingPlan.department))
    )
    return tuple(
        RelatedPlan(
            number=plan.code,
            name=plan.name,
            department=named(plan.department),
            start_on=plan.start_on,
            end_on=plan.end_on,
            budget=plan.budget_amount,
            status=ApprovalStatus(plan.status),
        )
        for plan in session.scalars(statement)
    )


def _goal(line: PlanGoal) -> GoalLine:
    return GoalLine(
        objective_kind=ObjectiveKind(line.objective.kind),
        objective=line.objective.name,
        metric=named(line.metric),
        unit=MetricUnit(line.metric.unit),
        baseline=line.baseline,
        target=line.target_value,
        weight=line.weight,
    )


def _allocation(line: BudgetLine, year: int) -> Allocation:
    return Allocation(
        category=BudgetCategory(line.category),
        channel=None if line.channel is None else named(line.channel),
        month=date(year, line.month, 1),
        amount=line.allocated_amount,
    )


def _milestone(line: PlanMilestone) -> Milestone:
    return Milestone(
        name=line.name,
        start_on=line.planned_on,
        due_on=line.due_on,
        finished_on=line.finished_on,
        status=MilestoneStatus(line.status),
        owner=named(line.owner),
    )


def _trail(instance: ApprovalInstance) -> tuple[TrailEntry, ...]:
    steps = {(run.round_no, run.step_key): step_named(run.step_name) for run in instance.step_runs}
    return tuple(_entry(event, steps) for event in instance.events)


def _entry(event: ApprovalEvent, steps: dict[tuple[int, str], Named]) -> TrailEntry:
    return TrailEntry(
        seq=event.seq,
        round_no=event.round_no,
        at=event.at,
        verb=ApprovalVerb(event.verb),
        step=None if event.step_key is None else steps.get((event.round_no, event.step_key)),
        actor_kind=ActorKind(event.actor_kind),
        person=None if event.actor is None else named(event.actor),
        on_behalf_of=None if event.on_behalf_of is None else named(event.on_behalf_of),
        capacity=None if event.capacity is None else Capacity(event.capacity),
        opinion=event.comment,
        content_sha256=event.snapshot_sha256,
        route_sha256=event.flow_sha256,
    )


def _evidence(session: Session, plan: MarketingPlan, instance: ApprovalInstance) -> Evidence:
    version, last = instance.flow_version, instance.events[-1]
    approved = plan.approved_sha256
    return Evidence(
        route=Named(version.definition.name, version.definition.name_en),
        route_version=version.number,
        route_sha256=last.flow_sha256,
        content_sha256=approved or instance.snapshot.sha256,
        content_matches=None if approved is None else digest_of(read_document(session, plan)) == approved,
        chain_length=last.seq,
        chain_head=last.hash,
    )
