"""Departments, posts and people of the demo company (demo_and_reports.md 6.2): facts only, no logic."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoDepartment:
    """A department; `leader` is a person's key."""

    key: str
    name: str
    name_en: str
    kind: str
    parent: str | None
    leader: str


@dataclass(frozen=True)
class DemoPerson:
    """An employee; `superior` is a person's key, `role` the seeded role of the account."""

    key: str
    name: str
    name_en: str
    department: str
    post: str
    superior: str | None
    role: str


DEPARTMENTS = (
    DemoDepartment("company", "岚序服饰", "LANXU Fashion", "management", None, "gm"),
    DemoDepartment(
        "supervision", "监督合规部", "Supervision and compliance", "supervision", "company", "sup-head"
    ),
    DemoDepartment("it", "信息数据部", "IT and data", "management", "company", "admin"),
    DemoDepartment("marketing", "市场部", "Marketing", "promotion", "company", "mkt-director"),
    DemoDepartment(
        "research", "策略研究组", "Strategy and research", "research", "marketing", "strategy-lead"
    ),
    DemoDepartment(
        "brand", "品牌商品组", "Brand and product planning", "product", "marketing", "brand-manager"
    ),
    DemoDepartment("promotion", "推广组", "Promotion", "promotion", "marketing", "promo-manager"),
    DemoDepartment("media", "媒介合作组", "Media and partners", "promotion", "marketing", "media-manager"),
    DemoDepartment("data", "数据分析组", "Data analysis", "research", "marketing", "analyst-1"),
    DemoDepartment("sales", "销售渠道部", "Sales and channels", "sales", "company", "sales-director"),
    DemoDepartment(
        "service", "客服会员部", "Customer service and membership", "service", "company", "service-manager"
    ),
    DemoDepartment("hr", "人力资源部", "Human resources", "management", "company", "hr-officer"),
)

POSTS = {
    "gm": ("总经理", "General manager", 6),
    "vp": ("市场副总裁", "Vice president marketing", 5),
    "sup-head": ("监督负责人", "Head of supervision", 4),
    "inspector": ("监督专员", "Inspector", 2),
    "admin": ("系统管理员", "System administrator", 2),
    "mkt-director": ("市场总监", "Marketing director", 4),
    "strategy-lead": ("策略负责人", "Strategy lead", 3),
    "researcher": ("调研员", "Researcher", 1),
    "brand-manager": ("品牌经理", "Brand manager", 3),
    "product-planner": ("商品企划", "Product planner", 1),
    "pricing-analyst": ("价格分析师", "Pricing analyst", 1),
    "promo-manager": ("推广经理", "Promotion manager", 3),
    "editor": ("内容编辑", "Content editor", 1),
    "designer": ("设计师", "Designer", 1),
    "event-planner": ("活动策划", "Event planner", 1),
    "social-officer": ("社媒达人专员", "Social and KOL officer", 1),
    "media-manager": ("媒介经理", "Media manager", 3),
    "media-buyer": ("媒介专员", "Media buyer", 1),
    "analyst": ("数据分析师", "Data analyst", 2),
    "sales-director": ("销售总监", "Sales director", 4),
    "ecommerce-manager": ("电商经理", "E-commerce manager", 3),
    "retail-manager": ("零售经理", "Retail manager", 3),
    "channel-manager": ("渠道经理", "Agent and wholesale manager", 3),
    "service-manager": ("客服经理", "Customer service manager", 3),
    "service-officer": ("客服专员", "Customer service officer", 1),
    "hr-officer": ("人事主管", "HR officer", 3),
}
"""Key → title, English title, level: 1 staff, 3 group lead, 4 director, 5 vice president, 6 general manager."""

