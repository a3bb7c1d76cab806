"""Where the demo company looked for partners, and the 24 it found (R102-R104); four of them have a log-in."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from app.core.actor import Actor
from app.demo.stage import Stage
from models.partners import Partner, PartnerStatus, SourcingEvent

EVENTS = (
    ("chic", "2025-10-15", "channel-manager-1", "中国国际服装服饰博览会(秋季)", "exhibition", "上海", 3, 86000),
    ("agents", "2025-11-06", "channel-manager-2", "女装代理商选品会", "association", "成都", 2, 32000),
    ("media", "2026-01-22", "media-manager", "品牌与达人合作对接会", "association", "杭州", 1, 18000),
    ("spring", "2026-03-26", "channel-manager-1", "杭州时尚产业展", "exhibition", "杭州", 2, 54000),
)  # fmt: skip
"""Key, first day, owner, name, kind, place, days, cost in RMB."""

PARTNERS = (
    ("agent-east", "上海锦程服饰代理有限公司", "Jincheng Apparel Agency", "agent", "active", "A", "上海", "chic"),
    ("agent-west", "成都蜀衣坊商贸有限公司", "Shuyifang Trading", "agent", "active", "B", "四川", "agents"),
    ("media-one", "浙江壹视传媒有限公司", "Yishi Media", "media", "active", "A", "浙江", "media"),
    ("kol-agency", "杭州星栈文化经纪有限公司", "Xingzhan Talent", "kol", "active", "A", "浙江", "media"),
    ("agent-south", "广州越秀风尚贸易有限公司", "Yuexiu Fashion Trade", "agent", "active", "B", "广东", "agents"),
    ("agent-north", "北京京裳商业有限公司", "Jingshang Commerce", "agent", "active", "B", "北京", "chic"),
    ("agent-central", "武汉楚韵服装有限公司", "Chuyun Apparel", "agent", "active", "C", "湖北", "agents"),
    ("agent-northeast", "沈阳盛装商贸有限公司", "Shengzhuang Trading", "agent", "frozen", "D", "辽宁", "agents"),
    ("agent-northwest", "西安长安衣品有限公司", "Changan Apparel", "agent", "screening", None, "陕西", "agents"),
    ("agent-shandong", "青岛海韵服饰有限公司", "Haiyun Apparel", "agent", "active", "B", "山东", "chic"),
    ("wholesale-1", "常熟南门服装批发行", "Nanmen Wholesale", "wholesaler", "active", "C", "江苏", "chic"),
    ("wholesale-2", "郑州中原女装城", "Zhongyuan Womenswear", "wholesaler", "active", "C", "河南", "agents"),
    ("wholesale-3", "石狮东港布艺商行", "Donggang Trade", "wholesaler", "ended", "D", "福建", "chic"),
    ("distributor-1", "重庆渝尚百货分销有限公司", "Yushang Distribution", "distributor", "active", "B", "重庆", "agents"),
    ("distributor-2", "长沙湘派联营百货", "Xiangpai Department Stores", "distributor", "active", "C", "湖南", "agents"),
    ("platform-1", "天猫运营服务商·云帆", "Yunfan Store Operations", "platform", "active", "A", "浙江", None),
    ("platform-2", "抖音运营服务商·沐光", "Muguang Live Operations", "platform", "active", "B", "浙江", "media"),
    ("media-2", "上海城画户外广告有限公司", "Chenghua Outdoor", "media", "active", "B", "上海", "media"),
    ("media-3", "南京悦读时尚杂志社", "Yuedu Fashion Magazine", "media", "prospect", None, "江苏", "media"),
    ("kol-2", "达人工作室·阿岚", "Studio Alan", "kol", "active", "B", "浙江", "media"),
    ("kol-3", "达人工作室·小满", "Studio Xiaoman", "kol", "screening", None, "广东", "media"),
    ("supplier-1", "湖州绫罗丝绸有限公司", "Lingluo Silk", "supplier", "active", "A", "浙江", "spring"),
    ("supplier-2", "嘉兴绒业有限公司", "Jiaxing Cashmere", "supplier", "active", "A", "浙江", "spring"),
    ("supplier-3", "绍兴印染工场", "Shaoxing Dye Works", "supplier", "prospect", None, "浙江", "spring"),
)  # fmt: skip
"""Key, name, English name, kind, status, grade, province, where found."""

OWNERS = {
    "agent": "channel-manager-1",
    "wholesaler": "channel-manager-2",
    "distributor": "channel-manager-2",
    "platform": "ecommerce-manager",
    "media": "media-manager",
    "kol": "social-officer",
    "supplier": "product-planner",
}
STOPS = {
    "agent-northeast": "连续两季未完成进货目标,冻结新订单,待复核。",
    "wholesale-3": "仿冒吊牌,终止合作。",
}
CONTACTS = ("陈经理", "李女士", "赵总", "周先生", "吴女士")


def tell(stage: Stage) -> None:
    """Note the events on their day and each partner a few days after the event where it was found."""
    for key, day, owner, name, kind, place, days, cost in EVENTS:
        held = date.fromisoformat(day)
        event = SourcingEvent(
            name=name,
            kind=kind,
            place=place,
            organiser="主办方组委会",
            held_on=held,
            ended_on=held + timedelta(days=days - 1),
            cost_amount=Decimal(cost),
        )
        stage.at(f"{day} 18:30", owner, partial(_store, stage, event, f"event:{key}"))
    found_on = {key: date.fromisoformat(day) for key, day, *_rest in EVENTS}
    for number, (key, *_facts, event_key) in enumerate(PARTNERS):
        day_found = found_on.get(event_key or "", date(2025, 10, 14)) + timedelta(days=4 + number % 5)
        stage.at(f"{day_found} 10:{number:02d}", _owner_of(number), partial(_enter, stage, number))
        if key in STOPS:
            stage.at(f"2026-07-{15 + number % 5} 16:00", _owner_of(number), partial(_stop, stage, number))


def _owner_of(number: int) -> str:
    return OWNERS[PARTNERS[number][3]]


def _store(stage: Stage, event: SourcingEvent, key: str, actor: Actor) -> None:
    stage.store(actor, event, key)


def _enter(stage: Stage, number: int, actor: Actor) -> None:
    key, name, name_en, kind, status, grade, province, event = PARTNERS[number]
    is_new = status in {PartnerStatus.PROSPECT.value, PartnerStatus.SCREENING.value}
    first = "active" if key in STOPS else status
    renewal = None if is_new else date(2026, 12, 1) + timedelta(days=11 * number)
    partner = Partner(
        name=name,
        name_en=name_en,
        kind=kind,
        status=first,
        grade=grade,
        licence_no=f"91330100DEMO{number:06d}",
        contact_name=CONTACTS[number % len(CONTACTS)],
        contact_phone=f"+8614001{number:06d}",
        contact_email=f"{key}@partner.example",
        address=f"{province}示例路 {number + 1} 号",
        region_id=stage.things[f"region:{province}"].id,
        source_event_id=stage.things[f"event:{event}"].id if event else None,
        territory_note=f"仅限{province}省(市)内线下销售,不得跨区供货。" if kind == "agent" else None,
        partner_since_on=None if is_new else date(2024, 1, 1) + timedelta(days=37 * number),
        renewal_on=renewal,
        remind_on=renewal - timedelta(days=30) if renewal else None,
    )
    stage.store(actor, partner, f"partner:{key}")


def _stop(stage: Stage, number: int, actor: Actor) -> None:
    key, *_names, status, _grade, _province, _event = PARTNERS[number]
    stage.change(actor, stage.things[f"partner:{key}"], status=status, status_reason=STOPS[key])
