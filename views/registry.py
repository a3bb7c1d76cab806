"""Every screen of the portal, once: area by area, in the order of the menu.

A new entity adds one row here; menu, routes, rights, the REST resource and the contract tests follow.
"""

from dataclasses import dataclass
from typing import Any

from app.core.i18n import lazy_gettext as _l
from views.base import Screen
from views.org import (
    ChannelView,
    DepartmentView,
    EmployeeAssignmentView,
    EmployeeView,
    MetricDefinitionView,
    PositionView,
)
from views.plans import BudgetLineView, CompanyObjectiveView, MarketingPlanView, PlanGoalView, PlanMilestoneView

AREAS: dict[str, Any] = {
    "plans": _l("Strategy and plans"),
    "promotions": _l("Promotions and activities"),
    "pricing": _l("Pricing"),
    "partners": _l("Channel partners"),
    "customers": _l("Customers"),
    "appraisals": _l("Appraisals"),
    "organisation": _l("Organisation"),
    "governance": _l("Governance"),
    "administration": _l("Administration"),
}


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
    ScreenEntry(ChannelView, "partners", "channels"),
    ScreenEntry(DepartmentView, "organisation", "departments"),
    ScreenEntry(PositionView, "organisation", "positions"),
    ScreenEntry(EmployeeView, "organisation", "employees"),
    ScreenEntry(EmployeeAssignmentView, None, "employee-assignments"),
)
