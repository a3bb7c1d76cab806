"""Twelve activities of the year with their channels (R060-R064): from the 8th of March to the year's end."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from app.core.actor import Actor
from app.demo.approving import pass_through, submit
from app.demo.plans import month_key, quarter_key
from app.demo.stage import Stage, moment
from models.activities import Activity, ActivityChannel, ActivityStage


@dataclass(frozen=True)
class Fact:
    """An activity; money in RMB 10,000.

    Attributes:
        filed: when it is filed; its owner submits at once unless it stays a draft.
        plan: key of the plan above it.
        days: first and last minute.
        channels: (channel, planned cost, visitors or orders aimed at).
        state: `in_force`, `in_review` or `draft`.
        ended: how it ended: stage and, when it was stopped, the reason.
    """

    key: str
    filed: str
    owner: str
    plan: str
    name: str
    kind: str
    form: str
    theme: str
    days: tuple[str, str]
    budget: int
    channels: tuple[tuple[str, int, int], ...]
    supervisor: str = "inspector"
    state: str = "in_force"
    ended: tuple[str, str | None] = (ActivityStage.EVALUATED.value, None)


def _quarter(group: str, number: int) -> str:
    return quarter_key(group, number)


ACTIVITIES = (
    Fact("women", "2026-02-10 10:30", "event-planner-1", _quarter("promotion", 1), "三八女神节", "festival", "both",
         "为自己着装", ("2026-03-05 00:00", "2026-03-08 23:59"), 48, (("tmall", 22, 9000), ("store", 12, 3500), ("douyin", 10, 6000))),
    Fact("launch-ss", "2026-02-26 14:00", "social-officer", _quarter("promotion", 1), "春夏上新·达人共创", "kol", "online",
         "岚起春序", ("2026-03-20 10:00", "2026-03-29 22:00"), 36, (("douyin", 24, 12000), ("wechat", 6, 2500))),
    Fact("member-april", "2026-04-02 09:50", "event-planner-2", _quarter("promotion", 2), "四月会员日", "member", "both",
         "会员专享量体", ("2026-04-18 10:00", "2026-04-19 22:00"), 12, (("store", 8, 900), ("wechat", 3, 1200))),
    Fact("love", "2026-04-21 11:00", "event-planner-1", _quarter("promotion", 2), "五二〇告白季", "festival", "both",
         "把心意穿在身上", ("2026-05-15 00:00", "2026-05-20 23:59"), 40, (("tmall", 18, 8000), ("douyin", 14, 7000), ("store", 6, 2000))),
    Fact("midyear", "2026-05-07 10:10", "event-planner-2", _quarter("promotion", 2), "六一八年中大促", "festival", "online",
         "年中焕新", ("2026-05-31 20:00", "2026-06-18 23:59"), 68, (("tmall", 34, 26000), ("jd", 14, 9000), ("douyin", 18, 15000))),
    Fact("orders", "2026-06-24 15:00", "product-planner", _quarter("brand", 3), "秋冬订货会", "exhibition", "offline",
         "秋序", ("2026-07-14 09:00", "2026-07-16 18:00"), 26, (("agent", 16, 120), ("wholesale", 8, 60))),
    Fact("qixi", "2026-07-22 10:40", "event-planner-1", _quarter("promotion", 3), "七夕限定礼盒", "festival", "both",
         "丝语", ("2026-08-14 00:00", "2026-08-19 23:59"), 30, (("tmall", 14, 6000), ("store", 12, 2600))),
    Fact("store-tour", "2026-08-05 09:30", "editor-1", _quarter("promotion", 3), "门店快闪巡回", "store", "offline",
         "走近岚序", ("2026-08-22 10:00", "2026-09-06 21:00"), 24, (("store", 22, 4000),), ended=(ActivityStage.STOPPED.value, "台风影响两站,按监督意见提前终止。")),
    Fact("launch-aw", "2026-08-18 14:20", "social-officer", _quarter("promotion", 3), "秋冬新品发布", "launch", "both",
         "暖意有序", ("2026-09-10 10:00", "2026-09-20 22:00"), 42, (("douyin", 22, 14000), ("store", 10, 2800), ("wechat", 6, 3000))),
    Fact("eleven", "2026-09-28 10:00", "event-planner-1", _quarter("promotion", 4), "双十一全域大促", "festival", "both",
         "一年一序", ("2026-10-20 20:00", "2026-11-11 23:59"), 128, (("tmall", 60, 52000), ("jd", 24, 16000), ("douyin", 30, 28000), ("store", 10, 6000)), ended=(ActivityStage.ENDED.value, None)),
    Fact("year-end", "2026-11-17 11:10", "event-planner-2", _quarter("promotion", 4), "年终会员答谢礼", "member", "both",
         "谢谢与你同行", ("2026-12-18 10:00", "2026-12-31 22:00"), 36, (("store", 18, 5200), ("wechat", 12, 6800)), state="in_review"),
    Fact("twelve", "2026-11-19 14:30", "editor-2", month_key("promotion", 11), "双十二返场", "social", "online",
         "", ("2026-11-28 10:00", "2026-11-30 22:00"), 10, (), state="draft"),
)  # fmt: skip


def tell(stage: Stage) -> None:
    """Note the filing of each, and where its execution stood in the end."""
    for fact in ACTIVITIES:
        stage.at(fact.filed, fact.owner, partial(_file, stage, fact))
        if fact.state == "in_force":
            stage.at(fact.days[0], fact.owner, partial(_run, stage, fact))
            end = "2026-11-13 10:00" if fact.key == "eleven" else f"{fact.days[1][:8]}28 16:00"
            stage.at(end, fact.owner, partial(_end, stage, fact))


def _file(stage: Stage, fact: Fact, actor: Actor) -> None:
    key = f"activity:{fact.key}"
    activity = Activity(
        name=fact.name,
        plan_id=stage.things[fact.plan].id,
        activity_type=fact.kind,
        theme=fact.theme or None,
        form=fact.form,
        content=f"{fact.name}:围绕“{fact.theme}”安排预热、爆发与返场三段,线上线下权益一致。"
        if fact.theme
        else None,
        start_at=moment(fact.days[0]),
        end_at=moment(fact.days[1]),
        budget_amount=Decimal(fact.budget) * 10_000,
        expected_effect="以各渠道目标值与投资回报率(毛利口径)2.5 为准。",
        supervisor_id=stage.id_of(fact.supervisor),
    )
    stage.store(actor, activity, key)
    for channel, cost, target in fact.channels:
        line = ActivityChannel(
            activity_id=activity.id,
            channel_id=stage.things[f"channel:{channel}"].id,
            planned_cost_amount=Decimal(cost) * 10_000,
            target_value=Decimal(target),
        )
        stage.store(actor, line)
    if fact.state == "in_force":
        pass_through(stage, actor, key)
    elif fact.state == "in_review":
        submit(stage, actor, key)


def _run(stage: Stage, fact: Fact, actor: Actor) -> None:
    stage.change(actor, stage.things[f"activity:{fact.key}"], stage=ActivityStage.RUNNING.value)


def _end(stage: Stage, fact: Fact, actor: Actor) -> None:
    state, reason = fact.ended
    stage.change(actor, stage.things[f"activity:{fact.key}"], stage=state, stage_reason=reason)
