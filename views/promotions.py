"""Screens of activities and sales promotions (R050, R060, R099-R101)."""

from app.core.i18n import lazy_gettext as _l
from models.activities import Activity, ActivityChannel
from models.promotions import PromotionProduct, PromotionTier, SalesPromotion
from views.approval_panel import ApprovableScreen
from views.base import Screen
from views.interface import interface_of
from views.line_rows import InlineLines, LineTotal


class ActivityChannelView(Screen):
    """Through which channels an activity runs."""

    datamodel = interface_of(ActivityChannel)
    route_base = "/activity-channels"
    title = _l("Channels of the activity")
    title_one = _l("Channel of the activity")
    list_columns = ("channel_id", "planned_cost_amount", "target_value", "note")
    add_columns = ("activity_id", "channel_id", "planned_cost_amount", "target_value", "note")
    parent_column = "activity_id"


class ActivityView(ApprovableScreen):
    """Marketing activities under a plan."""

    datamodel = interface_of(Activity)
    route_base = "/activities"
    title = _l("Activities")
    title_one = _l("Activity")
    list_columns = (
        "code", "name", "activity_type", "plan_id", "start_at", "end_at", "budget_amount", "status",
    )  # fmt: skip
    add_columns = (
        "name", "plan_id", "activity_type", "theme", "form", "content", "start_at", "end_at",
        "budget_amount", "expected_effect", "supervisor_id",
    )  # fmt: skip
    filter_columns = (
        "name", "activity_type", "plan_id", "start_at", "end_at", "department_id", "owner_id", "status",
    )  # fmt: skip
    order_columns = ("code",)
    field_groups = (
        (_l("Activity"), ("name", "plan_id", "activity_type", "theme", "form", "content")),
        (_l("Time and place"), ("start_at", "end_at")),
        (_l("Money and effect"), ("budget_amount", "expected_effect", "supervisor_id")),
    )
    related_views = [ActivityChannelView]
    inline_lines = (
        InlineLines("channels", ActivityChannelView, LineTotal("planned_cost_amount", limit="budget_amount")),
    )


class PromotionTierView(Screen):
    """Spend thresholds of a promotion."""

    datamodel = interface_of(PromotionTier)
    route_base = "/promotion-tiers"
    title = _l("Tiers")
    title_one = _l("Tier")
    list_columns = (
        "threshold_amount", "discount_percent", "discount_amount", "gift_product_id", "gift_quantity",
    )  # fmt: skip
    add_columns = (
        "promotion_id", "threshold_amount", "discount_percent", "discount_amount", "gift_product_id",
        "gift_quantity",
    )  # fmt: skip
    parent_column = "promotion_id"


class PromotionProductView(Screen):
    """Which products take part."""

    datamodel = interface_of(PromotionProduct)
    route_base = "/promotion-products"
    title = _l("Products of the promotion")
    title_one = _l("Product of the promotion")
    list_columns = ("product_id", "product_line_id", "is_excluded")
    add_columns = ("promotion_id", "product_id", "product_line_id", "is_excluded")
    parent_column = "promotion_id"


class SalesPromotionView(ApprovableScreen):
    """Discounts, gifts and spend thresholds."""

    datamodel = interface_of(SalesPromotion)
    route_base = "/promotions"
    title = _l("Sales promotions")
    title_one = _l("Sales promotion")
    list_columns = (
        "code", "name", "method", "start_at", "end_at", "used_count", "spent_amount", "owner_id",
        "status",
    )  # fmt: skip
    add_columns = (
        "name", "activity_id", "plan_id", "method", "discount_percent", "discount_amount",
        "is_repeating", "is_stackable", "priority", "max_uses", "max_cost_amount", "start_at", "end_at",
        "market_need", "strategy_text",
    )  # fmt: skip
    filter_columns = (
        "name", "method", "activity_id", "plan_id", "start_at", "end_at", "department_id", "owner_id",
        "status",
    )  # fmt: skip
    order_columns = ("code",)
    field_groups = (
        (_l("Sales promotion"), ("name", "activity_id", "plan_id")),
        (_l("Advantage for the customer"), (
            "method", "discount_percent", "discount_amount", "is_repeating", "is_stackable", "priority",
        )),
        (_l("Time and limits"), ("start_at", "end_at", "max_uses", "max_cost_amount")),
        (_l("Reason"), ("market_need", "strategy_text")),
    )  # fmt: skip
    related_views = [PromotionTierView, PromotionProductView]
    inline_lines = (
        InlineLines("tiers", PromotionTierView),
        InlineLines("products", PromotionProductView),
    )
