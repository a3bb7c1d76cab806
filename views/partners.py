"""Screens of channel partners, agreements and channel costs (R065-R069, R102-R105)."""

from app.core.i18n import lazy_gettext as _l
from models.agreements import AgreementObligation, PartnerAgreement
from models.partners import ChannelCost, Partner, Region, SourcingEvent
from views.approval_panel import ApprovableScreen
from views.base import Screen
from views.interface import interface_of
from views.line_rows import InlineLines


class AgreementObligationView(Screen):
    """Duties of both sides of an agreement."""

    datamodel = interface_of(AgreementObligation)
    route_base = "/agreement-obligations"
    title = _l("Obligations")
    title_one = _l("Obligation")
    list_columns = ("duty", "side", "due_on", "done_on")
    add_columns = ("agreement_id", "side", "duty", "due_on")
    edit_columns = ("agreement_id", "side", "duty", "due_on", "done_on")
    parent_column = "agreement_id"


class PartnerAgreementView(ApprovableScreen):
    """Cooperation agreements with both sides' duties."""

    datamodel = interface_of(PartnerAgreement)
    route_base = "/agreements"
    title = _l("Partner agreements")
    title_one = _l("Partner agreement")
    list_columns = ("code", "title", "partner_id", "start_on", "end_on", "amount", "owner_id", "status")
    add_columns = (
        "title", "partner_id", "start_on", "end_on", "amount", "currency_code", "content",
        "effect_text",
    )  # fmt: skip
    filter_columns = (
        "title", "partner_id", "start_on", "end_on", "amount", "department_id", "owner_id", "status",
    )  # fmt: skip
    order_columns = ("code",)
    field_groups = (
        (_l("Agreement"), ("title", "partner_id", "start_on", "end_on")),
        (_l("Fee"), ("amount", "currency_code")),
        (_l("Content"), ("content", "effect_text")),
    )
    related_views = [AgreementObligationView]
    inline_lines = (InlineLines("obligations", AgreementObligationView),)


class PartnerView(Screen):
    """Companies and people that the marketing works with."""

    datamodel = interface_of(Partner)
    route_base = "/partners"
    title = _l("Channel partners")
    title_one = _l("Channel partner")
    list_columns = ("code", "name", "kind", "status", "grade", "region_id", "owner_id")
    field_groups = (
        (_l("Partner"), ("name", "name_en", "kind", "licence_no", "grade", "status", "status_reason")),
        (_l("Contact"), ("contact_name", "contact_phone", "contact_email", "address")),
        (_l("Cooperation"), (
            "region_id", "territory_note", "source_event_id", "partner_since_on", "renewal_on", "remind_on",
            "owner_id", "department_id",
        )),
    )  # fmt: skip
    filter_columns = ("name", "kind", "status", "grade", "region_id", "department_id", "owner_id")
    order_columns = ("code", "name")


class SourcingEventView(Screen):
    """Fairs and associations where partners are found."""

    datamodel = interface_of(SourcingEvent)
    route_base = "/sourcing-events"
    title = _l("Sourcing events")
    title_one = _l("Sourcing event")
    list_columns = ("code", "name", "kind", "organiser", "held_on", "cost_amount", "owner_id")
    order_columns = ("code",)


class ChannelCostView(Screen):
    """Cost and revenue of a channel by month."""

    datamodel = interface_of(ChannelCost)
    route_base = "/channel-costs"
    title = _l("Channel costs")
    title_one = _l("Channel cost")
    list_columns = ("channel_id", "fiscal_year", "month", "cost_amount", "revenue_amount", "note")


class RegionView(Screen):
    """Sales regions."""

    datamodel = interface_of(Region)
    route_base = "/regions"
    title = _l("Regions")
    title_one = _l("Region")
    list_columns = ("code", "name", "name_en", "parent_id")
    order_columns = ("code",)
    base_order = ("code", "asc")
