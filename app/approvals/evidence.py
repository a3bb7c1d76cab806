"""Proof that an approval's log is whole, and that its rows say what its log says."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.approvals.log import event_body, hash_of
from app.approvals.replay import State, replay
from app.audit.canonical import GENESIS, digest_of
from models.approvals import ApprovalEvent, ApprovalInstance, Assignment, RecordSnapshot, StepRun


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that does not fit.

    Codes: `no-events`, `gap` (a number is missing or twice), `broken-link` (an event does not follow
    the one before), `changed` (an event is not what was hashed), `snapshot` (a snapshot is not what
    was digested), `state` (the rows differ from the log).
    """

    instance_id: int
    code: str
    seq: int | None = None


def verify(session: Session, instance: ApprovalInstance) -> list[Flaw]:
    """Check an approval's chain, its snapshot and its rows; empty when all is sound."""
    events = events_of(session, instance.id)
    flaws = verify_chain(instance.id, events)
    snapshot = session.get_one(RecordSnapshot, instance.snapshot_id)
    if digest_of(snapshot.payload) != snapshot.sha256:
        flaws.append(Flaw(instance.id, "snapshot"))
    if not flaws and replayed(events) != stored_state(session, instance):
        flaws.append(Flaw(instance.id, "state"))
    return flaws


def verify_chain(instance_id: int, events: Sequence[ApprovalEvent]) -> list[Flaw]:
    """Check numbers, links and hashes of a log, in order."""
    flaws = [] if events else [Flaw(instance_id, "no-events")]
    head = GENESIS
    for number, event in enumerate(events, start=1):
        if event.seq != number:
            flaws.append(Flaw(instance_id, "gap", number))
            break
        if event.prev_hash != head:
            flaws.append(Flaw(instance_id, "broken-link", number))
        if hash_of(event) != event.hash:
            flaws.append(Flaw(instance_id, "changed", number))
        head = event.hash
    return flaws


def events_of(session: Session, instance_id: int) -> list[ApprovalEvent]:
    """Return the log of an approval as stored."""
    query = select(ApprovalEvent).filter_by(instance_id=instance_id).order_by(ApprovalEvent.seq)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def replayed(events: Sequence[ApprovalEvent]) -> State:
    """Return the state that the log alone gives."""
    return replay(event_body(event) for event in events)


def stored_state(session: Session, instance: ApprovalInstance) -> State:
    """Return the state that the rows say, in the form of a replay."""
    session.flush()
    state = State(instance.state, instance.round_no, instance.needs_administrator)
    keys: dict[int, tuple[int, str]] = {}
    runs = select(StepRun.id, StepRun.round_no, StepRun.step_key, StepRun.state)
    for row in session.execute(runs.where(StepRun.instance_id == instance.id)):
        keys[row.id] = (row.round_no, row.step_key)
        state.steps[keys[row.id]] = row.state
    query = select(Assignment.id, Assignment.step_run_id, Assignment.assignee_id, Assignment.state)
    for todo in session.execute(query.where(Assignment.instance_id == instance.id)):
        state.assignments[todo.id] = (keys[todo.step_run_id], todo.assignee_id, todo.state)
    return state
