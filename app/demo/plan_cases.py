"""Plans whose way was not straight: returned twice, rejected, waiting at two levels, withdrawn, and the drafts of 2027."""

from decimal import Decimal
from functools import partial

from app.core.actor import Actor
from app.demo.approving import answer, asked, decide, pass_through, submit, withdraw
from app.demo.plan_facts import GROUPS, NEXT_YEAR_GOALS, NEXT_YEAR_LINES, NEXT_YEAR_STRATEGY, YEAR_STEPS, Goal
from app.demo.plan_parts import add_goals, add_lines, add_steps, open_plan
from app.demo.plans import draft_month, draft_quarter, month_key, quarter_key
from app.demo.stage import Stage
from models.plans import MarketingPlan

NEXT_YEAR = "plan:2027"
NEXT_YEAR_BUDGET = Decimal("20000000.00")
RETURNED = quarter_key("promotion", 2)
AT_SUPERIOR = month_key("promotion", 12)
AT_HIGHER_LEVEL = month_key("media", 12)
WITHDRAWN = month_key("research", 12)
READY = quarter_key("promotion", 1, 2027)
"""Complete draft that `event-planner-1` may submit at once."""
REJECTED = quarter_key("media", 1, 2027)
NEXT_THEME = "2027开春上新与三八节"
ANSWERS = {
    "2026-03-10 15:20": (
        "promo-manager",
        "达人费用占比偏高,请把一部分移到门店活动,并补充五二〇直播间的里程碑。",
    ),
    "2026-03-13 11:05": ("mkt-director", "策略请写明让利底线与同价同权益的约定。"),
}
"""When the plan of the second quarter was given back, by whom and why."""


def tell(stage: Stage) -> None:
    """Note the scenes of all of them."""
    _tell_returned(stage)
    _tell_december(stage)
    _tell_next_year(stage)


# ------------------------------------------------------------------ returned twice, then in force


def _tell_returned(stage: Stage) -> None:
    owner = "event-planner-1"
    stage.at("2026-03-09 09:40", owner, partial(_file, stage, "promotion", 2))
    (first, (lead, lead_opinion)), (second, (director, director_opinion)) = ANSWERS.items()
    stage.at(first, lead, partial(_return, stage, lead_opinion))
    stage.at("2026-03-11 16:30", owner, partial(_first_revision, stage))
    stage.at("2026-03-12 10:00", lead, partial(_approve_once, stage))
    stage.at(second, director, partial(_return, stage, director_opinion))
    stage.at("2026-03-16 09:50", owner, partial(_second_revision, stage))


def _file(stage: Stage, group: str, quarter: int, actor: Actor) -> None:
    draft_quarter(stage, group, quarter, actor)
    submit(stage, actor, RETURNED, "请审核,五二〇与六一八为本季重点。")


def _return(stage: Stage, opinion: str, actor: Actor) -> None:
    decide(stage, actor, RETURNED, "return_to_submitter", opinion)


def _approve_once(stage: Stage, actor: Actor) -> None:
    decide(stage, actor, RETURNED, "approve", "已按意见修改,同意。")


def _first_revision(stage: Stage, actor: Actor) -> None:
    plan: MarketingPlan = stage.things[RETURNED]
    moved = Decimal(30_000)
    kol = next(line for line in plan.budget_lines if (line.category, line.month) == ("kol", 5))
    event = next(line for line in plan.budget_lines if (line.category, line.month) == ("event", 5))
    stage.change(actor, kol, allocated_amount=kol.allocated_amount - moved)
    stage.change(actor, event, allocated_amount=event.allocated_amount + moved)
    add_steps(stage, actor, plan, [("五二〇直播间搭建与彩排", 50)])
    submit(stage, actor, RETURNED, "已移 3 万元至门店活动,并补充里程碑。")


def _second_revision(stage: Stage, actor: Actor) -> None:
    plan = stage.things[RETURNED]
    text = f"{plan.strategy_text}单笔让利不低于毛利底线 45%,线上线下同价同权益。"
    stage.change(actor, plan, strategy_text=text)
    submit(stage, actor, RETURNED, "已补充让利底线。")
    answer(stage, RETURNED)


# ------------------------------------------------------------------ December: waiting and withdrawn


def _tell_december(stage: Stage) -> None:
    stage.at("2026-11-19 10:30", "event-planner-2", partial(_file_december, stage, "promotion"))
    stage.at("2026-11-17 14:10", "media-buyer", partial(_file_december, stage, "media"))
    stage.at("2026-11-18 11:25", "media-manager", partial(_pass_on, stage))
    stage.at("2026-11-16 09:30", "researcher-1", partial(_file_december, stage, "research"))
    stage.at("2026-11-17 17:05", "researcher-1", partial(_take_back, stage))


