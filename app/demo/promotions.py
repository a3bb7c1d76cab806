"""Sales promotions of each method (R099, R100): 15 % off, a scarf from RMB 1,200, 100 off 800 and 250 off 1,600."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from app.core.actor import Actor
from app.demo.approving import pass_through, submit
from app.demo.plan_cases import READY
from app.demo.stage import Stage, moment
from models.promotions import PromotionMethod, PromotionProduct, PromotionTier, SalesPromotion


@dataclass(frozen=True)
class Fact:
    """A promotion.

    Attributes:
        above: key of the activity or the plan that it belongs to.
        tiers: (threshold in RMB, what is given): an amount off, or the SKU of a gift.
        covers: (product line or SKU, whether it is left out); none means every product.
    """

    key: str
    filed: str
    owner: str
    above: str
    name: str
    method: str
    days: tuple[str, str]
    need: str
    strategy: str
    most_cost: int | None
    percent: str | None = None
    tiers: tuple[tuple[int, int | str], ...] = ()
    covers: tuple[tuple[str, bool], ...] = ()
    is_repeating: bool = False
    is_stackable: bool = False
    priority: int = 100
    state: str = "in_force"


DISCOUNT, GIFT, SAVE = (method.value for method in PromotionMethod)

PROMOTIONS = (
    Fact("women-15", "2026-02-19 10:00", "event-planner-1", "activity:women", "三八节通勤系列八五折", DISCOUNT,
         ("2026-03-05 00:00", "2026-03-08 23:59"), "竞品节日普遍让利一至两成,通勤品类价格敏感。", "只对都市通勤让利 15%,高定不参与。",
         260000, percent="15", covers=(("commute", False),)),
    Fact("love-scarf", "2026-04-29 10:20", "event-planner-1", "activity:love", "五二〇满1200赠真丝方巾", GIFT,
         ("2026-05-15 00:00", "2026-05-20 23:59"), "节日礼赠需求上升,客单价集中在九百至一千一。", "以赠品把客单价拉过 1,200 元,不打折。",
         180000, tiers=((1200, "LX-A01"),)),
    Fact("midyear-save", "2026-05-14 11:00", "event-planner-2", "activity:midyear", "六一八满800减100、满1600减250", SAVE,
         ("2026-05-31 20:00", "2026-06-18 23:59"), "大促期间跨店满减为行业标准,需提高连带。", "两档满减,连带两件以上才达到高档。",
         620000, tiers=((800, 100), (1600, 250)), covers=(("bespoke", True),)),
    Fact("qixi-scarf", "2026-07-30 15:10", "event-planner-1", "activity:qixi", "七夕满1200赠羊绒围巾", GIFT,
         ("2026-08-14 00:00", "2026-08-19 23:59"), "礼盒需求,秋季配饰需要首批试用。", "礼赠带动配饰认知,赠品限量。",
         150000, tiers=((1200, "LX-A02"),), covers=(("silk", False),)),
    Fact("eleven-save", "2026-10-12 10:30", "event-planner-1", "activity:eleven", "双十一满800减100、满1600减250", SAVE,
         ("2026-10-20 20:00", "2026-11-11 23:59"), "全年最大流量窗口,竞品同步满减。", "满减可与会员券叠加,毛利底线 45%。",
         980000, tiers=((800, 100), (1600, 250)), covers=(("bespoke", True),), is_stackable=True, priority=200),
    Fact("eleven-15", "2026-10-13 14:00", "event-planner-2", "activity:eleven", "双十一羽绒与大衣八五折", DISCOUNT,
         ("2026-10-20 20:00", "2026-11-11 23:59"), "厚重品类需在降温前完成首轮动销。", "单品直降 15%,不与满减叠加。",
         310000, percent="15", covers=(("LX-C01", False), ("LX-C07", False)), priority=300),
    Fact("new-year", "2026-11-19 16:10", "event-planner-1", READY, "2027新年通勤八五折", DISCOUNT,
         ("2027-01-10 00:00", "2027-01-16 23:59"), "元旦后需求回落,冬装需要去化。", "", 120000, percent="15", covers=(("commute", False),), state="draft"),
    Fact("november-save", "2026-11-16 10:50", "event-planner-2", "plan:promotion:2026Q4", "会员感恩满1600减250", SAVE,
         ("2026-11-26 00:00", "2026-11-30 23:59"), "双十一后会员活跃度回落。", "仅限会员,限 2,000 次。",
         240000, tiers=((1600, 250),), state="in_review"),
)  # fmt: skip


def tell(stage: Stage) -> None:
    """Note the filing of each."""
    for fact in PROMOTIONS:
        stage.at(fact.filed, fact.owner, partial(_file, stage, fact))


def _file(stage: Stage, fact: Fact, actor: Actor) -> None:
    key, above = f"promotion:{fact.key}", stage.things[fact.above]
    is_activity = fact.above.startswith("activity:")
    promotion = SalesPromotion(
        name=fact.name,
        activity_id=above.id if is_activity else None,
        plan_id=None if is_activity else above.id,
        method=fact.method,
        discount_percent=Decimal(fact.percent) if fact.percent else None,
        is_repeating=fact.is_repeating,
        is_stackable=fact.is_stackable,
        priority=fact.priority,
        max_cost_amount=Decimal(fact.most_cost) if fact.most_cost else None,
        start_at=moment(fact.days[0]),
        end_at=moment(fact.days[1]),
        market_need=fact.need,
        strategy_text=fact.strategy or None,
    )
    stage.store(actor, promotion, key)
    for threshold, given in fact.tiers:
        stage.store(actor, _tier(stage, promotion, threshold, given))
    for covered, is_excluded in fact.covers:
        stage.store(actor, _cover(stage, promotion, covered, is_excluded=is_excluded))
    if fact.state == "in_force":
        pass_through(stage, actor, key)
    elif fact.state == "in_review":
        submit(stage, actor, key)


def _tier(stage: Stage, promotion: SalesPromotion, threshold: int, given: int | str) -> PromotionTier:
    is_gift = isinstance(given, str)
    return PromotionTier(
        promotion_id=promotion.id,
        threshold_amount=Decimal(threshold),
        discount_amount=None if is_gift else Decimal(given),
        gift_product_id=stage.things[f"product:{given}"].id if is_gift else None,
        gift_quantity=1 if is_gift else None,
    )


def _cover(stage: Stage, promotion: SalesPromotion, covered: str, *, is_excluded: bool) -> PromotionProduct:
    is_product = covered.startswith("LX-")
    return PromotionProduct(
        promotion_id=promotion.id,
        product_id=stage.things[f"product:{covered}"].id if is_product else None,
        product_line_id=None if is_product else stage.things[f"line:{covered}"].id,
        is_excluded=is_excluded,
    )
