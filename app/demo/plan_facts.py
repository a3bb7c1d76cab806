"""What the demo company planned for 2026: budgets of five groups by month, goals, budget lines, timetables.

Amounts are in units of RMB 10,000. The year has 1,800: 360 + 450 + 390 + 600 by quarter; April 110, May 150 and
June 190 make the second quarter's 450.
"""

from dataclasses import dataclass
from decimal import Decimal

TEN_THOUSAND = Decimal(10_000)
YEAR_TOTAL = Decimal("18000000.00")
QUARTER_TOTALS = {1: Decimal(3_600_000), 2: Decimal(4_500_000), 3: Decimal(3_900_000), 4: Decimal(6_000_000)}


@dataclass(frozen=True)
class Goal:
    """A goal of a plan.

    Attributes:
        per_unit: for what adds up: target per RMB 10,000 of budget; None for a rate.
        target: for a rate: the target itself.
    """

    metric: str
    objective: str
    weight: int
    target: str = "0"
    baseline: str | None = None
    per_unit: str | None = None


@dataclass(frozen=True)
class Group:
    """A group of the marketing department and how it plans.

    Attributes:
        quarter_owner, month_owners: who files; months take turns.
        months: budget of January to December in RMB 10,000.
        lines: (category, channel or None, share of a month's budget in percent).
        steps: milestones: (name, share of the period in percent at which it is due).
    """

    name: str
    quarter_owner: str
    month_owners: tuple[str, ...]
    months: tuple[int, ...]
    goals: tuple[Goal, ...]
    lines: tuple[tuple[str, str | None, int], ...]
    steps: tuple[tuple[str, int], ...]
    strategy: str

    def quarter(self, number: int) -> int:
        """Return the budget of a quarter in RMB 10,000."""
        return sum(self.months[3 * number - 3 : 3 * number])


GROUPS = {
    "research": Group(
        "策略研究组",
        "researcher-1",
        ("researcher-2", "researcher-1"),
        (9, 8, 13, 10, 12, 13, 10, 12, 13, 12, 15, 13),
        (
            Goal("samples", "competitiveness", 60, per_unit="12"),
            Goal("on_time", "competitiveness", 40, target="95", baseline="88"),
        ),
        (("research", None, 80), ("other", None, 20)),
        (("问卷与访谈提纲定稿", 20), ("数据采集完成", 65), ("调研结论提交策略会", 95)),
        "围绕{theme}开展需求、竞品与行业三类调研,结论进入策略会并支持选品与定价。",
    ),
    "brand": Group(
        "品牌商品组",
        "product-planner",
        ("pricing-analyst", "product-planner"),
        (15, 13, 22, 18, 20, 22, 18, 20, 22, 20, 28, 22),
        (
            Goal("awareness", "awareness", 50, target="1.3", baseline="1.0"),
            Goal("margin", "competitiveness", 50, target="63.5", baseline="62.0"),
        ),
        (("content", None, 55), ("event", "store", 30), ("other", None, 15)),
        (("波段企划会", 15), ("样衣与画册到位", 55), ("上市复盘", 95)),
        "以{theme}为主线安排波段上市,画册与陈列统一品牌调性,价格不低于底线毛利。",
    ),
    "promotion": Group(
        "推广组",
        "event-planner-1",
        ("event-planner-2", "event-planner-1"),
        (35, 33, 62, 38, 56, 71, 40, 46, 54, 60, 105, 65),
        (
            Goal("new_members", "growth", 40, per_unit="60"),
            Goal("conversion", "growth", 30, target="3.2", baseline="2.7"),
            Goal("roi_profit", "competitiveness", 30, target="2.5", baseline="2.1"),
        ),
        (("event", "store", 30), ("promotion", "tmall", 35), ("content", None, 20), ("kol", "douyin", 15)),
        (("活动方案定稿", 15), ("物料与直播间就绪", 45), ("活动执行完成", 85), ("效果复盘", 98)),
        "以{theme}带动会员拉新与转化,线上线下同价同权益,促销让利控制在毛利底线以内。",
    ),
    "media": Group(
        "媒介合作组",
        "media-buyer",
        ("media-buyer",),
        (35, 31, 64, 37, 54, 74, 36, 45, 52, 60, 110, 60),
        (
            Goal("reach", "awareness", 35, target="42", baseline="36"),
            Goal("ctr", "growth", 35, target="2.8", baseline="2.4"),
            Goal("new_members", "growth", 30, per_unit="30"),
        ),
        (
            ("advertising", "tmall", 35),
            ("advertising", "douyin", 30),
            ("kol", "douyin", 20),
            ("channel", "agent", 15),
        ),
        (("媒介排期确认", 15), ("投放中期优化", 55), ("投放结案", 95)),
        "围绕{theme}集中投放,按周优化素材与人群,代理区域配合地推。",
    ),
    "data": Group(
        "数据分析组",
        "strategy-lead",
        ("strategy-lead",),
        (6, 5, 9, 7, 8, 10, 6, 7, 9, 8, 12, 10),
        (
            Goal("data_quality", "competitiveness", 60, target="97", baseline="93"),
            Goal("on_time", "competitiveness", 40, target="98", baseline="92"),
        ),
        (("research", None, 60), ("other", None, 40)),
        (("指标口径确认", 20), ("看板上线", 60), ("评估报告提交", 95)),
        "为{theme}提供目标/实际看板与评估报告,口径统一并可追溯。",
    ),
}
"""Key of the department → its plans."""

THEMES = {
    1: "开春上新与三八节",
    2: "春夏主推、五二〇与六一八",
    3: "七夕与秋冬订货会",
    4: "双十一与年终答谢",
}
"""Quarter → what it is about."""

YEAR_GOALS = (
    Goal("revenue", "growth", 40, target="330000000", baseline="300000000"),
    Goal("new_members", "growth", 25, target="60000", baseline="51000"),
    Goal("awareness", "awareness", 15, target="5", baseline="3"),
    Goal("roi_profit", "competitiveness", 20, target="2.5", baseline="2.1"),
)
NEXT_YEAR_GOALS = (
    Goal("revenue", "growth", 40, target="370000000", baseline="330000000"),
    Goal("new_members", "growth", 25, target="65000", baseline="60000"),
    Goal("awareness", "awareness", 15, target="3", baseline="5"),
    Goal("roi_profit", "competitiveness", 20, target="2.6", baseline="2.5"),
)
YEAR_STEPS = (
    ("年度计划宣贯", 8),
    ("上半年经营回顾", 53),
    ("秋冬订货会", 60),
    ("双十一复盘", 89),
    ("年度评估与下年策略会", 97),
)
YEAR_STRATEGY = (
    "以中高端女装为核心、高定为标杆:上半年做声量与拉新,下半年做转化与复购;预算向大促与自有渠道倾斜。"
)
NEXT_YEAR_STRATEGY = "稳住大促效率,把增量投向会员复购与高定;渠道费用率下降 0.5 个百分点。"
NEXT_YEAR_LINES = (
    ("advertising", None, 40),
    ("event", None, 25),
    ("promotion", None, 20),
    ("content", None, 15),
)
