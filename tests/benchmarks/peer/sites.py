"""Two admin sites over the same models: as one writes it first, and with every remedy that Django documents."""

from django.contrib import admin

from tests.benchmarks.peer import models as peer

COLUMNS = {
    peer.Customer: ("code", "name", "kind", "grade", "country", "source", "completeness", "status"),
    peer.Partner: ("code", "name", "kind", "status", "grade", "region", "owner"),
    peer.Plan: ("code", "name", "plan_type", "department", "owner", "budget_amount", "status"),
    peer.Agreement: ("code", "title", "partner", "start_on", "end_on", "amount", "owner", "status"),
    peer.Purchase: ("external_no", "source", "customer", "purchased_at", "currency_code", "total_amount"),
}
FILTERS = {
    peer.Customer: ("kind", "grade", "status"),
    peer.Partner: ("status", "grade"),
    peer.Plan: ("status",),
}
SEARCHED = {peer.Purchase: "external_no", peer.Agreement: "title"}
REMOTE = {
    peer.Customer: ("owner", "department", "region", "source"),
    peer.Partner: ("owner", "department", "region"),
    peer.Plan: ("owner", "department"),
    peer.Agreement: ("owner", "department", "partner"),
    peer.Purchase: ("customer", "source"),
}
SMALL = (peer.Department, peer.Employee, peer.Source, peer.Region)

plain = admin.AdminSite("plain")
tuned = admin.AdminSite("tuned")

for model, columns in COLUMNS.items():
    common = {
        "list_display": columns,
        "list_filter": FILTERS.get(model, ()),
        "list_per_page": 25,
        "search_fields": [SEARCHED.get(model, "name")],
    }
    plain.register(model, type("Plain", (admin.ModelAdmin,), dict(common)))
    remedies = {
        "autocomplete_fields": REMOTE[model],
        "show_full_result_count": False,
        "list_select_related": [column for column in columns if column in REMOTE[model]] or False,
    }
    tuned.register(model, type("Tuned", (admin.ModelAdmin,), {**common, **remedies}))
for model in SMALL:
    for site in (plain, tuned):
        site.register(model, type("Small", (admin.ModelAdmin,), {"search_fields": ["name"]}))
