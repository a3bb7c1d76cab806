"""What the portal refused: three attempts on the last afternoon, each told in the audit trail as a denied one.

Each is really made, in a savepoint that is rolled back; what is written after the commit is the refusal
itself, as the portal's screens do it (`app.audit.chain.record_refusal`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial

from app.audit.chain import record_refusal
from app.core.actor import Actor
from app.core.clock import frozen_at, utc_now
from app.core.errors import RuleViolation
from app.demo.approving import decide
from app.demo.plan_cases import AT_SUPERIOR
from app.demo.plan_parts import open_plan
from app.demo.plans import quarter_key
from app.demo.stage import Stage
from models.plans import MarketingPlan

FILING = "MarketingPlanView.add"
DECIDING = "ApprovalView.decide"
"""The doors at which the attempts were made."""


@dataclass(frozen=True)
class Door:
    """Where an attempt is made and with which code it must be refused."""

    action: str
    code: str


@dataclass(frozen=True)
class Refused:
    """An attempt that was refused: who, when, at which door, on what, and why."""

    at: datetime
    actor: Actor
    action: str
    record_id: int | None
    code: str
    reason: str


def tell(stage: Stage, found: list[Refused]) -> None:
    """Note the three attempts; `found` receives the refusals."""
    over = partial(_file_above_quarter, stage)
    door = Door(FILING, "children-exceed-parent")
    stage.at("2026-11-20 14:05", "media-buyer", partial(_try, stage, found, door, over))
    for when, who, code in (
        ("2026-11-20 15:10", "event-planner-2", "self-approval"),
        ("2026-11-20 16:40", "brand-manager", "not-current-approver"),
    ):
        stage.at(when, who, partial(_try, stage, found, Door(DECIDING, code), partial(_approve, stage)))


def record(found: list[Refused]) -> None:
    """Write the refusals to the audit trail, each in a transaction of its own; outside of any unit of work."""
    for refused in found:
        with frozen_at(refused.at):
            record_refusal(
                refused.actor,
                action=refused.action,
                record_type=MarketingPlan.__tablename__,
                record_id=refused.record_id,
                code=refused.code,
                reason=refused.reason,
            )


def _try(
    stage: Stage, found: list[Refused], door: Door, attempt: Callable[[Actor], object], actor: Actor
) -> None:
    record_id = stage.things[AT_SUPERIOR].id if door.action == DECIDING else None
    savepoint = stage.session.begin_nested()
    try:
        attempt(actor)
    except RuleViolation as refusal:
        savepoint.rollback()
        if refusal.code != door.code:
            raise
        reason = str(refusal.message)
        found.append(Refused(utc_now(), actor, door.action, record_id, refusal.code, reason))
        return
    message = f"{actor.name} was not refused with {door.code}"
    raise AssertionError(message)


def _approve(stage: Stage, actor: Actor) -> None:
    decide(stage, actor, AT_SUPERIOR, "approve", None)


def _file_above_quarter(stage: Stage, actor: Actor) -> None:
    open_plan(
        stage,
        actor,
        "plan:media:above",
        name="2026年12月双十二加投计划",
        department="media",
        year=2026,
        quarter=4,
        month=12,
        budget=Decimal("400000.00"),
        parent=quarter_key("media", 4),
        strategy="双十二追加信息流投放。",
    )