def _file_december(stage: Stage, group: str, actor: Actor) -> None:
    draft_month(stage, group, 12, actor)
    submit(stage, actor, month_key(group, 12))


def _pass_on(stage: Stage, actor: Actor) -> None:
    decide(stage, actor, AT_HIGHER_LEVEL, "approve", "排期合理,同意,请总监审批。")


def _take_back(stage: Stage, actor: Actor) -> None:
    withdraw(stage, actor, WITHDRAWN, "补充年终访谈名单后再提交。")


# ------------------------------------------------------------------ 2027


def _tell_next_year(stage: Stage) -> None:
    stage.at("2026-11-04 10:00", "mkt-director", partial(_file_next_year, stage))
    stage.at("2026-11-13 10:15", "media-buyer", partial(_file_rejected, stage))
    stage.at("2026-11-16 15:40", "media-manager", partial(_pass_rejected, stage))
    stage.at("2026-11-18 16:20", "mkt-director", partial(_reject, stage))
    stage.at("2026-11-18 14:00", "event-planner-1", partial(_draft_ready, stage))
    stage.at("2026-11-19 15:30", "product-planner", partial(_draft_with_wrong_weights, stage))
    stage.at("2026-11-19 16:45", "researcher-2", partial(_draft_without_timetable, stage))


def _file_next_year(stage: Stage, actor: Actor) -> None:
    plan = open_plan(
        stage,
        actor,
        NEXT_YEAR,
        name="2027年度营销计划",
        department="marketing",
        year=2027,
        quarter=None,
        month=None,
        budget=NEXT_YEAR_BUDGET,
        parent=None,
        strategy=NEXT_YEAR_STRATEGY,
    )
    add_goals(stage, actor, plan, NEXT_YEAR_GOALS)
    add_lines(stage, actor, plan, NEXT_YEAR_LINES, dict.fromkeys((1, 4, 7, 10), NEXT_YEAR_BUDGET / 4))
    add_steps(stage, actor, plan, YEAR_STEPS)
    pass_through(stage, actor, NEXT_YEAR)


def _draft(stage: Stage, actor: Actor, group: str, months: tuple[int, int, int]) -> MarketingPlan:
    """Make a draft of a group's first quarter of 2027 with budget lines; months in RMB 10,000."""
    facts = GROUPS[group]
    amounts = {month: Decimal(units) * 10_000 for month, units in enumerate(months, start=1)}
    plan = open_plan(
        stage,
        actor,
        quarter_key(group, 1, 2027),
        name=f"2027年第一季度{facts.name}营销计划",
        department=group,
        year=2027,
        quarter=1,
        month=None,
        budget=sum(amounts.values(), Decimal(0)),
        parent=NEXT_YEAR,
        strategy=facts.strategy.format(theme=NEXT_THEME),
    )
    add_lines(stage, actor, plan, facts.lines, amounts)
    return plan


def _draft_ready(stage: Stage, actor: Actor) -> None:
    plan = _draft(stage, actor, "promotion", (40, 35, 70))
    add_goals(stage, actor, plan, GROUPS["promotion"].goals)
    add_steps(stage, actor, plan, GROUPS["promotion"].steps)


def _draft_with_wrong_weights(stage: Stage, actor: Actor) -> None:
    plan = _draft(stage, actor, "brand", (16, 14, 25))
    add_goals(
        stage,
        actor,
        plan,
        [
            Goal("awareness", "awareness", 50, target="1"),
            Goal("margin", "competitiveness", 40, target="63.5"),
        ],
    )
    add_steps(stage, actor, plan, GROUPS["brand"].steps)


def _draft_without_timetable(stage: Stage, actor: Actor) -> None:
    plan = _draft(stage, actor, "research", (9, 8, 14))
    add_goals(stage, actor, plan, GROUPS["research"].goals)


def _file_rejected(stage: Stage, actor: Actor) -> None:
    plan = _draft(stage, actor, "media", (60, 50, 120))
    add_goals(stage, actor, plan, GROUPS["media"].goals)
    add_steps(stage, actor, plan, GROUPS["media"].steps)
    submit(stage, actor, REJECTED)


def _pass_rejected(stage: Stage, actor: Actor) -> None:
    decide(stage, actor, REJECTED, "approve", "同意,请总监把关达人费用。")


def _reject(stage: Stage, actor: Actor) -> None:
    assert asked(stage, REJECTED) is not None
    decide(stage, actor, REJECTED, "reject", "同比增加七成且缺少增量测算,不予批准;请按年度方向重新编制。")
