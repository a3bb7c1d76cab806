"""What is one's own on the home page: approvals that were asked for, and the next days (R001, R012, R013).

Everything is read within `sight`, the row scope that the caller hands over: record type → WHERE clause of the
rows that exist for the actor, and no entry for a type that he may not list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, select, union_all
from sqlalchemy.orm import Session

from app.core.clock import company_zone
from app.core.db import db
from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from app.services.approvals import submitted
from models.activities import Activity, ActivityStage
from models.agreements import AgreementObligation, PartnerAgreement
from models.approvable import EDITABLE, ApprovalStatus
from models.approvals import ApprovalInstance, Assignment, AssignmentState, InstanceState
from models.org import Employee
from models.plans import MarketingPlan, MilestoneStatus, PlanMilestone
from models.promotions import SalesPromotion

Sight = Mapping[type[Any], ColumnElement[bool]]
AHEAD = timedelta(days=30)
MOST = 10


class Event(LabelEnum):
    """What happens on a day of the own calendar."""

    DUE = "due", _l("Due"), "orange"
    STARTS = "starts", _l("Starts"), "blue"
    ENDS = "ends", _l("Ends"), "grey"
    UNSUBMITTED = "unsubmitted", _l("Starts, not yet submitted"), "orange"


@dataclass(frozen=True)
class Deadline:
    """A day of one's own within the next 30, or an overdue one."""

    model: type[Any]
    key: int
    title: str
    event: Event
    on: date
    is_overdue: bool


@dataclass(frozen=True)
class Submission:
    """An approval that I asked for, with the people who hold it now."""

    instance: ApprovalInstance
    waits_for: tuple[str, ...]


def submissions(employee_id: int, limit: int) -> list[Submission]:
    """Return the newest approvals that a person asked for, with those who hold the running ones."""
    instances = submitted(employee_id, limit=limit)
    running = [one.id for one in instances if one.state == InstanceState.IN_REVIEW.value]
    holders: dict[int, list[str]] = {}
    if running:
        rows = _session().execute(
            select(Assignment.instance_id, Employee.name)
            .join(Employee, Employee.id == Assignment.assignee_id)
            .where(Assignment.instance_id.in_(running), Assignment.state == AssignmentState.OPEN.value)
            .order_by(Assignment.id)
        )
        for instance_id, name in rows:
            holders.setdefault(instance_id, []).append(name)
    return [Submission(one, tuple(holders.get(one.id, ()))) for one in instances]


def deadlines(employee_id: int, sight: Sight, today: date) -> list[Deadline]:
    """Return the next days of the records that a person answers for, overdue ones first; two statements."""
    found: list[Deadline] = []
    for parts in (_days(employee_id, sight, today), _instants(employee_id, sight, today)):
        if not parts:
            continue
        rows = _session().execute(union_all(*(select(part.subquery()) for part in parts)))
        for name, event, key, title, at in rows:
            on = at.astimezone(company_zone()).date() if isinstance(at, datetime) else at
            is_overdue = event == Event.DUE.value and on < today
            found.append(Deadline(_MODELS[name], key, title, Event(event), on, is_overdue))
    return sorted(found, key=lambda one: (one.on, one.title))[:MOST]


_MODELS: dict[str, type[Any]] = {
    model.__tablename__: model
    for model in (
        PlanMilestone,
        MarketingPlan,
        Activity,
        SalesPromotion,
        PartnerAgreement,
        AgreementObligation,
    )
}


def _part(
    model: type[Any], event: Event, title: Any, on: Any, sight: Sight, *clauses: ColumnElement[bool]
) -> Select[Any]:
    """Select the first days of one kind."""
    shown = (
        literal(model.__tablename__).label("kind"), literal(event.value).label("event"), model.id.label("key"),
        title.label("title"), on.label("at"),
    )  # fmt: skip
    return select(*shown).where(sight[model], *clauses).order_by(on, model.id).limit(MOST)


def _days(employee_id: int, sight: Sight, today: date) -> list[Select[Any]]:
    """Return what has a day: milestones, plans, agreements and duties under them."""
    last = today + AHEAD
    plan, agreement = MarketingPlan, PartnerAgreement
    parts = []
    if PlanMilestone in sight:
        is_agreed = PlanMilestone.plan_id.in_(
            select(plan.id).where(plan.status == ApprovalStatus.IN_FORCE.value, plan.deleted_at.is_(None))
        )
        parts.append(
            _part(PlanMilestone, Event.DUE, PlanMilestone.name, PlanMilestone.due_on, sight, is_agreed,
                  PlanMilestone.owner_id == employee_id, PlanMilestone.status == MilestoneStatus.OPEN.value,
                  PlanMilestone.due_on <= last)
        )  # fmt: skip
    if plan in sight:
        mine = plan.owner_id == employee_id
        parts += [
            _part(plan, Event.UNSUBMITTED, plan.name, plan.start_on, sight, mine,
                  plan.status.in_(sorted(EDITABLE)), plan.start_on.between(today, last)),
            _part(plan, Event.ENDS, plan.name, plan.end_on, sight, mine,
                  plan.status == ApprovalStatus.IN_FORCE.value, plan.end_on.between(today, last)),
        ]  # fmt: skip
    if agreement in sight:
        live = and_(agreement.owner_id == employee_id, agreement.status == ApprovalStatus.IN_FORCE.value)
        parts.append(
            _part(agreement, Event.ENDS, agreement.title, agreement.end_on, sight, live,
                  agreement.end_on.between(today, last))
        )  # fmt: skip
        if AgreementObligation in sight:
            duty = AgreementObligation
            own = duty.agreement_id.in_(select(agreement.id).where(live, agreement.deleted_at.is_(None)))
            parts.append(
                _part(duty, Event.DUE, duty.duty, duty.due_on, sight, own, duty.done_on.is_(None),
                      duty.due_on <= last)
            )  # fmt: skip
    return parts


def _instants(employee_id: int, sight: Sight, today: date) -> list[Select[Any]]:
    """Return what has an instant: activities and sales promotions that start or end."""
    first = datetime.combine(today, time(), company_zone())
    last = first + AHEAD
    parts = []
    for model in (Activity, SalesPromotion):
        if model not in sight:
            continue
        live = and_(model.owner_id == employee_id, model.status == ApprovalStatus.IN_FORCE.value)
        if model is Activity:
            over = (ActivityStage.CANCELLED.value, ActivityStage.STOPPED.value, ActivityStage.ARCHIVED.value)
            live = live & Activity.stage.not_in(over)
        for event, at in ((Event.STARTS, model.start_at), (Event.ENDS, model.end_at)):
            parts.append(_part(model, event, model.name, at, sight, live, at.between(first, last)))
    return parts


def _session() -> Session:
    session: Session = db.session()
    return session
