"""Every screen of the portal, once: area by area, in the order of the menu.

A new entity adds one row here; menu, routes, rights, the REST resource and the contract tests follow.
"""

from dataclasses import dataclass
from typing import Any

from app.core.i18n import lazy_gettext as _l
from views.appraisals import (
    AppraisalCriterionView,
    AppraisalCycleView,
    AppraisalLevelView,
    AppraisalSchemeView,
    AppraisalScoreView,
    AppraisalView,
    RewardPenaltyView,
)
from views.base import Screen
from views.customers import (
    ConsentView,
    CustomerIdentityView,
    CustomerNeedView,
    CustomerSourceView,
    CustomerView,
    PurchaseLineView,
    PurchaseView,
)
from views.org import (
    ChannelView,
    DepartmentView,
    EmployeeAssignmentView,
    EmployeeView,
    MetricDefinitionView,
    PositionView,
)
from views.partners import (
    AgreementObligationView,
    ChannelCostView,
    PartnerAgreementView,
    PartnerView,
    RegionView,
    SourcingEventView,
)
from views.plans import (
    BudgetLineView,
    CompanyObjectiveView,
    MarketingPlanView,
    PlanGoalView,
    PlanMilestoneView,
)
from views.pricing import (
    CompetitorPriceView,
    PriceListItemView,
    PriceListView,
    PricePolicyView,
    PricingRuleView,
    ProductCostView,
    ProductLineView,
    ProductView,
)
from views.promotions import (
    ActivityChannelView,
    ActivityView,
    PromotionProductView,
    PromotionTierView,
    SalesPromotionView,
)


@dataclass(frozen=True)
class Area:
    """One group of the menu; it appears when something in it may be opened."""

    key: str
    label: Any
    icon: str


AREAS: tuple[Area, ...] = (
    Area("plans", _l("Strategy and plans"), "target"),
    Area("research", _l("Research"), "zoom-scan"),
    Area("promotions", _l("Promotions and activities"), "flag"),
    Area("pricing", _l("Pricing"), "tag"),
    Area("partners", _l("Channel partners"), "building-store"),
    Area("customers", _l("Customers"), "users"),
    Area("evaluation", _l("Evaluation"), "gauge"),
    Area("appraisals", _l("Appraisals"), "award"),
    Area("governance", _l("Governance"), "shield-check"),
    Area("organisation", _l("Organisation"), "sitemap"),
    Area("reports", _l("Reports"), "report"),
    Area("administration", _l("Administration"), "settings"),
)
"""In the order of the menu: the way of a marketing year, then those who watch it, then the set-up."""


@dataclass(frozen=True)
class ScreenEntry:
    """One screen: where it stands in the menu and under which name the REST interface serves it.

    Attributes:
        area: key of `AREAS`; None for lines, which are reached from their parent's page.
        resource: name below `/api/v1/`; None keeps the model out of the REST interface.
    """

    screen: type[Screen]
    area: str | None
    resource: str | None


SCREENS: tuple[ScreenEntry, ...] = (
    ScreenEntry(MarketingPlanView, "plans", "plans"),
    ScreenEntry(PlanGoalView, None, "plan-goals"),
    ScreenEntry(BudgetLineView, None, "budget-lines"),
    ScreenEntry(PlanMilestoneView, None, "plan-milestones"),
    ScreenEntry(CompanyObjectiveView, "plans", "objectives"),
    ScreenEntry(MetricDefinitionView, "plans", "metrics"),
    ScreenEntry(ActivityView, "promotions", "activities"),
    ScreenEntry(ActivityChannelView, None, "activity-channels"),
    ScreenEntry(SalesPromotionView, "promotions", "promotions"),
    ScreenEntry(PromotionTierView, None, "promotion-tiers"),
    ScreenEntry(PromotionProductView, None, "promotion-products"),
    ScreenEntry(PricingRuleView, "pricing", "pricing-rules"),
    ScreenEntry(PriceListView, "pricing", "price-lists"),
    ScreenEntry(PriceListItemView, None, "price-list-items"),
    ScreenEntry(PricePolicyView, "pricing", "price-policies"),
    ScreenEntry(ProductView, "pricing", "products"),
    ScreenEntry(ProductCostView, None, "product-costs"),
    ScreenEntry(CompetitorPriceView, None, "competitor-prices"),
    ScreenEntry(ProductLineView, "pricing", "product-lines"),
    ScreenEntry(PartnerView, "partners", "partners"),
    ScreenEntry(PartnerAgreementView, "partners", "agreements"),
    ScreenEntry(AgreementObligationView, None, "agreement-obligations"),
    ScreenEntry(SourcingEventView, "partners", "sourcing-events"),
    ScreenEntry(ChannelCostView, "partners", "channel-costs"),
    ScreenEntry(ChannelView, "partners", "channels"),
    ScreenEntry(RegionView, "partners", "regions"),
    ScreenEntry(CustomerView, "customers", "customers"),
    ScreenEntry(CustomerIdentityView, None, "customer-identities"),
    ScreenEntry(CustomerNeedView, None, "customer-needs"),
    ScreenEntry(ConsentView, None, "consents"),
    ScreenEntry(PurchaseView, "customers", "purchases"),
    ScreenEntry(PurchaseLineView, None, "purchase-lines"),
    ScreenEntry(CustomerSourceView, "customers", "customer-sources"),
    ScreenEntry(AppraisalView, "appraisals", "appraisals"),
    ScreenEntry(AppraisalScoreView, None, "appraisal-scores"),
    ScreenEntry(RewardPenaltyView, "appraisals", "rewards"),
    ScreenEntry(AppraisalSchemeView, "appraisals", "appraisal-schemes"),
    ScreenEntry(AppraisalCriterionView, None, "appraisal-criteria"),
    ScreenEntry(AppraisalLevelView, None, "appraisal-levels"),
    ScreenEntry(AppraisalCycleView, "appraisals", "appraisal-cycles"),
    ScreenEntry(DepartmentView, "organisation", "departments"),
    ScreenEntry(PositionView, "organisation", "positions"),
    ScreenEntry(EmployeeView, "organisation", "employees"),
    ScreenEntry(EmployeeAssignmentView, None, "employee-assignments"),
)
