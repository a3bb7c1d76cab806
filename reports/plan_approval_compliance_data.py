"""The data of the compliance report and the pure rules by which exceptions are found (R046, R047, R090)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from models.approvals import ActorKind, ApprovalVerb, Capacity, InstanceState
from reports.names import Named


class ExceptionKind(LabelEnum):
    """What an approval can have that the policy does not foresee."""

    FIRST_NOT_SUPERIOR = "first_not_superior", _l("First decision not by the direct superior"), "red"
    SELF_APPROVAL = "self_approval", _l("Approved by the submitter"), "red"
    LEVEL_MISSING = "level_missing", _l("A required level is missing"), "red"
    DIGEST_MISMATCH = "digest_mismatch", _l("Content differs from what was approved"), "red"
    ADMINISTRATOR = "administrator", _l("Decided by an administrator"), "orange"


REFUSALS = {
    "self-approval": _l("Nobody decides on his own submission."),
    "not-current-approver": _l("The to-do is with somebody else."),
    "already-decided": _l("The to-do had been decided already."),
    "content-changed": _l("The content had changed since it was seen."),
    "record-locked": _l("The record is locked while it is in review or in force."),
    "not-the-submitter": _l("Only the submitter may do this."),
    "not-in-review": _l("The approval was not running."),
    "already-in-review": _l("The record was in review already."),
    "not-submittable": _l("The record could not be submitted in its state."),
    "not-authorised": _l("Only an administrator may do this."),
    "stale-record": _l("Somebody else had changed the record meanwhile."),
    "no-right": _l("The role does not allow it."),
}
"""Stable code of a refusal (docs/algorithms/approval-routing.md) → sentence."""


ATTEMPTS = {
    "add": _l("Add"),
    "decide": _l("Decide"),
    "delete": _l("Delete"),
    "edit": _l("Edit"),
    "restore": _l("Restore"),
    "show": _l("Open"),
    "submit": _l("Submit"),
    "withdraw": _l("Withdraw"),
}
"""Last part of an attempted action's technical name → what people call it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: in which round and capacity, when, on which content; `person` is None for a rule's."""

    round_no: int
    person: Named | None
    actor_kind: ActorKind
    on_behalf_of: Named | None
    capacity: Capacity | None
    verb: ApprovalVerb
    at: datetime
    content_sha256: str

    @property
    def answers_for(self) -> int | None:
        """Key of the employee whose decision it is: the principal of a proxy, else the person."""
        answerable = self.on_behalf_of or self.person
        return None if answerable is None else answerable.key

    @property
    def signed_by(self) -> int | None:
        """Key of the employee who decided himself; None for a rule."""
        return None if self.person is None else self.person.key


@dataclass(frozen=True, slots=True)
class PlanCase:
    """One approval of one plan, from its submission on.

    Attributes:
        superior: direct superior of the submitter on the day of submission; None if there was none.
        levels_required: people whom the route expected to approve, as stored at submission.
        levels_reached: approvals in the last round.
        approved_sha256: digest kept with the plan; None while it is not approved.
        submitted_sha256: digest of the content last submitted.
        snapshot_is_sound: whether the stored content still gives its own digest.
    """

    number: str
    name: str
    department: Named
    submitter: Named
    superior: Named | None
    submitted_at: datetime
    finished_at: datetime | None
    state: InstanceState
    rounds: int
    levels_required: int
    levels_reached: int
    decisions: tuple[Decision, ...]
    approved_sha256: str | None
    submitted_sha256: str
    snapshot_is_sound: bool


@dataclass(frozen=True, slots=True)
class RefusedAttempt:
    """Something that a person tried and the portal refused; `code` is stable, `reason` as logged."""

    at: datetime
    person: str
    action: str
    record: str
    code: str
    reason: str

    @property
    def attempt(self) -> Any:
        """The attempted action in the reader's language, if it is a usual one, else its technical name."""
        return ATTEMPTS.get(self.action.rpartition(".")[2], self.action)

    @property
    def explanation(self) -> Any:
        """The reason in the reader's language where the code is a known one, else as logged."""
        return REFUSALS.get(self.code, self.reason or self.code)


