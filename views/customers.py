"""Screens of customers, their needs, consents and purchases (R106-R109)."""

from app.core.i18n import lazy_gettext as _l
from models.customers import Consent, Customer, CustomerIdentity, CustomerNeed
from models.purchases import Purchase, PurchaseLine
from models.sources import CustomerSource
from views.base import Screen
from views.interface import interface_of
from views.line_rows import InlineLines


class CustomerIdentityView(Screen):
    """Mobile, WeChat, e-mail and card of a customer."""

    datamodel = interface_of(CustomerIdentity)
    route_base = "/customer-identities"
    title = _l("Contact ways")
    title_one = _l("Contact way")
    list_columns = ("value", "kind", "verified_at")
    add_columns = ("customer_id", "kind", "value")
    parent_column = "customer_id"


class CustomerNeedView(Screen):
    """What a customer needs or says."""

    datamodel = interface_of(CustomerNeed)
    route_base = "/customer-needs"
    title = _l("Needs and feedback")
    title_one = _l("Need or feedback")
    list_columns = ("content", "kind", "satisfaction", "stated_on", "source_id")
    add_columns = (
        "customer_id", "kind", "content", "product_line_id", "satisfaction", "stated_on", "source_id",
    )  # fmt: skip
    parent_column = "customer_id"


class ConsentView(Screen):
    """For what a customer may be contacted."""

    datamodel = interface_of(Consent)
    route_base = "/consents"
    title = _l("Consents")
    title_one = _l("Consent")
    list_columns = ("purpose", "given_at", "withdrawn_at", "source_id", "evidence")
    add_columns = ("customer_id", "purpose", "given_at", "source_id", "evidence")
    edit_columns = ("withdrawn_at",)
    parent_column = "customer_id"


class PurchaseLineView(Screen):
    """Lines of a receipt."""

    datamodel = interface_of(PurchaseLine)
    route_base = "/purchase-lines"
    title = _l("Purchase lines")
    title_one = _l("Purchase line")
    list_columns = ("line_no", "sku", "description", "quantity", "unit_price", "line_total")
    add_columns = ("purchase_id", "line_no", "sku", "product_id", "description", "quantity", "unit_price")
    parent_column = "purchase_id"


class PurchaseView(Screen):
    """Receipts of all sources."""

    datamodel = interface_of(Purchase)
    route_base = "/purchases"
    title = _l("Purchases")
    title_one = _l("Purchase")
    list_columns = (
        "external_no", "source_id", "customer_id", "purchased_at", "currency_code", "total_amount",
    )  # fmt: skip
    add_columns = ("source_id", "external_no", "customer_id", "channel_id", "purchased_at", "currency_code")
    filter_columns = ("external_no", "source_id", "customer_id", "purchased_at", "total_amount")
    order_columns = ("purchased_at",)
    related_views = [PurchaseLineView]
    inline_lines = (InlineLines("lines", PurchaseLineView),)


class CustomerView(Screen):
    """Customers with contact ways, needs and consents."""

    datamodel = interface_of(Customer)
    route_base = "/customers"
    title = _l("Customers")
    title_one = _l("Customer")
    board_column = ""  # no status to work through, and a million rows of one
    list_columns = ("code", "name", "kind", "grade", "country", "source_id", "completeness", "status")
    add_columns = (
        "name", "kind", "gender", "birthday", "grade", "country", "region_id", "city", "address",
        "source_id", "source_customer_no", "note",
    )  # fmt: skip
    filter_columns = (
        "name", "kind", "grade", "country", "region_id", "source_id", "completeness", "status",
        "owner_id",
    )  # fmt: skip
    order_columns = ("code", "name", "grade", "created_at")
    field_groups = (
        (_l("Person or company"), ("name", "kind", "gender", "birthday", "grade")),
        (_l("Address"), ("country", "region_id", "city", "address")),
        (_l("Where the data come from"), ("source_id", "source_customer_no", "note")),
    )
    related_views = [CustomerIdentityView, CustomerNeedView, ConsentView]
    inline_lines = (InlineLines("identities", CustomerIdentityView),)


class CustomerSourceView(Screen):
    """Where customer data come from."""

    datamodel = interface_of(CustomerSource)
    route_base = "/customer-sources"
    title = _l("Customer sources")
    title_one = _l("Customer source")
    list_columns = ("code", "name", "name_en", "kind")
    order_columns = ("code",)
    base_order = ("code", "asc")
