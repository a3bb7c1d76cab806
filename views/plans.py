"""Screens of marketing plans, their lines and the company objectives (R003, R041-R047)."""

from decimal import Decimal

from app.core.clock import today
from app.core.i18n import lazy_gettext as _l
from models.plans import BudgetLine, CompanyObjective, MarketingPlan, MilestoneStatus, PlanGoal, PlanMilestone
from views.approval_panel import ApprovableScreen
from views.base import Screen
from views.interface import interface_of
from views.line_rows import InlineLines, LineTotal


class PlanGoalView(Screen):
    """Goals of a plan."""

    datamodel = interface_of(PlanGoal)
    route_base = "/plan-goals"
    title = _l("Goals")
    title_one = _l("Goal")
    list_columns = ("metric_id", "objective_id", "baseline", "target_value", "weight")
    add_columns = ("plan_id", "objective_id", "metric_id", "baseline", "target_value", "weight")
    parent_column = "plan_id"


class BudgetLineView(Screen):
    """Budget lines of a plan."""

    datamodel = interface_of(BudgetLine)
    route_base = "/budget-lines"
    title = _l("Budget lines")
    title_one = _l("Budget line")
    list_columns = (
        "category",
        "channel_id",
        "month",
        "allocated_amount",
        "committed_amount",
        "actual_amount",
        "note",
    )
    add_columns = ("plan_id", "category", "channel_id", "month", "allocated_amount", "note")
    parent_column = "plan_id"


class PlanMilestoneView(Screen):
    """Timetable of a plan."""

    datamodel = interface_of(PlanMilestone)
    route_base = "/plan-milestones"
    title = _l("Timetable")
    title_one = _l("Milestone")
    list_columns = ("name", "planned_on", "due_on", "owner_id", "status", "finished_on")
    add_columns = ("plan_id", "name", "planned_on", "due_on", "owner_id")
    edit_columns = ("plan_id", "name", "planned_on", "due_on", "owner_id", "status", "finished_on")
    parent_column = "plan_id"

    def change_status(self, record: PlanMilestone, target: str) -> None:
        """Give a milestone that is reached today's date, and one that is open again none."""
        super().change_status(record, target)
        record.finished_on = today() if target == MilestoneStatus.DONE.value else None


class MarketingPlanView(ApprovableScreen):
    """Marketing plans: year, quarter, month."""

    datamodel = interface_of(MarketingPlan)
    route_base = "/plans"
    title = _l("Marketing plans")
    title_one = _l("Marketing plan")
    list_columns = ("code", "name", "plan_type", "department_id", "owner_id", "budget_amount", "status")
    add_columns = (
        "name", "plan_type", "fiscal_year", "quarter", "month", "parent_id", "department_id", "start_on", "end_on",
        "budget_amount", "strategy_text",
    )  # fmt: skip
    filter_columns = (
        "name",
        "plan_type",
        "fiscal_year",
        "quarter",
        "month",
        "department_id",
        "owner_id",
        "status",
    )
    order_columns = ("code", "name")
    field_groups = (
        (_l("Plan"), ("name", "plan_type", "fiscal_year", "quarter", "month")),
        (_l("Time and place"), ("start_on", "end_on", "parent_id", "department_id")),
        (_l("Money and strategy"), ("budget_amount", "strategy_text")),
    )
    related_views = [PlanGoalView, BudgetLineView, PlanMilestoneView]
    inline_lines = (
        InlineLines("goals", PlanGoalView, LineTotal("weight", goal=Decimal(100))),
        InlineLines("budget_lines", BudgetLineView, LineTotal("allocated_amount", limit="budget_amount")),
        InlineLines("milestones", PlanMilestoneView),
    )
    report_key = "plan-approval-sheet"
    report_argument = "plan"


class CompanyObjectiveView(Screen):
    """Standing objectives of a year."""

    datamodel = interface_of(CompanyObjective)
    route_base = "/objectives"
    title = _l("Company objectives")
    title_one = _l("Company objective")
    list_columns = ("code", "fiscal_year", "kind", "name", "target")
    order_columns = ("code",)
