"""What the demo company's records point to: regions, channels, metrics, objectives, sources (facts, then one scene)."""

from functools import partial

from app.core.actor import Actor
from app.demo.stage import Stage
from models.metrics import MetricDefinition
from models.partners import Channel, Region
from models.plans import CompanyObjective
from models.sources import CustomerSource

REGIONS = {
    "east": ("华东", "East China", ("上海", "江苏", "浙江", "安徽", "福建", "山东")),
    "south": ("华南", "South China", ("广东", "广西", "海南")),
    "north": ("华北", "North China", ("北京", "天津", "河北", "山西")),
    "central": ("华中", "Central China", ("河南", "湖北", "湖南", "江西")),
    "southwest": ("西南", "South-West China", ("重庆", "四川", "贵州", "云南")),
    "northwest": ("西北", "North-West China", ("陕西", "甘肃")),
    "northeast": ("东北", "North-East China", ("辽宁", "吉林", "黑龙江")),
}
"""Key → name, English name, provinces."""

CHANNELS = {
    "store": ("直营门店", "Own stores", "store"),
    "tmall": ("天猫旗舰店", "Tmall flagship", "online"),
    "jd": ("京东旗舰店", "JD flagship", "online"),
    "douyin": ("抖音旗舰店", "Douyin shop", "online"),
    "wechat": ("微信商城", "WeChat mall", "online"),
    "agent": ("区域代理", "Provincial agents", "agent"),
    "wholesale": ("批发客户", "Wholesale", "wholesale"),
}
"""Key → name, English name, kind. All in RMB."""

METRICS = {
    "revenue": ("销售收入", "Revenue", "含税成交额 − 退货额", "money", "up"),
    "new_members": ("新增会员", "New members", "期间内首次登记且同意入会的客户数", "count", "up"),
    "awareness": (
        "品牌知名度提升",
        "Rise in brand awareness",
        "本期提示前提及率 − 上期提示前提及率(百分点)",
        "percent",
        "up",
    ),
    "reach": ("覆盖率", "Reach", "触达人数 ÷ 目标人群人数 × 100", "percent", "up"),
    "ctr": ("点击率", "Click-through rate", "点击次数 ÷ 展示次数 × 100", "percent", "up"),
    "conversion": ("转化率", "Conversion rate", "成交人数 ÷ 访问人数 × 100", "percent", "up"),
    "roi_profit": ("投资回报率(毛利口径)", "ROI on gross profit", "(归因毛利 − 费用) ÷ 费用", "ratio", "up"),
    "roi_revenue": ("投入产出比(收入口径)", "Revenue per cost", "归因收入 ÷ 费用", "ratio", "up"),
    "satisfaction": (
        "客户满意度",
        "Customer satisfaction",
        "满意度评分之和 ÷ 评分人数(1–5 分)",
        "ratio",
        "up",
    ),
    "repeat_rate": ("复购率", "Repeat rate", "期间内购买两次及以上的会员 ÷ 购买会员 × 100", "percent", "up"),
    "on_time": ("按时完成率", "On-time rate", "按时完成的里程碑 ÷ 到期里程碑 × 100", "percent", "up"),
    "samples": ("有效样本量", "Valid answers", "通过质量检查的问卷与访谈份数", "count", "up"),
    "margin": ("毛利率", "Gross margin", "(收入 − 成本) ÷ 收入 × 100", "percent", "up"),
    "data_quality": (
        "数据完整率",
        "Data completeness",
        "必填字段完整的记录 ÷ 全部记录 × 100",
        "percent",
        "up",
    ),
    "return_rate": ("退货率", "Return rate", "退货件数 ÷ 销售件数 × 100", "percent", "down"),
}
"""Key → name, English name, formula, unit, direction (R007, R071-R074)."""

OBJECTIVES = (
    ("awareness-2026", 2026, "awareness", "提升岚序品牌知名度", "目标人群提示前提及率提高 5 个百分点"),
    ("growth-2026", 2026, "growth", "推动销售增长", "全年销售收入 3.3 亿元,新增会员 6 万人"),
    ("competitiveness-2026", 2026, "competitiveness", "增强市场竞争力", "营销投资回报率(毛利口径)不低于 2.5"),
    ("awareness-2027", 2027, "awareness", "巩固品牌知名度", "提示前提及率再提高 3 个百分点"),
    ("growth-2027", 2027, "growth", "扩大会员与收入", "全年销售收入 3.7 亿元,新增会员 6.5 万人"),
    ("competitiveness-2027", 2027, "competitiveness", "提高投放效率", "营销投资回报率(毛利口径)不低于 2.6"),
)
"""Key, year, kind, name, target (R003)."""

SOURCES = {
    "tmall": ("天猫订单系统", "Tmall orders", "shop_system"),
    "jd": ("京东订单系统", "JD orders", "shop_system"),
    "douyin": ("抖音订单系统", "Douyin orders", "shop_system"),
    "store": ("门店收银", "Store registers", "store"),
    "survey": ("会员问卷", "Member survey", "survey"),
    "service": ("客服记录", "Customer service", "service"),
}
"""Key → name, English name, kind."""


def tell(stage: Stage) -> None:
    """Note the scene in which the administrator enters all of it."""
    stage.at("2025-10-09 09:30", "admin", partial(_enter, stage))


def _enter(stage: Stage, actor: Actor) -> None:
    country = stage.store(actor, Region(name="全国", name_en="China"), "region:china")
    for key, (name, name_en, provinces) in REGIONS.items():
        area = stage.store(actor, Region(name=name, name_en=name_en, parent_id=country.id), f"region:{key}")
        for province in provinces:
            stage.store(actor, Region(name=province, parent_id=area.id), f"region:{province}")
    for key, (name, name_en, kind) in CHANNELS.items():
        stage.store(actor, Channel(name=name, name_en=name_en, kind=kind), f"channel:{key}")
    for key, (name, name_en, formula, unit, direction) in METRICS.items():
        stage.store(
            actor,
            MetricDefinition(
                key=key, name=name, name_en=name_en, formula=formula, unit=unit, direction=direction
            ),
            f"metric:{key}",
        )
    for key, year, kind, name, target in OBJECTIVES:
        stage.store(
            actor, CompanyObjective(fiscal_year=year, kind=kind, name=name, target=target), f"objective:{key}"
        )
    for key, (name, name_en, kind) in SOURCES.items():
        stage.store(actor, CustomerSource(name=name, name_en=name_en, kind=kind), f"source:{key}")
