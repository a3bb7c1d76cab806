"""The data of the plan approval sheet and the pure arithmetic of its tables (R039, R041-R047)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.core.money import ZERO
from models.approvable import ApprovalStatus
from models.approvals import ActorKind, ApprovalVerb, Capacity
from models.metrics import MetricUnit
from models.plans import BudgetCategory, MilestoneStatus, ObjectiveKind, PlanType
from reports.names import Named


@dataclass(frozen=True, slots=True)
class GoalLine:
    """One goal: where a metric stands, where it shall stand, its weight in percent."""

    objective_kind: ObjectiveKind
    objective: str
    metric: Named
    unit: MetricUnit
    baseline: Decimal | None
    target: Decimal
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Allocation:
    """Money of one category and channel (None: all channels) in one month (its first day)."""

    category: BudgetCategory
    channel: Named | None
    month: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Milestone:
    """One dated step; both days belong to it."""

    name: str
    start_on: date
    due_on: date
    finished_on: date | None
    status: MilestoneStatus
    owner: Named


@dataclass(frozen=True, slots=True)
class RelatedPlan:
    """A plan above or below this one."""

    number: str
    name: str
    department: Named
    start_on: date
    end_on: date
    budget: Decimal
    status: ApprovalStatus


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One entry of the approval log: who did what in which capacity, when, and on seeing what."""

    seq: int
    round_no: int
    at: datetime
    verb: ApprovalVerb
    step: Named | None
    actor_kind: ActorKind
    person: Named | None
    on_behalf_of: Named | None
    capacity: Capacity | None
    opinion: str | None
    content_sha256: str
    route_sha256: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What ties the paper to the database: digests and the last link of the approval's own chain.

    `content_matches` says whether the plan as stored now still has the approved digest; None while
    it is not approved.
    """

    route: Named
    route_version: int
    route_sha256: str
    content_sha256: str
    content_matches: bool | None
    chain_length: int
    chain_head: str


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """Everything that the approval sheet of one plan says."""

    company: Named
    number: str
    name: str
    revision: int
    plan_type: PlanType
    fiscal_year: int
    department: Named
    owner: Named
    start_on: date
    end_on: date
    status: ApprovalStatus
    currency: str
    budget: Decimal
    distributed: Decimal
    strategy: str
    submitted_at: datetime | None
    approved_at: datetime | None
    parent: RelatedPlan | None
    children: tuple[RelatedPlan, ...]
    goals: tuple[GoalLine, ...]
    allocations: tuple[Allocation, ...]
    milestones: tuple[Milestone, ...]
    trail: tuple[TrailEntry, ...]
    evidence: Evidence | None

    @property
    def is_approved(self) -> bool:
        """Whether the plan has been approved, whatever became of it later."""
        return self.approved_at is not None


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """One line of the budget table: a channel within a category, one cell per month, and its sum."""

    channel: Named | None
    cells: tuple[Decimal | None, ...]
    total: Decimal


@dataclass(frozen=True, slots=True)
class BudgetGroup:
    """A category with its channels; `cells` and `total` are the sums over them."""

    category: BudgetCategory
    rows: tuple[BudgetRow, ...]
    cells: tuple[Decimal | None, ...]
    total: Decimal
    share: Decimal


@dataclass(frozen=True, slots=True)
class BudgetTable:
    """The budget by category, channel and month; `total` is the sum of all cells."""

    months: tuple[date, ...]
    groups: tuple[BudgetGroup, ...]
    cells: tuple[Decimal | None, ...]
    total: Decimal


@dataclass(frozen=True, slots=True)
class BudgetPart:
    """Some neighbouring months of a budget table, as many as fit on a page; cells by `first:last`."""

    first: int
    last: int
    is_final: bool


@dataclass(frozen=True, slots=True)
class SignatureBox:
    """A box on the signature row: for what, who, and the recorded decision, if there is one."""

    role: Capacity | None
    step: Named | None
    person: Named | None
    entry: TrailEntry | None


NOT_SHOWN = frozenset({ApprovalVerb.STEP_OPENED})
"""Entries that say only that the machine moved on."""
DECISIONS = frozenset({ApprovalVerb.APPROVE, ApprovalVerb.REJECT, ApprovalVerb.RETURN})


def budget_table(allocations: Sequence[Allocation]) -> BudgetTable:
    """Lay the allocations out by category (in the order of the list), channel and month."""
    months = tuple(sorted({line.month for line in allocations}))
    total = sum((line.amount for line in allocations), ZERO)
    groups = []
    for category in BudgetCategory:
        lines = [line for line in allocations if line.category == category]
        if lines:
            groups.append(_budget_group(category, lines, months, total))
    return BudgetTable(months, tuple(groups), _cells(allocations, months), total)


def budget_parts(table: BudgetTable, months: int) -> tuple[BudgetPart, ...]:
    """Cut a budget table into parts of at most `months` months; the last one also shows the totals."""
    count = len(table.months)
    return tuple(
        BudgetPart(first, min(first + months, count), is_final=first + months >= count)
        for first in range(0, count, months)
    )


def _budget_group(
    category: BudgetCategory, lines: Sequence[Allocation], months: tuple[date, ...], whole: Decimal
) -> BudgetGroup:
    by_channel: dict[Named | None, list[Allocation]] = {}
    for line in lines:
        by_channel.setdefault(line.channel, []).append(line)
    rows = tuple(
        BudgetRow(channel, _cells(own, months), sum((line.amount for line in own), ZERO))
        for channel, own in sorted(
            by_channel.items(), key=lambda item: (item[0] is not None, _stored_name(item[0]))
        )
    )
    total = sum((line.amount for line in lines), ZERO)
    share = (total * 100 / whole).quantize(Decimal("0.1")) if whole else ZERO
    return BudgetGroup(category, rows, _cells(lines, months), total, share)


def _stored_name(value: Named | None) -> str:
    return value.name if value is not None else ""


def _cells(lines: Iterable[Allocation], months: tuple[date, ...]) -> tuple[Decimal | None, ...]:
    sums: dict[date, Decimal] = {}
    for line in lines:
        sums[line.month] = sums.get(line.month, ZERO) + line.amount
    return tuple(sums.get(month) for month in months)


def shown_trail(trail: Sequence[TrailEntry]) -> tuple[TrailEntry, ...]:
    """Return the entries that the sheet prints, in the order of the log."""
    return tuple(
        sorted((entry for entry in trail if entry.verb not in NOT_SHOWN), key=lambda entry: entry.seq)
    )


@dataclass(frozen=True, slots=True)
class Round:
    """The entries of one round: from a submission to its end or its return."""

    number: int
    entries: tuple[TrailEntry, ...]


def rounds(trail: Sequence[TrailEntry]) -> tuple[Round, ...]:
    """Return the printed entries by round, in the order of the log."""
    shown = shown_trail(trail)
    numbers = sorted({entry.round_no for entry in shown})
    return tuple(Round(no, tuple(entry for entry in shown if entry.round_no == no)) for no in numbers)


def signature_boxes(sheet: PlanSheet) -> tuple[SignatureBox, ...]:
    """Return one box for the submitter and one for each decision of the last round.

    A plan that was never submitted has one box, for its owner.
    """
    last_round = max((entry.round_no for entry in sheet.trail), default=0)
    current = [entry for entry in shown_trail(sheet.trail) if entry.round_no == last_round]
    submitted = next((entry for entry in current if entry.verb == ApprovalVerb.SUBMIT), None)
    first = SignatureBox(None, None, submitted.person if submitted else sheet.owner, submitted)
    others = (
        SignatureBox(entry.capacity, entry.step, entry.person, entry)
        for entry in current
        if entry.verb in DECISIONS
    )
    return (first, *others)


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the non-empty lines of a free text; each becomes a paragraph."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())
