"""Made-up documents of the demo company, rich enough that every part of a template is printed."""

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal

from models.approvable import ApprovalStatus
from models.approvals import ActorKind, ApprovalVerb, Capacity
from models.metrics import MetricUnit
from models.plans import BudgetCategory, MilestoneStatus, ObjectiveKind, PlanType
from reports.names import Named
from reports.plan_approval_sheet_data import (
    Allocation,
    Evidence,
    GoalLine,
    Milestone,
    PlanSheet,
    RelatedPlan,
    TrailEntry,
)

MADE_AT = datetime(2026, 4, 3, 1, 15, 30, tzinfo=UTC)

MARKETING = Named("市场部", "Marketing")
CHEN = Named("陈思远", "Chen Siyuan", 11)
LIN = Named("林若溪", "Lin Ruoxi", 12)
ZHAO = Named("赵启明", "Zhao Qiming", 13)
QIAN = Named("钱喆", "Qian Zhe", 14)

TMALL = Named("天猫旗舰店", "Tmall flagship store")
DOUYIN = Named("抖音直播", "Douyin live")
STORES = Named("自营门店", "Own stores")
AGENTS = Named("省级代理", "Provincial agents")

STRATEGY = """以“春夏新品上市”为主线，四月预热、五月集中投放、六月承接“6·18”大促，三个波段首尾相接。
目标客群为 28—45 岁都市职业女性。线上以天猫旗舰店承接成交、抖音直播带来新客；线下以自营门店的量身定制体验沉淀会员。
预算向可衡量的渠道倾斜：投放类费用必须绑定点击率与转化率指标，连续两周低于目标 80% 的渠道，其余额转入表现最好的渠道。"""


def digest(text: str) -> str:
    """Return a stable SHA-256 to stand for a stored one."""
    return hashlib.sha256(text.encode()).hexdigest()


def _at(day: int, hour: int, minute: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, 7, tzinfo=UTC)


FIRST, SECOND, ROUTE = digest("first content"), digest("second content"), digest("route")
DIRECT = Named("直属上级审核", "Review by the direct superior")
HIGHER = Named("更高层级审批", "Approval one level higher")


def _trail() -> tuple[TrailEntry, ...]:
    person, proxy = ActorKind.PERSON, ActorKind.PROXY
    superior, higher = Capacity.DIRECT_SUPERIOR, Capacity.HIGHER_LEVEL
    why = "抖音渠道六月的预算缺少上季度转化率依据，请补充后重新提交。"
    return (
        TrailEntry(
            1, 1, _at(23, 1, 5), ApprovalVerb.SUBMIT, None, person, CHEN, None, None, None, FIRST, ROUTE
        ),
        TrailEntry(
            2,
            1,
            _at(23, 1, 5),
            ApprovalVerb.STEP_OPENED,
            DIRECT,
            ActorKind.SYSTEM,
            None,
            None,
            None,
            None,
            FIRST,
            ROUTE,
        ),
        TrailEntry(
            3, 1, _at(24, 8, 40), ApprovalVerb.RETURN, DIRECT, person, LIN, None, superior, why, FIRST, ROUTE
        ),
        TrailEntry(
            4,
            2,
            _at(25, 2, 30),
            ApprovalVerb.SUBMIT,
            None,
            person,
            CHEN,
            None,
            None,
            "已补充第一季度抖音转化率 2.1%。",
            SECOND,
            ROUTE,
        ),
        TrailEntry(
            5,
            2,
            _at(25, 6, 12),
            ApprovalVerb.APPROVE,
            DIRECT,
            person,
            LIN,
            None,
            superior,
            "依据充分，同意。",
            SECOND,
            ROUTE,
        ),
        TrailEntry(
            6,
            2,
            _at(26, 3, 2),
            ApprovalVerb.APPROVE,
            HIGHER,
            proxy,
            QIAN,
            ZHAO,
            higher,
            "受托审批：预算在年度额度内，同意。",
            SECOND,
            ROUTE,
        ),
        TrailEntry(
            7,
            2,
            _at(26, 3, 2),
            ApprovalVerb.FINISH,
            None,
            ActorKind.SYSTEM,
            None,
            None,
            None,
            None,
            SECOND,
            ROUTE,
        ),
    )


