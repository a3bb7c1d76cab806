"""The approval's own log: each event chained by hash to the one before, and quoted in the audit trail.

Sequence number and hash are given under the lock of the instance, so the log has no gaps and no forks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.approvals.refusals import not_authorised
from app.audit import chain
from app.audit.canonical import GENESIS, link_hash, normal_form
from app.core.actor import Actor
from models.approvals import ActorKind, ApprovalEvent, ApprovalInstance, ApprovalVerb, Assignment

BODY = (
    "instance_id", "seq", "round_no", "verb", "step_key", "actor_kind", "actor_id", "on_behalf_of_id",
    "assignment_id", "capacity", "comment", "details", "snapshot_sha256", "flow_sha256", "request_key", "at",
)  # fmt: skip
"""What the hash of an event covers, besides the hash before it."""


def event_body(event: ApprovalEvent) -> dict[str, Any]:
    """Return what the event says, as it is hashed and replayed."""
    return {name: getattr(event, name) for name in BODY}


def hash_of(event: ApprovalEvent) -> str:
    """Return the hash that an event must have after its `prev_hash`."""
    return link_hash(event.prev_hash, event_body(event))


@dataclass
class EventLog:
    """Writes the events of one command.

    Attributes:
        at: the instant of the command; all its events carry it.
        seq, head: number and hash of the last event so far.
        written: the events of this command, in order; `write` stores them.
    """

    session: Session
    instance: ApprovalInstance
    actor: Actor
    at: datetime
    snapshot_sha256: str
    flow_sha256: str
    seq: int = 0
    head: str = GENESIS
    written: list[ApprovalEvent] = field(default_factory=list)

    def add(
        self,
        verb: ApprovalVerb,
        *,
        kind: ActorKind = ActorKind.SYSTEM,
        step_key: str | None = None,
        assignment: Assignment | None = None,
        comment: str | None = None,
        request_key: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> ApprovalEvent:
        """Append an event; an automatic one has no person, whoever caused it.

        Raises:
            NotAllowed: a person's act by an account that belongs to no employee.
        """
        if kind is not ActorKind.SYSTEM and self.actor.employee_id is None:
            raise not_authorised()
        event = ApprovalEvent(
            instance_id=self.instance.id,
            seq=self.seq + 1,
            round_no=self.instance.round_no,
            verb=verb.value,
            step_key=step_key,
            actor_kind=kind.value,
            actor_id=None if kind is ActorKind.SYSTEM else self.actor.employee_id,
            on_behalf_of_id=None if assignment is None else assignment.on_behalf_of_id,
            assignment_id=None if assignment is None else assignment.id,
            capacity=None if assignment is None else assignment.capacity,
            comment=None if comment is None else normal_form(comment),
            details=normal_form(dict(details or {})),
            snapshot_sha256=self.snapshot_sha256,
            flow_sha256=self.flow_sha256,
            request_key=request_key,
            at=self.at,
            prev_hash=self.head,
        )
        event.hash = hash_of(event)
        self.seq, self.head = event.seq, event.hash
        self.written.append(event)
        self._quote(event)
        return event

    def write(self) -> None:
        """Store the events of the command; one statement, however many they are."""
        self.session.flush()  # what they refer to
        rows = [
            {**event_body(event), "prev_hash": event.prev_hash, "hash": event.hash} for event in self.written
        ]
        self.session.execute(insert(ApprovalEvent.metadata.tables[ApprovalEvent.__tablename__]), rows)

    def _quote(self, event: ApprovalEvent) -> None:
        chain.record(
            self.session,
            action=f"approval.{event.verb}",
            record_type=self.instance.record_type,
            record_id=self.instance.record_id,
            changes={
                "instance": self.instance.id,
                "event": event.seq,
                "event_hash": event.hash,
                "content_sha256": event.snapshot_sha256,
                "round": event.round_no,
                "step": event.step_key,
                "acted_as": event.actor_kind,
            },
            reason=event.comment,
        )
