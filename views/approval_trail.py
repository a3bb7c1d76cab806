"""What a page shows of an approval: steps with people, the log, and the expected route of a draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.approvals.types import ResolvedStep
from app.approvals.wording import why_none
from app.core.db import db
from app.services import approvals
from models.approvals import ApprovalEvent, ApprovalInstance, Assignment, StepRun


@dataclass(frozen=True)
class Trail:
    """One approval of a record: the steps of its last round and its whole log."""

    instance: ApprovalInstance
    steps: list[StepRun]
    events: Sequence[ApprovalEvent]


@dataclass(frozen=True)
class ExpectedStep:
    """A step as it would run now: whom it would ask, or why nobody."""

    name: Any
    people: list[tuple[str, str]]
    note: str


def trails_of(record: Any) -> list[Trail]:
    """Return every approval that a record went through, the newest first."""
    query = (
        select(ApprovalInstance)
        .filter_by(record_type=record.__tablename__, record_id=record.id)
        .order_by(ApprovalInstance.id.desc())
        .options(
            selectinload(ApprovalInstance.step_runs)
            .selectinload(StepRun.assignments)
            .joinedload(Assignment.assignee)
        )
    )
    return [
        Trail(
            instance,
            [run for run in instance.step_runs if run.round_no == instance.round_no],
            approvals.trail(instance),
        )
        for instance in db.session.scalars(query)
    ]


def expected(steps: Sequence[ResolvedStep]) -> list[ExpectedStep]:
    """Return the resolved route in words."""
    return [
        ExpectedStep(
            dict(step.step.name),
            [(person.name, str(person.capacity)) for person in step.people],
            "" if step.people else why_none(step.why),
        )
        for step in steps
    ]
