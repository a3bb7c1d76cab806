"""Reads the approvals of plans of a period, and what was refused in it, within the reader's row scope."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload
from sqlalchemy.sql.elements import True_

from app.approvals.snapshot import read_document
from app.audit.canonical import GENESIS, digest_of
from app.core.actor import Actor
from app.core.clock import company_zone
from app.core.db import db
from app.core.errors import RuleViolation
from app.core.i18n import lazy_gettext as _l
from app.security.access import rights_of_actor
from app.security.scope import condition, department_ids
from models.approvals import (
    ActorKind,
    ApprovalEvent,
    ApprovalInstance,
    ApprovalVerb,
    Assignment,
    Capacity,
    InstanceState,
    StepMode,
)
from models.audit import AuditEvent
from models.org import Department, Employee, EmployeeAssignment
from models.plans import MarketingPlan
from reports.named_rows import company, named
from reports.names import Named
from reports.plan_approval_compliance_data import Decision, PlanApprovals, PlanCase, RefusedAttempt

MOST_CASES = 2000
"""Approvals in one report; at 20 ms each this is some 40 s of rendering."""
MOST_REFUSED = 1000
PLAN, INSTANCE, ASSIGNMENT = (
    str(model.__tablename__) for model in (MarketingPlan, ApprovalInstance, Assignment)
)
_ABOUT_PLANS = frozenset({PLAN, INSTANCE, ASSIGNMENT})
"""Record types under which the audit trail tells of attempts on plans and their approvals."""
DECISIONS = frozenset({ApprovalVerb.APPROVE.value, ApprovalVerb.REJECT.value, ApprovalVerb.RETURN.value})


def load_plan_approvals(actor: Actor, start: date, end: date, chosen: Sequence[int] = ()) -> PlanApprovals:
    """Read each approval whose first submission lies in the period, both days included.

    Args:
        start, end: days in the company's time zone.
        chosen: keys of departments, each with those below it; none means all in scope.

    Raises:
        RuleViolation: there are more approvals than one report can hold.
    """
    session: Session = db.session()
    scope = condition(actor, MarketingPlan, rights_of_actor(session, actor).scopes)
    departments = _departments(session, chosen)
    among = and_(scope, _within(ApprovalInstance.submitter_department_id, chosen)) if chosen else scope
    cases = _cases(session, start, end, among)
    seq, head = _chain_head(session)
    return PlanApprovals(
        company=company(session),
        start=start,
        end=end,
        departments=departments,
        cases=cases,
        refused=_refused(session, start, end, scope, chosen),
        chain_length=seq,
        chain_head=head,
    )


def _within(column: InstrumentedAttribute[int], chosen: Sequence[int]) -> ColumnElement[bool]:
    """Return the WHERE clause that a column names one of the departments or one below them."""
    return or_(*(column.in_(department_ids(key)) for key in chosen))


def _departments(session: Session, chosen: Sequence[int]) -> tuple[Named, ...]:
    rows = session.scalars(select(Department).where(Department.id.in_(chosen)).order_by(Department.code))
    return tuple(named(row) for row in rows) if chosen else ()


def _bounds(start: date, end: date) -> tuple[datetime, datetime]:
    """Return the instants at which the first day begins and the last one has ended."""
    zone = company_zone()
    return (
        datetime.combine(start, time(), zone),
        datetime.combine(end + timedelta(days=1), time(), zone),
    )


def _cases(session: Session, start: date, end: date, among: ColumnElement[bool]) -> tuple[PlanCase, ...]:
    first, after = _bounds(start, end)
    which = (
        select(ApprovalInstance, MarketingPlan)
        .join(MarketingPlan, MarketingPlan.id == ApprovalInstance.record_id)
        .where(
            ApprovalInstance.record_type == PLAN,
            ApprovalInstance.created_at >= first,
            ApprovalInstance.created_at < after,
            among,
        )
    )
    count = session.scalar(
        select(func.count()).select_from(which.with_only_columns(ApprovalInstance.id).subquery())
    )
    if count is not None and count > MOST_CASES:
        raise RuleViolation(
            "too-many-rows",
            _l("The report would hold %(count)s approvals, more than %(most)s. Choose a shorter period or fewer "
               "departments.", count=count, most=MOST_CASES),
            details={"count": count, "most": MOST_CASES},
        )  # fmt: skip
    found = session.execute(
        which.order_by(ApprovalInstance.created_at, ApprovalInstance.id).options(
            joinedload(ApprovalInstance.submitter),
            joinedload(ApprovalInstance.submitter_department),
            joinedload(ApprovalInstance.snapshot),
            selectinload(ApprovalInstance.events).joinedload(ApprovalEvent.actor),
            selectinload(ApprovalInstance.events).joinedload(ApprovalEvent.on_behalf_of),
        )
    ).all()
    superiors = _Superiors(session, {instance.submitter_id for instance, _plan in found})
    return tuple(_case(session, instance, plan, superiors) for instance, plan in found)


def _case(
    session: Session, instance: ApprovalInstance, plan: MarketingPlan, superiors: "_Superiors"
) -> PlanCase:
    submitted_on = instance.created_at.astimezone(company_zone()).date()
    is_approved = instance.state == InstanceState.APPROVED
    snapshot = instance.snapshot
    return PlanCase(
        number=plan.code,
        name=plan.name,
        department=named(instance.submitter_department),
        submitter=named(instance.submitter),
        superior=superiors.on(instance.submitter, submitted_on),
        submitted_at=instance.created_at,
        finished_at=instance.finished_at,
        state=InstanceState(instance.state),
        rounds=instance.round_no,
        levels_required=sum(_levels(step) for step in instance.expected_route),
        levels_reached=sum(
            1
            for event in instance.events
            if event.verb == ApprovalVerb.APPROVE and event.round_no == instance.round_no
        ),
        decisions=tuple(_decision(event) for event in instance.events if event.verb in DECISIONS),
        approved_sha256=plan.approved_sha256 if is_approved else None,
        submitted_sha256=snapshot.sha256,
        snapshot_is_sound=digest_of(snapshot.payload) == snapshot.sha256
        and (not is_approved or digest_of(read_document(session, plan)) == snapshot.sha256),
    )


def _levels(step: Mapping[str, Any]) -> int:
    """Return how many people a step of the expected route asks for: one if any of them suffices."""
    if step["outcome"] == "skip":
        return 0
    return 1 if step["mode"] == StepMode.ANY else max(len(step["people"]), 1)


def _decision(event: ApprovalEvent) -> Decision:
    return Decision(
        round_no=event.round_no,
        person=None if event.actor is None else named(event.actor),
        actor_kind=ActorKind(event.actor_kind),
        on_behalf_of=None if event.on_behalf_of is None else named(event.on_behalf_of),
        capacity=None if event.capacity is None else Capacity(event.capacity),
        verb=ApprovalVerb(event.verb),
        at=event.at,
        content_sha256=event.snapshot_sha256,
    )


class _Superiors:
    """Who was whose direct superior on which day, from the dated assignments."""

    def __init__(self, session: Session, employee_ids: Iterable[int]) -> None:
        rows = session.scalars(
            select(EmployeeAssignment)
            .where(EmployeeAssignment.employee_id.in_(set(employee_ids)))
            .options(joinedload(EmployeeAssignment.superior))
        )
        self._by_employee: dict[int, list[EmployeeAssignment]] = {}
        for row in rows:
            self._by_employee.setdefault(row.employee_id, []).append(row)

    def on(self, employee: Employee, day: date) -> Named | None:
        """Return the superior of that day; of today for somebody without dated assignments."""
        assignments = self._by_employee.get(employee.id)
        if assignments is None:
            return None if employee.superior is None else named(employee.superior)
        for row in assignments:
            if row.start_on <= day and (row.end_on is None or day < row.end_on):
                return None if row.superior is None else named(row.superior)
        return None


def _refused(
    session: Session, start: date, end: date, scope: ColumnElement[bool], chosen: Sequence[int]
) -> tuple[RefusedAttempt, ...]:
    """Return the denied attempts on plans and approvals that the reader may know of.

    An attempt belongs to whoever sees the plan; one that names no plan to whoever sees all plans.
    """
    first, after = _bounds(start, end)
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.action == "denied", AuditEvent.at >= first, AuditEvent.at < after)
        .order_by(AuditEvent.seq)
    )
    about = [event for event in events if _concerns_plans(event)][:MOST_REFUSED]
    titles = _titles(session, about, scope, chosen)
    return tuple(_attempt(event, titles) for event in about if event.seq in titles)


def _concerns_plans(event: AuditEvent) -> bool:
    if event.record_type is not None:
        return event.record_type in _ABOUT_PLANS
    attempted = str(event.changes.get("action", "")).lower()
    return "approval" in attempted or "plan" in attempted


def _plan_keys(session: Session, events: Sequence[AuditEvent]) -> dict[int, int]:
    """Return entry → key of the plan that the attempt was about, where the entry names one."""
    keys: dict[str, dict[int, int]] = {name: {} for name in _ABOUT_PLANS}
    for event in events:
        if event.record_type is not None and event.record_id is not None and event.record_id.isdigit():
            keys[event.record_type][event.seq] = int(event.record_id)
    of_instance = select(ApprovalInstance.id, ApprovalInstance.record_id).where(
        ApprovalInstance.record_type == PLAN, ApprovalInstance.id.in_(keys[INSTANCE].values())
    )
    instances = {row.id: row.record_id for row in session.execute(of_instance)}
    of_assignment = (
        select(Assignment.id, ApprovalInstance.record_id)
        .join(ApprovalInstance, ApprovalInstance.id == Assignment.instance_id)
        .where(ApprovalInstance.record_type == PLAN, Assignment.id.in_(keys[ASSIGNMENT].values()))
    )
    assignments = {row.id: row.record_id for row in session.execute(of_assignment)}
    found = dict(keys[PLAN])
    found |= {seq: instances[key] for seq, key in keys[INSTANCE].items() if key in instances}
    found |= {seq: assignments[key] for seq, key in keys[ASSIGNMENT].items() if key in assignments}
    return found


def _titles(
    session: Session, events: Sequence[AuditEvent], scope: ColumnElement[bool], chosen: Sequence[int]
) -> dict[int, str]:
    """Return entry → number and name of its plan, for the entries that the reader may know of."""
    plan_of = _plan_keys(session, events)
    statement = select(MarketingPlan.id, MarketingPlan.code, MarketingPlan.name).where(
        MarketingPlan.id.in_(set(plan_of.values())), scope
    )
    if chosen:
        statement = statement.where(_within(MarketingPlan.department_id, chosen))
    names = {row.id: f"{row.code} {row.name}" for row in session.execute(statement)}
    titles = {seq: names[key] for seq, key in plan_of.items() if key in names}
    if isinstance(scope, True_) and not chosen:
        titles |= {event.seq: "" for event in events if event.seq not in plan_of}
    return titles


def _attempt(event: AuditEvent, titles: Mapping[int, str]) -> RefusedAttempt:
    return RefusedAttempt(
        at=event.at,
        person=event.actor_name,
        action=str(event.changes.get("action", "")),
        record=titles[event.seq],
        code=str(event.changes.get("code", "")),
        reason=event.reason or "",
    )


def _chain_head(session: Session) -> tuple[int, str]:
    """Return the number and the hash of the newest entry of the audit trail."""
    newest = session.execute(
        select(AuditEvent.seq, AuditEvent.hash).order_by(AuditEvent.seq.desc()).limit(1)
    ).first()
    return (0, GENESIS) if newest is None else (int(newest.seq), str(newest.hash))
