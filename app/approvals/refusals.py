"""Every refusal of the engine: its stable code, its sentence, and what kind of error it is.

docs/algorithms/approval-routing.md lists when each is raised. A refusal changes nothing.
"""

from collections.abc import Sequence
from typing import Any

from app.approvals.checks import Finding
from app.core.errors import BadInput, Conflict, NotAllowed, NotFound, RuleViolation, WrongState
from app.core.i18n import lazy_gettext as _l


class RecordLocked(WrongState):
    """The record is in review, rejected, in force or closed: its content, lines and status stay as they are."""

    def __init__(self, message: Any | None = None, **details: Any) -> None:
        sentence = message or _l("This record is locked by its approval; nothing in it can be changed now.")
        super().__init__("record-locked", sentence, details=details)


def status_is_engines(**details: Any) -> RecordLocked:
    """Somebody moves the status, or the proof of approval, past the approval."""
    return RecordLocked(_l("The status of this record is moved by its approval only."), **details)


def not_found() -> NotFound:
    """No such to-do, approval or record."""
    return NotFound("not-found", _l("There is no such approval."))


def not_current_approver() -> NotAllowed:
    """The to-do belongs to somebody else, or it is not the actor's turn."""
    return NotAllowed("not-current-approver", _l("It is not your turn to decide on this."))


def self_approval() -> NotAllowed:
    """The actor would decide on his own submission."""
    return NotAllowed("self-approval", _l("Nobody decides on what he himself submitted."))


def not_the_submitter() -> NotAllowed:
    """Somebody else than the responsible person submits or withdraws."""
    return NotAllowed("not-the-submitter", _l("Only the responsible person may submit or withdraw this."))


def not_authorised() -> NotAllowed:
    """A command for administrators."""
    return NotAllowed("not-authorised", _l("Only an administrator may do this."))


def already_decided() -> WrongState:
    """The to-do or its step has been decided."""
    return WrongState("already-decided", _l("This has already been decided."))


def not_in_review() -> WrongState:
    """The approval does not run."""
    return WrongState("not-in-review", _l("This is not in review any more."))


def already_in_review() -> WrongState:
    """What is being reviewed is submitted again."""
    return WrongState("already-in-review", _l("This is in review already."))


def not_submittable() -> WrongState:
    """The record is rejected, in force, closed, superseded or in the bin."""
    return WrongState("not-submittable", _l("A record in this state cannot be submitted."))


def not_held() -> WrongState:
    """No step of the approval waits for an administrator."""
    return WrongState(
        "not-held", _l("No step waits for an administrator; choose the to-do to be handed over.")
    )


def content_changed(*, seen: str, current: str) -> Conflict:
    """What the actor saw is not what is stored."""
    error = Conflict(
        _l("The content is not what you saw when you opened it. Look at it again, then decide."),
        code="content-changed",
    )
    error.details.update(seen=seen, current=current)
    return error


def comment_unfit(most: int) -> RuleViolation:
    """An opinion that is too long for a page of the trail, or that no database can store."""
    message = _l("Write the opinion in at most %(count)s plain characters.", count=most)
    return RuleViolation("comment-unfit", message, field="comment")


def comment_required() -> RuleViolation:
    """A rejection, return or reassignment without a reason."""
    return RuleViolation(
        "comment-required", _l("Give a reason; it is shown with the decision."), field="comment"
    )


def target_not_allowed() -> RuleViolation:
    """Nobody to whom a decision could be given."""
    return RuleViolation(
        "target-not-allowed",
        _l("Choose somebody else who works here now and is not yourself."),
        field="to_employee_id",
    )


def duplicate_approver() -> RuleViolation:
    """The person stands at another level of the same round."""
    return RuleViolation(
        "duplicate-approver",
        _l("This person already stands in this approval; one person does not decide twice."),
        field="to_employee_id",
    )


def no_route(record_type: str) -> RuleViolation:
    """No published definition."""
    return RuleViolation(
        "no-route",
        _l("No approval route is published for this kind of record. Ask an administrator."),
        details={"record_type": record_type},
    )


def definition_invalid(findings: Sequence[Finding]) -> RuleViolation:
    """The definition fails its checks; the details name step and place."""
    return RuleViolation(
        "definition-invalid",
        _l("The approval route is not valid; see the marked steps."),
        details={"findings": [finding.as_json() for finding in findings]},
    )


def request_key_missing() -> BadInput:
    """A command without a key, or with one that is too long."""
    return BadInput("request-key-missing", _l("The request has no valid key; load the page again."))


def request_key_reused() -> BadInput:
    """A key that another command has used."""
    return BadInput(
        "request-key-reused", _l("This request key was used for something else; load the page again.")
    )


def not_unique_in_force() -> RuleViolation:
    """The database refuses a second valid record where only one may be."""
    return RuleViolation("not-unique-in-force", _l("Another record of this kind is already in force here."))