PEOPLE = (
    DemoPerson("gm", "沈知远", "Shen Zhiyuan", "company", "gm", None, "Senior"),
    DemoPerson("vp", "顾清和", "Gu Qinghe", "company", "vp", "gm", "Senior"),
    DemoPerson("sup-head", "严正", "Yan Zheng", "supervision", "sup-head", "gm", "Inspector"),
    DemoPerson("inspector", "方明", "Fang Ming", "supervision", "inspector", "sup-head", "Inspector"),
    DemoPerson("admin", "程系", "Cheng Xi", "it", "admin", "gm", "Administrator"),
    DemoPerson("mkt-director", "林若溪", "Lin Ruoxi", "marketing", "mkt-director", "vp", "Director"),
    DemoPerson("strategy-lead", "周谋", "Zhou Mou", "research", "strategy-lead", "mkt-director", "GroupLead"),
    DemoPerson("researcher-1", "吴问", "Wu Wen", "research", "researcher", "strategy-lead", "Staff"),
    DemoPerson("researcher-2", "郑访", "Zheng Fang", "research", "researcher", "strategy-lead", "Staff"),
    DemoPerson("brand-manager", "苏锦", "Su Jin", "brand", "brand-manager", "mkt-director", "GroupLead"),
    DemoPerson("product-planner", "梁款", "Liang Kuan", "brand", "product-planner", "brand-manager", "Staff"),
    DemoPerson("pricing-analyst", "钱衡", "Qian Heng", "brand", "pricing-analyst", "brand-manager", "Staff"),
    DemoPerson("promo-manager", "许扬", "Xu Yang", "promotion", "promo-manager", "mkt-director", "GroupLead"),
    DemoPerson("editor-1", "文嘉", "Wen Jia", "promotion", "editor", "promo-manager", "Staff"),
    DemoPerson("editor-2", "叶笔", "Ye Bi", "promotion", "editor", "promo-manager", "Staff"),
    DemoPerson("designer", "白绘", "Bai Hui", "promotion", "designer", "promo-manager", "Staff"),
    DemoPerson("event-planner-1", "何聚", "He Ju", "promotion", "event-planner", "promo-manager", "Staff"),
    DemoPerson("event-planner-2", "丁会", "Ding Hui", "promotion", "event-planner", "promo-manager", "Staff"),
    DemoPerson("social-officer", "唐播", "Tang Bo", "promotion", "social-officer", "promo-manager", "Staff"),
    DemoPerson("media-manager", "贺联", "He Lian", "media", "media-manager", "mkt-director", "GroupLead"),
    DemoPerson("media-buyer", "罗投", "Luo Tou", "media", "media-buyer", "media-manager", "Staff"),
    DemoPerson("analyst-1", "孟析", "Meng Xi", "data", "analyst", "mkt-director", "Analyst"),
    DemoPerson("analyst-2", "秦数", "Qin Shu", "data", "analyst", "analyst-1", "Analyst"),
    DemoPerson("sales-director", "宋达", "Song Da", "sales", "sales-director", "vp", "Director"),
    DemoPerson(
        "ecommerce-manager", "江流", "Jiang Liu", "sales", "ecommerce-manager", "sales-director", "GroupLead"
    ),
    DemoPerson("retail-manager", "石铺", "Shi Pu", "sales", "retail-manager", "sales-director", "GroupLead"),
    DemoPerson("channel-manager-1", "彭渠", "Peng Qu", "sales", "channel-manager", "sales-director", "Staff"),
    DemoPerson(
        "channel-manager-2", "冯道", "Feng Dao", "sales", "channel-manager", "sales-director", "Staff"
    ),
    DemoPerson("service-manager", "温馨", "Wen Xin", "service", "service-manager", "vp", "GroupLead"),
    DemoPerson(
        "service-officer-1", "余乐", "Yu Le", "service", "service-officer", "service-manager", "Staff"
    ),
    DemoPerson(
        "service-officer-2", "田甜", "Tian Tian", "service", "service-officer", "service-manager", "Staff"
    ),
    DemoPerson("hr-officer", "章育", "Zhang Yu", "hr", "hr-officer", "gm", "GroupLead"),
)

PARTNER_ACCOUNTS = (
    ("agent-east", "华东代理登录", "Agent east"),
    ("agent-west", "西南代理登录", "Agent south-west"),
    ("media-one", "媒体伙伴登录", "Media partner"),
    ("kol-agency", "达人机构登录", "KOL agency"),
)
"""Key of the partner → name of its account."""
