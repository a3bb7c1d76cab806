"""Fourteen agreements with the duties of both sides (R066-R069), and what the channels cost by month (R105)."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from app.core.actor import Actor
from app.demo.approving import decide, pass_through, submit
from app.demo.stage import CURTAIN, Stage, moment
from models.agreements import AgreementObligation, PartnerAgreement
from models.partners import ChannelCost

AGREEMENTS = (
    ("agent-east", "2025-12-08", "channel-manager-1", "2026年度华东代理协议", 2400000, "in_force"),
    ("agent-west", "2025-12-09", "channel-manager-1", "2026年度西南代理协议", 1500000, "in_force"),
    ("agent-south", "2025-12-10", "channel-manager-1", "2026年度华南代理协议", 1200000, "in_force"),
    ("agent-north", "2025-12-11", "channel-manager-1", "2026年度华北代理协议", 900000, "in_force"),
    ("agent-shandong", "2026-01-12", "channel-manager-1", "2026年度山东代理协议", 450000, "in_force"),
    ("distributor-1", "2026-01-14", "channel-manager-2", "重庆百货联营协议", 380000, "in_force"),
    ("wholesale-1", "2026-01-15", "channel-manager-2", "尾货批发框架协议", 160000, "in_force"),
    ("media-one", "2026-02-04", "media-manager", "春夏品牌片与投放合作", 620000, "in_force"),
    ("kol-agency", "2026-02-06", "social-officer", "春夏上新达人合作", 350000, "in_force"),
    ("platform-1", "2026-02-09", "ecommerce-manager", "天猫店铺代运营协议", 480000, "in_force"),
    ("media-2", "2026-07-13", "media-manager", "秋冬户外投放协议", 280000, "in_force"),
    ("supplier-1", "2026-08-10", "product-planner", "秋冬真丝面料供应协议", 190000, "returned"),
    ("kol-2", "2026-11-18", "social-officer", "年终达人专场合作", 120000, "in_review"),
    ("platform-2", "2026-11-19", "ecommerce-manager", "2027抖音代运营协议", 520000, "draft"),
)  # fmt: skip
"""Partner, day of filing, owner, title, fee in RMB, where it stands."""

DUTIES = (
    ("us", "提供产品资料、培训与物料", 20),
    ("us", "按约支付费用或返利", 75),
    ("them", "完成约定的数量与质量指标", 60),
    ("them", "提交执行证明与数据", 80),
)
"""Side, duty, when it is due in percent of the period."""

EVALUATED = {"media-one": ("2026-09-03", "86.50", "投前对齐人群包可降低获客成本;素材备选至少三套。"),
             "kol-agency": ("2026-09-08", "78.00", "达人报价须与转化挂钩;二次剪辑授权要写进协议。")}  # fmt: skip
"""Partner → day, score and lessons of the evaluation."""

REVENUES = {
    "store": (980, 6.1),
    "tmall": (720, 14.5),
    "jd": (260, 12.8),
    "douyin": (310, 21.0),
    "wechat": (90, 7.5),
    "agent": (330, 4.2),
    "wholesale": (120, 2.4),
}
"""Channel → usual revenue of a month in RMB 10,000 and cost in percent of it."""
SEASON = (96, 78, 112, 94, 108, 118, 88, 92, 101, 116)
"""January to October in percent of a usual month."""


def tell(stage: Stage) -> None:
    """Note the filing, the signature after approval, the duties done, the evaluations, and the monthly costs."""
    for number, (partner, day, owner, *_facts, state) in enumerate(AGREEMENTS):
        stage.at(f"{day} 11:{10 + number:02d}", owner, partial(_file, stage, number))
        if state == "returned":
            stage.at("2026-08-11 14:20", "brand-manager", partial(_return, stage, f"agreement:{partner}"))
        if partner in EVALUATED:
            stage.at(f"{EVALUATED[partner][0]} 15:00", owner, partial(_evaluate, stage, partner))
        if state == "in_force":
            stage.at("2026-11-20 11:30", owner, partial(_do_duties, stage, f"agreement:{partner}"))
    for month in range(1, 11):
        stage.at(f"2026-{month + 1:02d}-06 09:45", "sales-director", partial(_enter_costs, stage, month))


def _file(stage: Stage, number: int, actor: Actor) -> None:
    partner, day, _owner, title, fee, state = AGREEMENTS[number]
    filed = date.fromisoformat(day)
    first = (filed.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = date(first.year, 12, 31)
    agreement = PartnerAgreement(
        title=title,
        partner_id=stage.things[f"partner:{partner}"].id,
        start_on=first,
        end_on=last,
        amount=Decimal(fee),
        content=f"双方就“{title}”的范围、费用、期限与效果指标达成一致,详见义务清单。",
        effect_text="以销售收入、覆盖率与投入产出比为准,每季度核对一次。",
    )
    key = f"agreement:{partner}"
    stage.store(actor, agreement, key)
    duties = [
        AgreementObligation(
            agreement_id=agreement.id,
            side=side,
            duty=duty,
            due_on=first + timedelta(days=(last - first).days * percent // 100),
        )
        for side, duty, percent in DUTIES
    ]
    stage.store_all(actor, duties)
    if state == "in_force":
        pass_through(stage, actor, key, then=partial(_sign, stage, key))
    elif state in {"in_review", "returned"}:
        submit(stage, actor, key)


def _sign(stage: Stage, key: str, actor: Actor) -> None:
    agreement = stage.things[key]
    stage.change(actor, agreement, signed_on=agreement.approved_at.date())


def _return(stage: Stage, key: str, actor: Actor) -> None:
    decide(stage, actor, key, "return_to_submitter", "缺少色牢度检测标准,请补充到对方义务。")


def _evaluate(stage: Stage, partner: str, actor: Actor) -> None:
    day, score, lessons = EVALUATED[partner]
    stage.change(
        actor,
        stage.things[f"agreement:{partner}"],
        evaluated_on=date.fromisoformat(day),
        evaluation_score=Decimal(score),
        lessons=lessons,
    )


def _do_duties(stage: Stage, key: str, actor: Actor) -> None:
    """Say which duties were met by now; one in eight is still open although it is due."""
    for duty in stage.things[key].obligations:
        is_due = duty.due_on < moment(CURTAIN).date()
        if is_due and stage.random.randrange(8):
            stage.change(actor, duty, done_on=duty.due_on - timedelta(days=stage.random.randrange(4)))


def _enter_costs(stage: Stage, month: int, actor: Actor) -> None:
    for channel, (usual, percent) in REVENUES.items():
        wave = stage.random.randrange(94, 107)
        revenue = Decimal(usual) * 10_000 * SEASON[month - 1] * wave / 10_000
        cost = (revenue * Decimal(str(percent)) / 100).quantize(Decimal("0.01"))
        stage.store(
            actor,
            ChannelCost(
                channel_id=stage.things[f"channel:{channel}"].id,
                fiscal_year=2026,
                month=month,
                cost_amount=cost,
                revenue_amount=revenue.quantize(Decimal("0.01")),
            ),
        )
