"""Appraisal of the first half of 2026: two schemes with the three parts, ten appraisals, a reward and a penalty (R122, R123)."""

from datetime import date
from decimal import Decimal
from functools import partial

from app.core.actor import Actor
from app.demo.approving import pass_through, submit
from app.demo.stage import Stage
from models.appraisals import (
    Appraisal,
    AppraisalCriterion,
    AppraisalCycle,
    AppraisalLevel,
    AppraisalScheme,
    AppraisalScore,
    SchemeStatus,
)
from models.rewards import RewardPenalty

CRITERIA = (
    ("目标达成与营销效果", "effect", 40, "roi_profit", "达成率 100% 得 90 分,每增减 5 个百分点增减 5 分。"),
    ("投入产出比", "input_output", 25, "roi_revenue", "不低于上年同期得 80 分。"),
    ("客户反馈", "customer_feedback", 20, "satisfaction", "满意度 4.5 分得 90 分。"),
    ("流程执行", "other", 15, "on_time", "按时完成率即得分。"),
)
"""Name, part, weight, metric, guidance."""
LEVELS = (
    ("待改进", 0, 60, "penalty", None),
    ("合格", 60, 75, "none", None),
    ("良好", 75, 90, "none", None),
    ("优秀", 90, 100, "reward", 20),
)
"""Name, from, below, what it leads to, quota in percent."""
SCHEMES = {"employee": ("营销员工考核方案", "Appraisal of marketing staff"),
           "department": ("营销小组考核方案", "Appraisal of marketing groups")}  # fmt: skip

APPRAISALS = (
    ("employee", "event-planner-1", "promo-manager", "2026-07-06 10:00", (95, 91, 92, 90), "五二〇与六一八两战均超目标,复盘扎实。", "in_force"),
    ("employee", "event-planner-2", "promo-manager", "2026-07-06 11:00", (84, 80, 82, 88), "执行稳定,数据复盘需更及时。", "in_force"),
    ("employee", "editor-1", "promo-manager", "2026-07-07 10:00", (78, 76, 80, 86), "内容产出达标。", "in_force"),
    ("employee", "editor-2", "promo-manager", "2026-07-07 11:00", (58, 52, 55, 60), "多次延期交付,两项素材返工。", "in_force"),
    ("employee", "media-buyer", "media-manager", "2026-07-08 10:00", (88, 86, 84, 90), "获客成本下降 9%。", "in_force"),
    ("employee", "researcher-1", "strategy-lead", "2026-07-08 14:00", (82, 78, 84, 92), "调研结论被两份策略采用。", "in_force"),
    ("employee", "product-planner", "brand-manager", "2026-07-09 10:00", (72, 70, 74, 80), "波段节奏有一次延误。", "in_force"),
    ("department", "promotion", "mkt-director", "2026-07-13 10:00", (87, 83, 85, 89), "推广组上半年整体达成 104%。", "in_force"),
    ("department", "media", "mkt-director", "2026-11-18 17:00", (81, 84, 79, 86), "投放效率提升,代理配合不足。", "in_review"),
    ("employee", "pricing-analyst", "brand-manager", "2026-11-19 17:30", (80, 78), "待补客户反馈与流程评分。", "draft"),
)  # fmt: skip
"""Kind, subject, reviewer, filed, scores in the order of the criteria, comment, state."""

REWARD = ("event-planner-1", "2026-07-20 10:00", "半年度优秀奖金", 8000, "2026-08-05 10:00")
PENALTY = ("editor-2", "2026-07-20 11:00", "扣减二季度绩效奖金 10%,并制定改进计划", 1200)
PENALTY_APPEAL_UNTIL = date(2026, 8, 5)


