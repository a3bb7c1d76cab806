"""Rules of activities and their channels, and when an activity may be submitted (R050, R060, R063)."""

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from app.approvals.conditions import Fact, FieldType
from app.approvals.registry import ApprovableType, register
from app.core.actor import Actor
from app.core.clock import company_zone
from app.core.db import db
from app.core.i18n import lazy_gettext as _l
from app.core.money import ZERO
from app.services import crud
from app.services.checks import before_flush, check, find, is_filled, need, prepare
from models.activities import Activity, ActivityChannel, ActivityStage
from models.approvable import ApprovalStatus
from models.plans import MarketingPlan

SCHEMA = {
    "amount": FieldType.NUMBER,
    "activity_type": FieldType.TEXT,
    "form": FieldType.TEXT,
    "start_on": FieldType.DATE,
    "end_on": FieldType.DATE,
    "department": FieldType.TEXT,
}
"""Fields of an activity that conditions may name."""
_STOPPED = frozenset({ActivityStage.STOPPED.value, ActivityStage.CANCELLED.value})


@before_flush
def save(actor: Actor, *, record: Activity) -> None:
    """Store or change an activity.

    Raises:
        RuleViolation: it lies outside of its plan, its budget is below its channels' cost, its
            supervisor is the responsible person, or it was stopped without a reason.
    """
    prepare(record)
    if record.id is None:
        crud.create(actor, record=record)
    _check_dates(record)
    _check_people(record)
    cost = record.channel_cost_amount
    check(
        record.budget_amount is None or record.budget_amount >= cost,
        "budget-below-channels",
        _l("The budget must not fall below %(cost)s, the planned cost of the channels.", cost=cost),
        field="budget_amount",
    )


def _check_dates(activity: Activity) -> None:
    start, end = activity.start_at, activity.end_at
    check(
        start < end,
        "dates-reversed",
        _l("The end must lie after the start."),
        field="end_at",
    )
    plan = need(
        MarketingPlan,
        activity.plan_id,
        code="plan-missing",
        message=_l("Choose the marketing plan that the activity belongs to."),
        field="plan_id",
    )
    check_within_plan(plan, start.astimezone(company_zone()).date(), end.astimezone(company_zone()).date())


def check_within_plan(plan: MarketingPlan, first: date, last: date) -> None:
    """Refuse days outside of a plan's days.

    Raises:
        RuleViolation: with the code `outside-plan`.
    """
    check(
        plan.start_on <= first and last <= plan.end_on,
        "outside-plan",
        _l(
            "The dates must lie within the plan %(code)s, %(first)s to %(last)s.",
            code=plan.code,
            first=plan.start_on,
            last=plan.end_on,
        ),
        field="start_at",
    )


def check_plan_in_force(plan: MarketingPlan | None) -> None:
    """Refuse what hangs under a plan that is not in force.

    Raises:
        RuleViolation: with the code `plan-not-in-force`.
    """
    check(
        plan is not None and plan.status == ApprovalStatus.IN_FORCE.value,
        "plan-not-in-force",
        _l("The marketing plan is not in force; have it approved first."),
        field="plan_id",
    )


def _check_people(activity: Activity) -> None:
    check(
        activity.supervisor_id is None or activity.supervisor_id != activity.owner_id,
        "supervisor-is-owner",
        _l("The supervisor must be somebody else than the responsible person."),
        field="supervisor_id",
    )
    check(
        activity.stage not in _STOPPED or is_filled(activity.stage_reason),
        "reason-needed",
        _l("Say why the activity is stopped or cancelled."),
        field="stage_reason",
    )


@before_flush
def save_channel(actor: Actor, *, record: ActivityChannel) -> None:
    """Store or change a channel of an activity.

    Raises:
        RuleViolation: the channel stands there already, or the cost exceeds the activity's budget.
    """
    prepare(record)
    activity = need(
        Activity,
        record.activity_id,
        code="activity-missing",
        message=_l("The activity does not exist."),
        field="activity_id",
    )
    cost = record.planned_cost_amount
    check(
        cost >= 0,
        "amount-negative",
        _l("The planned cost must not be negative."),
        field="planned_cost_amount",
    )
    others, is_twin = _other_channels(record)
    check(not is_twin, "channel-twice", _l("The activity has this channel already."), field="channel_id")
    check(
        activity.budget_amount is None or others + cost <= activity.budget_amount,
        "channels-exceed-budget",
        _l(
            "The activity has %(left)s left for channels, this one needs %(cost)s.",
            left=(activity.budget_amount or ZERO) - others,
            cost=cost,
        ),
        field="planned_cost_amount",
    )
    if record.id is None:
        crud.create(actor, record=record)


def _other_channels(line: ActivityChannel) -> tuple[Decimal, bool]:
    session = db.session()
    others = (ActivityChannel.activity_id == line.activity_id, ActivityChannel.id != (line.id or 0))
    cost = session.scalar(select(func.sum(ActivityChannel.planned_cost_amount)).where(*others))
    twin = session.scalar(
        select(ActivityChannel.id).where(*others, ActivityChannel.channel_id == line.channel_id)
    )
    return cost or ZERO, twin is not None


def check_ready(_actor: Actor, activity: Activity) -> None:
    """Refuse an activity without one of its five fields, or under a plan that is not in force (R060).

    Raises:
        RuleViolation: the sentence says what is missing.
    """
    for name, message in (
        ("theme", _l("State the theme of the activity.")),
        ("form", _l("State the form of the activity.")),
        ("content", _l("State the content of the activity.")),
    ):
        check(is_filled(getattr(activity, name)), f"{name}-needed", message, field=name)
    check(
        activity.channel_count > 0,
        "channel-needed",
        _l("Name at least one channel of the activity."),
        field="channels",
    )
    check(
        activity.budget_amount is not None,
        "budget-needed",
        _l("State the budget of the activity."),
        field="budget_amount",
    )
    _check_dates(activity)
    check_plan(_actor, activity)


def check_plan(_actor: Actor, activity: Activity) -> None:
    """Refuse an activity whose plan is not in force.

    Raises:
        RuleViolation: with the code `plan-not-in-force`.
    """
    check_plan_in_force(find(MarketingPlan, activity.plan_id))


def facts(activity: Activity) -> dict[str, Fact]:
    """Return what conditions may ask of an activity."""
    return {
        "amount": activity.budget_amount,
        "activity_type": activity.activity_type,
        "form": activity.form,
        "start_on": activity.start_at.astimezone(company_zone()).date(),
        "end_on": activity.end_at.astimezone(company_zone()).date(),
        "department": activity.department.code,
    }


def _amount(activity: Activity) -> Decimal | None:
    return activity.budget_amount


ACTIVITY = register(
    ApprovableType(
        record_type=Activity.__tablename__,
        model=Activity,
        title=str,
        amount=_amount,
        schema=SCHEMA,
        facts=facts,
        check_ready=check_ready,
        on_approved=check_plan,
    )
)
"""Activities as the approval engine knows them."""

crud.register(Activity, create=save, update=save)
crud.register(ActivityChannel, create=save_channel, update=save_channel)
