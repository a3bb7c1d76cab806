"""The seeded roles on one page: what each may do to which screen, and how far it sees (R005, R063, R090).

Verbs are the framework's permission names without `can_`. `READ`, `WRITE` and `MANAGE` are cumulative.
An administrator may change all of it later; `flask init` only adds what is missing.
"""

from dataclasses import dataclass, field
from typing import Any

from app.core.i18n import lazy_gettext as _l
from models.users import Scope

READ = frozenset({"list", "show", "lookup"})
WRITE = READ | {"add", "edit"}
MANAGE = WRITE | {"delete", "restore", "submit", "withdraw"}
FULL = MANAGE | {"export", "import"}

ADMINISTRATOR = "Administrator"
STAFF = "Staff"
GROUP_LEAD = "GroupLead"
DIRECTOR = "Director"
SENIOR = "Senior"
INSPECTOR = "Inspector"
ANALYST = "Analyst"
PARTNER = "PartnerPortal"
PUBLIC = "Public"

_TITLES: dict[str, Any] = {
    ADMINISTRATOR: _l("Administrator"),
    STAFF: _l("Staff"),
    GROUP_LEAD: _l("Group lead"),
    DIRECTOR: _l("Director"),
    SENIOR: _l("Senior management"),
    INSPECTOR: _l("Inspector"),
    ANALYST: _l("Data analyst"),
    PARTNER: _l("Channel partner's account"),
    PUBLIC: _l("Not logged in"),
}
"""The portal's own roles in the reader's language; all others are called as their makers named them."""


def role_title(name: str) -> Any:
    """Return what a role is called."""
    return _TITLES.get(name, name)


REFERENCE = ("DepartmentView", "PositionView", "EmployeeView", "ChannelView", "MetricDefinitionView",
             "CompanyObjectiveView", "RegionView", "ProductLineView", "ProductView")  # fmt: skip
"""Screens that everybody inside reads, because other records point to their rows."""

PLANS = ("MarketingPlanView", "PlanGoalView", "BudgetLineView", "PlanMilestoneView")
PROMOTIONS = (
    "ActivityView",
    "ActivityChannelView",
    "SalesPromotionView",
    "PromotionTierView",
    "PromotionProductView",
)
PRICING = ("PricingRuleView", "PricePolicyView", "PriceListView", "PriceListItemView", "ProductCostView",
           "CompetitorPriceView")  # fmt: skip
PARTNERS = (
    "PartnerView",
    "PartnerAgreementView",
    "AgreementObligationView",
    "SourcingEventView",
    "ChannelCostView",
)
CUSTOMERS = ("CustomerView", "CustomerIdentityView", "CustomerNeedView", "ConsentView", "PurchaseView",
             "PurchaseLineView", "CustomerSourceView")  # fmt: skip
APPRAISALS = ("AppraisalView", "AppraisalScoreView", "RewardPenaltyView")
APPRAISAL_SETUP = (
    "AppraisalSchemeView",
    "AppraisalCriterionView",
    "AppraisalLevelView",
    "AppraisalCycleView",
)
BUSINESS = (*PLANS, *PROMOTIONS, *PRICING, *PARTNERS, *CUSTOMERS, *APPRAISALS)
ORGANISATION = ("DepartmentView", "PositionView", "EmployeeView", "EmployeeAssignmentView")
SETUP = (
    "UserView",
    "RoleView",
    "GroupView",
    "DataScopeView",
    "FlowDefinitionView",
    "FlowVersionView",
    "JobView",
    "ImportBatchView",
)


@dataclass(frozen=True)
class RoleSeed:
    """A role as it is first created.

    Attributes:
        scope: row scope on every business record type, unless `scopes` names another.
        rights: screens → verbs.
        pages: pairs (permission, page) for pages that are not record screens.
    """

    name: str
    scope: Scope
    rights: tuple[tuple[tuple[str, ...], frozenset[str]], ...]
    pages: tuple[tuple[str, str], ...] = ()
    scopes: dict[str, Scope] = field(default_factory=dict)


OWN_PAGES = (
    ("can_inbox", "ApprovalView"),
    ("can_decide", "ApprovalView"),
    ("can_submit", "ApprovalView"),
    ("can_view", "ReportView"),
    ("can_view", "NoticeView"),
    ("can_view", "MyJobView"),
    ("can_view", "ProfileView"),
    ("can_get", "OpenApi"),
)
SUPERVISE = (
    ("can_run", "plan-approval-compliance"),
    ("can_list", "AuditEventView"),
    ("can_show", "AuditEventView"),
    ("can_verify", "AuditEventView"),
)
INSPECT = (("can_run", "rights-report"),)
OVERSEE = (("can_run", "plan-approval-compliance"),)

ROLES = (
    RoleSeed(
        ADMINISTRATOR,
        Scope.ALL,
        ((ORGANISATION, FULL), (REFERENCE, FULL), (SETUP, FULL), (APPRAISAL_SETUP, FULL), (BUSINESS, READ)),
        (
            *OWN_PAGES,
            *SUPERVISE,
            *INSPECT,
            ("can_start", "ViewAsView"),
            ("can_administer", "ApprovalView"),
            ("can_import", "ImportView"),
            ("can_cancel", "JobView"),
        ),
    ),
    RoleSeed(
        STAFF,
        Scope.OWN,
        ((REFERENCE, READ), (BUSINESS, MANAGE), (APPRAISAL_SETUP, READ)),
        OWN_PAGES,
        {"customer": Scope.ALL, "product": Scope.ALL},
    ),
    RoleSeed(
        GROUP_LEAD,
        Scope.SUBORDINATES,
        ((REFERENCE, READ), (BUSINESS, MANAGE), (APPRAISAL_SETUP, READ)),
        (*OWN_PAGES, *OVERSEE),
        {"customer": Scope.ALL, "product": Scope.ALL},
    ),
    RoleSeed(
        DIRECTOR,
        Scope.SUBTREE,
        ((REFERENCE, FULL), (BUSINESS, FULL), (APPRAISAL_SETUP, FULL)),
        (*OWN_PAGES, *OVERSEE, ("can_import", "ImportView")),
        {"customer": Scope.ALL, "product": Scope.ALL},
    ),
    RoleSeed(
        SENIOR,
        Scope.ALL,
        ((REFERENCE, READ), (BUSINESS, READ | {"export"}), (APPRAISAL_SETUP, READ)),
        (*OWN_PAGES, *SUPERVISE),
    ),
    RoleSeed(
        INSPECTOR,
        Scope.ALL,
        ((REFERENCE, READ), (BUSINESS, READ | {"export"}), (APPRAISAL_SETUP, READ)),
        (*OWN_PAGES, *SUPERVISE, *INSPECT),
    ),
    RoleSeed(
        ANALYST,
        Scope.ALL,
        ((REFERENCE, READ), (BUSINESS, READ | {"export"}), (CUSTOMERS, FULL), (("ImportBatchView",), FULL)),
        (*OWN_PAGES, *OVERSEE, ("can_import", "ImportView")),
    ),
    RoleSeed(
        PARTNER,
        Scope.OWN,
        ((("PartnerView", "PartnerAgreementView", "AgreementObligationView"), READ),),
        (("can_view", "NoticeView"), ("can_view", "ProfileView")),
    ),
)