def tell(stage: Stage) -> None:
    """Note schemes and cycle by the marketing director, the appraisals by their reviewers, then what they led to."""
    stage.at("2026-01-05 09:30", "mkt-director", partial(_set_up, stage))
    for facts in APPRAISALS:
        stage.at(facts[3], facts[2], partial(_appraise, stage, facts))
    stage.at(REWARD[1], "promo-manager", partial(_reward, stage))
    stage.at(PENALTY[1], "promo-manager", partial(_penalise, stage))
    stage.at(REWARD[4], "promo-manager", partial(_carry_out, stage))


def _set_up(stage: Stage, actor: Actor) -> None:
    for kind, (name, name_en) in SCHEMES.items():
        scheme = AppraisalScheme(name=name, name_en=name_en, subject_kind=kind)
        stage.store(actor, scheme, f"scheme:{kind}")
        for criterion, part, weight, metric, guidance in CRITERIA:
            line = AppraisalCriterion(
                scheme_id=scheme.id,
                name=criterion,
                part=part,
                weight=Decimal(weight),
                metric_id=stage.things[f"metric:{metric}"].id,
                guidance=guidance,
            )
            stage.store(actor, line, f"criterion:{kind}:{part}")
        for level, low, high, consequence, quota in LEVELS:
            band = AppraisalLevel(
                scheme_id=scheme.id,
                name=level,
                min_score=Decimal(low),
                max_score=Decimal(high),
                consequence=consequence,
                quota_percent=None if quota is None else Decimal(quota),
            )
            stage.store(actor, band)
        stage.session.expire(scheme)
        stage.change(actor, scheme, status=SchemeStatus.ACTIVE.value)
    cycle = AppraisalCycle(
        name="2026上半年", start_on=date(2026, 1, 1), end_on=date(2026, 6, 30), due_on=date(2026, 11, 30)
    )
    stage.store(actor, cycle, "cycle:2026H1")


def _appraise(
    stage: Stage, facts: tuple[str, str, str, str, tuple[int, ...], str, str], actor: Actor
) -> None:
    kind, subject, reviewer, _filed, scores, comment, state = facts
    key = f"appraisal:{subject}"
    appraisal = Appraisal(
        cycle_id=stage.things["cycle:2026H1"].id,
        scheme_id=stage.things[f"scheme:{kind}"].id,
        subject_employee_id=stage.id_of(subject) if kind == "employee" else None,
        subject_department_id=stage.things[f"department:{subject}"].id if kind == "department" else None,
        reviewer_id=stage.id_of(reviewer),
        self_score=Decimal(85) if kind == "employee" else None,
        comment=comment,
    )
    stage.store(actor, appraisal, key)
    for (_name, part, *_facts), score in zip(CRITERIA, scores, strict=False):
        stage.store(
            actor,
            AppraisalScore(
                appraisal_id=appraisal.id,
                criterion_id=stage.things[f"criterion:{kind}:{part}"].id,
                score=Decimal(score),
            ),
        )
    if state == "in_force":
        pass_through(stage, actor, key)
    elif state == "in_review":
        submit(stage, actor, key)


def _reward(stage: Stage, actor: Actor) -> None:
    who, _day, content, amount, _paid = REWARD
    record = RewardPenalty(
        appraisal_id=stage.things[f"appraisal:{who}"].id,
        kind="reward",
        employee_id=stage.id_of(who),
        content=content,
        amount=Decimal(amount),
    )
    stage.store(actor, record, "reward")
    pass_through(stage, actor, "reward")


def _penalise(stage: Stage, actor: Actor) -> None:
    who, _day, content, amount = PENALTY
    record = RewardPenalty(
        appraisal_id=stage.things[f"appraisal:{who}"].id,
        kind="penalty",
        employee_id=stage.id_of(who),
        content=content,
        amount=Decimal(amount),
        appeal_until=PENALTY_APPEAL_UNTIL,
    )
    stage.store(actor, record, "penalty")
    pass_through(stage, actor, "penalty")


def _carry_out(stage: Stage, actor: Actor) -> None:
    stage.change(actor, stage.things["reward"], executed_on=date(2026, 8, 5))