@dataclass(frozen=True, slots=True)
class PlanApprovals:
    """Everything that the compliance report says.

    Attributes:
        departments: the departments asked for; empty means all that the reader may see.
        chain_head: hash of the last entry of the audit trail when the data were read, and its number.
    """

    company: Named
    start: date
    end: date
    departments: tuple[Named, ...]
    cases: tuple[PlanCase, ...]
    refused: tuple[RefusedAttempt, ...]
    chain_length: int
    chain_head: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures on the first page; `median_time` runs from submission to approval."""

    submitted: int
    approved: int
    returned: int
    rejected: int
    running: int
    withdrawn: int
    with_exceptions: int
    refused: int
    median_time: timedelta | None


@dataclass(frozen=True, slots=True)
class Tally:
    """Approvals of one department or month by outcome."""

    name: str
    smooth: int
    after_return: int
    rejected: int
    other: int


def returns(case: PlanCase) -> int:
    """Return how many times the plan was sent back to its submitter."""
    return sum(1 for decision in case.decisions if decision.verb == ApprovalVerb.RETURN)


def digest_matches(case: PlanCase) -> bool | None:
    """Return whether what is kept as approved is what each approver of the last round saw.

    None while nothing is approved.
    """
    if case.state != InstanceState.APPROVED:
        return None
    seen = {
        decision.content_sha256
        for decision in case.decisions
        if decision.verb == ApprovalVerb.APPROVE and decision.round_no == case.rounds
    }
    return (
        case.snapshot_is_sound
        and case.approved_sha256 == case.submitted_sha256
        and seen <= {case.submitted_sha256}
    )


def exceptions(case: PlanCase) -> tuple[ExceptionKind, ...]:
    """Return what is wrong with an approval, in the order of the list."""
    return tuple(kind for kind, is_found in _RULES if is_found(case))


def _first_not_superior(case: PlanCase) -> bool:
    """Judge the first decision of each round: it belongs to the superior of the day of submission."""
    superior = case.superior.key if case.superior is not None else None
    firsts: dict[int, Decision] = {}
    for decision in case.decisions:
        firsts.setdefault(decision.round_no, decision)
    return any(first.answers_for is None or first.answers_for != superior for first in firsts.values())


def _self_approval(case: PlanCase) -> bool:
    return any(
        decision.verb == ApprovalVerb.APPROVE
        and case.submitter.key in {decision.signed_by, decision.answers_for}
        for decision in case.decisions
    )


def _level_missing(case: PlanCase) -> bool:
    return case.state == InstanceState.APPROVED and case.levels_reached < case.levels_required


def _digest_mismatch(case: PlanCase) -> bool:
    return digest_matches(case) is False


def _administrator(case: PlanCase) -> bool:
    return any(decision.actor_kind == ActorKind.ADMINISTRATOR for decision in case.decisions)


_RULES: tuple[tuple[ExceptionKind, Callable[[PlanCase], bool]], ...] = (
    (ExceptionKind.FIRST_NOT_SUPERIOR, _first_not_superior),
    (ExceptionKind.SELF_APPROVAL, _self_approval),
    (ExceptionKind.LEVEL_MISSING, _level_missing),
    (ExceptionKind.DIGEST_MISMATCH, _digest_mismatch),
    (ExceptionKind.ADMINISTRATOR, _administrator),
)


def summarise(data: PlanApprovals) -> Summary:
    """Count the outcomes of all approvals of the report."""
    states = [case.state for case in data.cases]
    times = [
        (case.finished_at - case.submitted_at).total_seconds()
        for case in data.cases
        if case.state == InstanceState.APPROVED and case.finished_at is not None
    ]
    return Summary(
        submitted=len(data.cases),
        approved=states.count(InstanceState.APPROVED),
        returned=sum(1 for case in data.cases if returns(case)),
        rejected=states.count(InstanceState.REJECTED),
        running=states.count(InstanceState.IN_REVIEW) + states.count(InstanceState.RETURNED),
        withdrawn=states.count(InstanceState.WITHDRAWN) + states.count(InstanceState.CANCELLED),
        with_exceptions=sum(1 for case in data.cases if exceptions(case)),
        refused=len(data.refused),
        median_time=timedelta(seconds=median(times)) if times else None,
    )


def tally(cases: Sequence[PlanCase], name_of: Callable[[PlanCase], str]) -> tuple[Tally, ...]:
    """Return the outcomes by `name_of`, in the order in which the names first appear."""
    groups: dict[str, list[PlanCase]] = {}
    for case in cases:
        groups.setdefault(name_of(case), []).append(case)
    return tuple(_tally(name, group) for name, group in groups.items())


def _tally(name: str, cases: Sequence[PlanCase]) -> Tally:
    approved = [case for case in cases if case.state == InstanceState.APPROVED]
    smooth = sum(1 for case in approved if not returns(case))
    rejected = sum(1 for case in cases if case.state == InstanceState.REJECTED)
    return Tally(name, smooth, len(approved) - smooth, rejected, len(cases) - len(approved) - rejected)


def share(part: int, whole: int) -> Decimal | None:
    """Return `part` of `whole` in percent with one place; None of nothing."""
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1")) if whole else None
