"""Screens of products, costs, price lists and pricing rules (R096-R098)."""

from app.core.i18n import lazy_gettext as _l
from models.pricing import PriceList, PriceListItem, PricePolicy, PricingRule
from models.products import CompetitorPrice, Product, ProductCost, ProductLine
from views.approval_panel import ApprovableScreen
from views.base import Screen
from views.interface import interface_of
from views.line_rows import InlineLines


class ProductCostView(Screen):
    """What a product costs from a day on."""

    datamodel = interface_of(ProductCost)
    route_base = "/product-costs"
    title = _l("Product costs")
    title_one = _l("Product cost")
    list_columns = ("valid_from", "cost_amount", "currency_code", "source")
    add_columns = ("product_id", "valid_from", "cost_amount", "currency_code", "source")
    parent_column = "product_id"


class CompetitorPriceView(Screen):
    """What others ask for the like."""

    datamodel = interface_of(CompetitorPrice)
    route_base = "/competitor-prices"
    title = _l("Competitor prices")
    title_one = _l("Competitor price")
    list_columns = ("competitor_name", "price_amount", "currency_code", "seen_on", "source")
    add_columns = ("product_id", "competitor_name", "price_amount", "currency_code", "seen_on", "source")
    parent_column = "product_id"


class ProductLineView(Screen):
    """Product lines with their positioning."""

    datamodel = interface_of(ProductLine)
    route_base = "/product-lines"
    title = _l("Product lines")
    title_one = _l("Product line")
    list_columns = ("code", "name", "name_en", "positioning")
    order_columns = ("code", "name")
    base_order = ("code", "asc")


class ProductView(Screen):
    """Products with cost and competitors."""

    datamodel = interface_of(Product)
    route_base = "/products"
    title = _l("Products")
    title_one = _l("Product")
    list_columns = ("sku", "name", "product_line_id", "season", "launch_year", "status")
    order_columns = ("sku",)
    base_order = ("sku", "asc")
    field_groups = (
        (_l("Product"), ("sku", "name", "name_en", "product_line_id")),
        (_l("Sale"), ("status", "season", "launch_year", "unit")),
        (_l("Description"), ("features",)),
    )
    related_views = [ProductCostView, CompetitorPriceView]
    inline_lines = (
        InlineLines("costs", ProductCostView),
        InlineLines("competitor_prices", CompetitorPriceView),
    )


class PricePolicyView(ApprovableScreen):
    """Target and floor margin of a product line."""

    datamodel = interface_of(PricePolicy)
    route_base = "/price-policies"
    title = _l("Price policies")
    title_one = _l("Price policy")
    list_columns = (
        "code", "name", "product_line_id", "fiscal_year", "quarter", "target_margin_percent",
        "floor_margin_percent", "status",
    )  # fmt: skip
    add_columns = (
        "name", "product_line_id", "fiscal_year", "quarter", "basis", "target_margin_percent",
        "floor_margin_percent", "reason",
    )  # fmt: skip
    order_columns = ("code",)


class PriceListItemView(Screen):
    """Prices of a list."""

    datamodel = interface_of(PriceListItem)
    route_base = "/price-list-items"
    title = _l("Prices")
    title_one = _l("Price")
    list_columns = ("product_id", "list_price_amount", "floor_price_amount", "exception_approval_id")
    add_columns = ("price_list_id", "product_id", "list_price_amount", "floor_price_amount")
    parent_column = "price_list_id"


class PriceListView(ApprovableScreen):
    """Price lists by channel, region and grade."""

    datamodel = interface_of(PriceList)
    route_base = "/price-lists"
    title = _l("Price lists")
    title_one = _l("Price list")
    list_columns = (
        "code", "name", "channel_id", "region_id", "customer_grade", "valid_from", "valid_to", "status",
    )  # fmt: skip
    add_columns = (
        "name", "channel_id", "region_id", "customer_grade", "currency_code", "valid_from", "valid_to",
    )  # fmt: skip
    order_columns = ("code",)
    field_groups = (
        (_l("Price list"), ("name", "currency_code", "valid_from", "valid_to")),
        (_l("For whom"), ("channel_id", "region_id", "customer_grade")),
    )
    related_views = [PriceListItemView]
    inline_lines = (InlineLines("items", PriceListItemView),)


class PricingRuleView(ApprovableScreen):
    """Differential prices by feature, segment, channel and time."""

    datamodel = interface_of(PricingRule)
    route_base = "/pricing-rules"
    title = _l("Pricing rules")
    title_one = _l("Pricing rule")
    list_columns = (
        "code", "name", "basis", "adjust_percent", "adjust_amount", "priority", "valid_from",
        "valid_to", "status",
    )  # fmt: skip
    add_columns = (
        "name", "basis", "adjust_percent", "adjust_amount", "priority", "product_line_id", "product_id",
        "channel_id", "region_id", "customer_grade", "valid_from", "valid_to", "reason",
    )  # fmt: skip
    field_groups = (
        (_l("Pricing rule"), ("name", "basis", "adjust_percent", "adjust_amount", "priority")),
        (_l("For what"), ("product_line_id", "product_id")),
        (_l("For whom"), ("channel_id", "region_id", "customer_grade")),
        (_l("Time and reason"), ("valid_from", "valid_to", "reason")),
    )
    filter_columns = (
        "name", "basis", "priority", "product_line_id", "product_id", "channel_id", "region_id",
        "valid_from", "status",
    )  # fmt: skip
    order_columns = ("code",)