def _allocations() -> tuple[Allocation, ...]:
    rows: list[tuple[BudgetCategory, Named | None, tuple[str, str, str]]] = [
        (BudgetCategory.ADVERTISING, TMALL, ("180000", "260000", "420000.50")),
        (BudgetCategory.ADVERTISING, DOUYIN, ("150000", "320000", "380000")),
        (BudgetCategory.KOL, DOUYIN, ("90000", "240000", "160000")),
        (BudgetCategory.EVENT, STORES, ("220000", "180000", "")),
        (BudgetCategory.EVENT, AGENTS, ("", "120000", "210000")),
        (BudgetCategory.PROMOTION, STORES, ("160000", "140000", "330000")),
        (BudgetCategory.CONTENT, None, ("200000", "140000", "180000")),
        (BudgetCategory.RESEARCH, None, ("100000", "100000", "120000")),
    ]
    return tuple(
        Allocation(category, channel, date(2026, 4 + i, 1), Decimal(text))
        for category, channel, texts in rows
        for i, text in enumerate(texts)
        if text
    )


def plan_sheet(**changes: object) -> PlanSheet:
    """Return the quarter plan of the marketing department, returned once and then approved."""
    year_plan = RelatedPlan(
        "MP-2026-0001", "2026 年度营销计划", MARKETING, date(2026, 1, 1), date(2026, 12, 31),
        Decimal("18000000"), ApprovalStatus.IN_FORCE,
    )  # fmt: skip
    months = tuple(
        RelatedPlan(f"MP-2026-00{21 + i}", f"2026 年 {4 + i} 月营销计划", MARKETING, date(2026, 4 + i, 1),
                    date(2026, 4 + i, 28), Decimal(amount), status)
        for i, (amount, status) in enumerate(
            [("1100000", ApprovalStatus.IN_REVIEW), ("1500000", ApprovalStatus.DRAFT), ("1900000", ApprovalStatus.DRAFT)]
        )
    )  # fmt: skip
    values: dict[str, object] = {
        "company": Named("岚序 LANXU", "LANXU 岚序"),
        "number": "MP-2026-0012",
        "name": "2026 年第二季度营销计划",
        "revision": 2,
        "plan_type": PlanType.QUARTER,
        "fiscal_year": 2026,
        "department": MARKETING,
        "owner": CHEN,
        "start_on": date(2026, 4, 1),
        "end_on": date(2026, 6, 30),
        "status": ApprovalStatus.IN_FORCE,
        "currency": "CNY",
        "budget": Decimal("4500000.00"),
        "distributed": Decimal("4500000.00"),
        "strategy": STRATEGY,
        "submitted_at": _at(25, 2, 30),
        "approved_at": _at(26, 3, 2),
        "parent": year_plan,
        "children": months,
        "goals": (
            GoalLine(ObjectiveKind.GROWTH, "全年营业收入 3.3 亿元", Named("销售收入", "Revenue"), MetricUnit.MONEY,
                     Decimal("71200000"), Decimal("82500000"), Decimal("50")),
            GoalLine(ObjectiveKind.AWARENESS, "目标客群知名度提高 5 个百分点", Named("品牌知名度", "Brand awareness"),
                     MetricUnit.PERCENT, Decimal("31.5"), Decimal("33"), Decimal("20")),
            GoalLine(ObjectiveKind.COMPETITIVENESS, "新会员 60,000 人", Named("新增会员", "New members"),
                     MetricUnit.COUNT, None, Decimal("16000"), Decimal("30")),
        ),
        "allocations": _allocations(),
        "milestones": (
            Milestone("春夏新品上市发布", date(2026, 4, 8), date(2026, 4, 18), date(2026, 4, 17), MilestoneStatus.DONE, CHEN),
            Milestone("KOL 合作第一波投放", date(2026, 4, 20), date(2026, 5, 10), date(2026, 5, 14), MilestoneStatus.DONE, QIAN),
            Milestone("5·20 会员日", date(2026, 5, 16), date(2026, 5, 21), None, MilestoneStatus.OPEN, LIN),
            Milestone("“6·18”大促预售与正式期（含天猫、抖音两个主会场）", date(2026, 5, 28), date(2026, 6, 20), None, MilestoneStatus.OPEN, CHEN),
            Milestone("季度效果评估与资料归档", date(2026, 6, 21), date(2026, 6, 30), None, MilestoneStatus.OPEN, QIAN),
        ),
        "trail": _trail(),
        "evidence": Evidence(Named("营销计划审批", "Marketing plan approval"), 3, ROUTE, SECOND, True, 7, digest("head")),
    }  # fmt: skip
    values.update(changes)
    return PlanSheet(**values)  # type: ignore[arg-type]
