"""From what the demo company's customers are composed: invented names, places, what they said and how they agreed."""

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡"
GIVEN = "雅婷思颖嘉怡欣悦诗涵雨桐梦瑶静婉清妍若兰书仪佳琪晓岚语彤云舒子衿映雪念慈可心慧敏安然知夏"
MEN = "志远浩然子轩明哲俊杰文博景行修远"
CITIES = {
    "上海": ("上海",),
    "江苏": ("南京", "苏州", "无锡"),
    "浙江": ("杭州", "宁波", "温州", "嘉兴"),
    "山东": ("青岛", "济南"),
    "福建": ("厦门", "福州"),
    "广东": ("广州", "深圳", "佛山"),
    "北京": ("北京",),
    "湖北": ("武汉",),
    "湖南": ("长沙",),
    "四川": ("成都",),
    "重庆": ("重庆",),
    "陕西": ("西安",),
    "辽宁": ("沈阳", "大连"),
}
"""Province → cities; the nearer ones stand first and are drawn more often."""
STREETS = ("春申路", "梧桐街", "西溪路", "望江路", "锦绣大道", "青年路", "湖滨路", "文晖路")
SHOPS = ("衣坊", "时装店", "女装馆", "服饰行")

NEEDS = (
    ("need", "希望通勤西裤有加长版型,身高 172 选码困难。", "commute", None),
    ("need", "真丝衬衫想要可机洗的面料。", "silk", None),
    ("need", "想预约高定量体,周末到店。", "bespoke", None),
    ("need", "需要和大衣同色系的羊绒围巾。", "accessory", None),
    ("feedback", "门店导购专业,搭配建议很实用。", "commute", 5),
    ("feedback", "礼盒包装精致,送人很体面。", "accessory", 5),
    ("feedback", "尺码偏小,换码速度快,可以接受。", "commute", 4),
    ("feedback", "直播间讲解清楚,色差不大。", "silk", 4),
    ("complaint", "洗后轻微缩水,希望注明洗护方式。", "silk", 2),
    ("complaint", "预售发货比承诺晚了三天。", "commute", 2),
)
"""Kind, words, product line, satisfaction."""
EVIDENCE = ("会员入会表单勾选", "门店平板签名确认", "小程序授权弹窗", "客服通话录音确认")
SOURCES = (("tmall", 40), ("store", 28), ("douyin", 14), ("jd", 12), ("survey", 4), ("service", 2))
"""Source and its share in percent."""
