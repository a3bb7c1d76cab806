"""Made-up approvals of many plans, with each kind of outcome and of exception among them."""

from datetime import UTC, date, datetime, timedelta

from models.approvals import ActorKind, ApprovalVerb, Capacity, InstanceState
from reports.names import Named
from reports.plan_approval_compliance_data import Decision, PlanApprovals, PlanCase, RefusedAttempt
from tests.pdf.samples import CHEN, LIN, MARKETING, QIAN, ZHAO, digest

DEPARTMENTS = (
    MARKETING,
    Named("品牌与商品企划部", "Brand and product planning"),
    Named("推广部", "Promotion"),
    Named("销售与渠道部", "Sales and channels"),
    Named("客户服务与会员部", "Customer service and membership"),
)
APPROVE, RETURN, REJECT = ApprovalVerb.APPROVE, ApprovalVerb.RETURN, ApprovalVerb.REJECT
DIRECT, HIGHER = Capacity.DIRECT_SUPERIOR, Capacity.HIGHER_LEVEL


def decision(
    person: Named,
    verb: ApprovalVerb,
    at: datetime,
    *,
    capacity: Capacity = DIRECT,
    proxy_for: Named | None = None,
    round_no: int = 1,
    content: str = "content",
    kind: ActorKind | None = None,
) -> Decision:
    """Return one decision; a proxy's is marked as such."""
    actor_kind = kind or (ActorKind.PROXY if proxy_for else ActorKind.PERSON)
    return Decision(round_no, person, actor_kind, proxy_for, capacity, verb, at, digest(content))


def plan_case(number: int = 1, **changes: object) -> PlanCase:
    """Return a plan that CHEN filed, LIN and then ZHAO approved: nothing is wrong with it."""
    submitted = datetime(2026, 4, 1, 2, 0, 11, tzinfo=UTC) + timedelta(days=number * 2 % 88, hours=number % 7)
    values: dict[str, object] = {
        "number": f"MP-2026-{number:04d}",
        "name": f"2026 年 {4 + number % 3} 月营销计划",
        "department": DEPARTMENTS[number % 5],
        "submitter": CHEN,
        "superior": LIN,
        "submitted_at": submitted,
        "finished_at": submitted + timedelta(hours=30),
        "state": InstanceState.APPROVED,
        "rounds": 1,
        "levels_required": 2,
        "levels_reached": 2,
        "decisions": (
            decision(LIN, APPROVE, submitted + timedelta(hours=5)),
            decision(ZHAO, APPROVE, submitted + timedelta(hours=30), capacity=HIGHER),
        ),
        "approved_sha256": digest("content"),
        "submitted_sha256": digest("content"),
        "snapshot_is_sound": True,
    }
    values.update(changes)
    return PlanCase(**values)  # type: ignore[arg-type]


def _variant(number: int) -> PlanCase:
    base = plan_case(number)
    at = base.submitted_at
    hours = timedelta(hours=1)
    returned = (decision(LIN, RETURN, at + 3 * hours), decision(LIN, APPROVE, at + 26 * hours, round_no=2))
    changes: dict[int, dict[str, object]] = {
        3: {"rounds": 2, "finished_at": at + 60 * hours, "decisions": (
            *returned, decision(QIAN, APPROVE, at + 60 * hours, capacity=HIGHER, proxy_for=ZHAO, round_no=2))},
        5: {"state": InstanceState.REJECTED, "approved_sha256": None, "levels_reached": 0,
            "decisions": (decision(LIN, REJECT, at + 2 * hours),)},
        7: {"state": InstanceState.IN_REVIEW, "finished_at": None, "approved_sha256": None, "levels_reached": 1,
            "decisions": base.decisions[:1]},
        11: {"decisions": (decision(QIAN, APPROVE, at + hours), base.decisions[1])},
        13: {"approved_sha256": digest("changed behind the portal's back")},
        17: {"levels_reached": 1, "decisions": base.decisions[:1]},
        19: {"state": InstanceState.WITHDRAWN, "approved_sha256": None, "levels_reached": 0, "decisions": ()},
        23: {"decisions": (base.decisions[0], decision(
            QIAN, APPROVE, at + 30 * hours, capacity=Capacity.ADMINISTRATOR, kind=ActorKind.ADMINISTRATOR))},
    }  # fmt: skip
    for divisor, change in changes.items():
        if number % divisor == 0:
            return plan_case(number, **change)
    return base


def plan_approvals(count: int = 32, **changes: object) -> PlanApprovals:
    """Return `count` approvals of the second quarter and three refused attempts."""
    at = datetime(2026, 4, 9, 7, 30, 2, tzinfo=UTC)
    values: dict[str, object] = {
        "company": Named("岚序 LANXU", "LANXU 岚序"),
        "start": date(2026, 4, 1),
        "end": date(2026, 6, 30),
        "departments": (),
        "cases": tuple(_variant(number) for number in range(1, count + 1)),
        "refused": (
            RefusedAttempt(at, "陈思远", "ApprovalView.decide", "MP-2026-0004 2026 年 5 月营销计划", "self-approval", "self-approval"),
            RefusedAttempt(at + timedelta(days=3), "钱喆", "ApprovalView.decide", "MP-2026-0009 2026 年 4 月营销计划", "not-current-approver", "not-current-approver"),
            RefusedAttempt(at + timedelta(days=9), "陈思远", "MarketingPlanView.edit", "MP-2026-0012 2026 年 4 月营销计划", "plan-weights", "目标权重合计须为 100%。"),
        ),
        "chain_length": 18342,
        "chain_head": digest("audit head"),
    }  # fmt: skip
    values.update(changes)
    return PlanApprovals(**values)  # type: ignore[arg-type]
