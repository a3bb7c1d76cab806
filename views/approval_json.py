"""How approvals look in JSON, and what the verbs take: values, bodies and their description."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from app.approvals.snapshot import document_of
from app.audit.canonical import digest_of
from app.core.actor import Actor
from app.core.db import db
from app.core.i18n import lazy_gettext as _l
from app.services import approvals
from models.approvals import (
    ApprovalEvent,
    ApprovalInstance,
    Assignment,
    AssignmentState,
    Capacity,
    InstanceState,
    StepRun,
    StepState,
)
from views.approval_trail import trails_of
from views.fields import Field, Kind
from views.openapi import Json
from views.resource_codec import instant_text

BOXES = ("inbox", "decided", "submitted")
COMMENT = Field("comment", Kind.MULTILINE, _l("Opinion"), None, is_required=False, max_length=2000)
REQUEST_KEY = Field(
    "request_key",
    Kind.TEXT,
    _l("Request key"),
    _l("Random; a request repeated with the same key is carried out once."),
    is_required=False,
    max_length=64,
)
SUBMIT = {
    "record_type": Field("record_type", Kind.TEXT, _l("Record type"), None, is_required=True, max_length=40),
    "record_id": Field("record_id", Kind.RELATION, _l("Record"), None, is_required=True),
    "comment": COMMENT,
    "request_key": REQUEST_KEY,
}
SEEN = Field(
    "seen_sha256", Kind.TEXT, _l("Digest of the content that was seen"), None, is_required=True, max_length=64
)
DECIDE = {"seen_sha256": SEEN, "comment": COMMENT, "request_key": REQUEST_KEY}
WITHDRAW = {"comment": COMMENT, "request_key": REQUEST_KEY}
NULLABLE = frozenset({"comment", "request_key"})


def _instant(value: datetime | None) -> str | None:
    return None if value is None else instant_text(value)


def brief(instance: ApprovalInstance, assignment: Assignment | None = None) -> Json:
    """Return a row of a box: the approval, and the caller's to-do if it stands in his inbox."""
    return {
        "id": instance.id,
        "record_type": instance.record_type,
        "record_id": instance.record_id,
        "title": instance.record_title,
        "amount": instance.amount_text,
        "state": str(instance.state),
        "round_no": instance.round_no,
        "submitter_id": instance.submitter_id,
        "submitter_title": instance.submitter.name,
        "submitted_at": _instant(instance.created_at),
        "assignment_id": None if assignment is None else assignment.id,
        "step": None if assignment is None else assignment.step_run.step_name,
        "capacity": None if assignment is None else str(assignment.capacity),
        "decided_at": None if assignment is None else _instant(assignment.decided_at),
    }


def whole(actor: Actor, instance: ApprovalInstance, record: Any) -> Json:
    """Return an approval with its document, the digest to decide on, its steps and its log."""
    document = document_of(db.session(), record)
    mine = approvals.open_assignment(actor, instance=instance)
    current = approvals.current_instance(record)
    verbs = (
        approvals.possible_verbs(actor, record=record)
        if current is not None and current.id == instance.id
        else ()
    )
    trail = next(trail for trail in trails_of(record) if trail.instance.id == instance.id)
    return {
        **brief(instance, mine),
        "needs_administrator": instance.needs_administrator,
        "finished_at": _instant(instance.finished_at),
        "possible": sorted(verb.value for verb in verbs),
        "content_sha256": digest_of(document),
        "document": document,
        "steps": [_step(run) for run in trail.steps],
        "events": [_event(event) for event in trail.events],
    }


def _step(run: StepRun) -> Json:
    return {
        "key": run.step_key,
        "name": run.step_name,
        "state": str(run.state),
        "opened_at": _instant(run.opened_at),
        "closed_at": _instant(run.closed_at),
        "people": [
            {
                "employee_id": one.assignee_id,
                "name": one.assignee.name,
                "capacity": str(one.capacity),
                "state": str(one.state),
                "decided_at": _instant(one.decided_at),
            }
            for one in run.assignments
        ],
    }


def _event(event: ApprovalEvent) -> Json:
    return {
        "seq": event.seq,
        "at": _instant(event.at),
        "verb": str(event.verb),
        "round_no": event.round_no,
        "step_key": event.step_key,
        "actor_kind": str(event.actor_kind),
        "actor_id": event.actor_id,
        "actor_name": None if event.actor is None else event.actor.name,
        "capacity": None if event.capacity is None else str(event.capacity),
        "comment": event.comment,
        "content_sha256": event.snapshot_sha256,
        "hash": event.hash,
    }


# -- schemas ------------------------------------------------------------------------------------------

_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_AT: Json = {"type": "string", "format": "date-time"}
_NAMES: Json = {
    "type": "object",
    "additionalProperties": {"type": "string"},
    "description": "Language → name",
}


def _or_null(schema: Json) -> Json:
    return {**schema, "nullable": True}


def _one_of(members: Iterable[Any]) -> Json:
    return {"type": "string", "enum": [str(member.value) for member in members]}


def _exact(properties: Json) -> Json:
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


_BRIEF: Json = {
    "id": _NUMBER,
    "record_type": _TEXT,
    "record_id": _NUMBER,
    "title": _TEXT,
    "amount": _or_null(_TEXT),
    "state": _one_of(InstanceState),
    "round_no": _NUMBER,
    "submitter_id": _NUMBER,
    "submitter_title": _TEXT,
    "submitted_at": _AT,
    "assignment_id": _or_null(_NUMBER),
    "step": _or_null(_NAMES),
    "capacity": _or_null(_TEXT),
    "decided_at": _or_null(_AT),
}
_PERSON: Json = {
    "employee_id": _NUMBER,
    "name": _TEXT,
    "capacity": _one_of(Capacity),
    "state": _one_of(AssignmentState),
    "decided_at": _or_null(_AT),
}
_STEP: Json = {
    "key": _TEXT,
    "name": _NAMES,
    "state": _one_of(StepState),
    "opened_at": _or_null(_AT),
    "closed_at": _or_null(_AT),
    "people": {"type": "array", "items": _exact(_PERSON)},
}
_EVENT: Json = {
    "seq": _NUMBER,
    "at": _AT,
    "verb": _TEXT,
    "round_no": _NUMBER,
    "step_key": _or_null(_TEXT),
    "actor_kind": _TEXT,
    "actor_id": _or_null(_NUMBER),
    "actor_name": _or_null(_TEXT),
    "capacity": _or_null(_TEXT),
    "comment": _or_null(_TEXT),
    "content_sha256": _TEXT,
    "hash": _TEXT,
}
SCHEMAS: dict[str, Json] = {
    "Approval.Listed": _exact(_BRIEF),
    "Approval": _exact({
        **_BRIEF,
        "needs_administrator": {"type": "boolean"},
        "finished_at": _or_null(_AT),
        "possible": {"type": "array", "items": _TEXT, "description": "What the caller may do now"},
        "content_sha256": {"type": "string", "description": "`seen_sha256` of a decision on this content"},
        "document": {"type": "object", "description": "The content under approval, with its lines"},
        "steps": {"type": "array", "items": _exact(_STEP)},
        "events": {"type": "array", "items": _exact(_EVENT)},
    }),
}  # fmt: skip
