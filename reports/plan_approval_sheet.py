"""The plan approval sheet: one marketing plan with its budget, timetable and approval trail (R039-R047)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from app.core.actor import Actor
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from models.approvable import ApprovalStatus
from reports import charts, formats
from reports.base import HeadText, Report
from reports.params import ArgReader
from reports.plan_approval_sheet_data import (
    PlanSheet,
    budget_parts,
    budget_table,
    paragraphs,
    rounds,
    signature_boxes,
)
from reports.plan_approval_sheet_rows import load_plan_sheet

UPRIGHT_MONTHS = 4
"""Budgets over more months are printed on landscape pages."""
MONTHS_ACROSS = 6
"""Months side by side there, so that amounts up to a billion keep their two places."""


@dataclass(frozen=True, slots=True)
class PlanSheetParams:
    """The plan to print."""

    plan_id: int


class PlanApprovalSheet(Report[PlanSheetParams, PlanSheet]):
    """Prints one plan as a document to be filed: what was approved, by whom, in which capacity."""

    key: ClassVar[str] = "plan-approval-sheet"
    title: ClassVar = _l("Marketing plan approval sheet")
    permission: ClassVar[tuple[str, str]] = ("can_show", "MarketingPlanView")
    template: ClassVar[str] = "plan_approval_sheet.html"

    def parse(self, args: Mapping[str, str]) -> PlanSheetParams:
        """Read `plan`, the key of the plan."""
        reader = ArgReader(args)
        params = PlanSheetParams(plan_id=reader.key("plan"))
        reader.done()
        return params

    def data(self, actor: Actor, params: PlanSheetParams) -> PlanSheet:
        """Read the plan, its lines and its approval as far as the actor may see them."""
        return load_plan_sheet(actor, params.plan_id)

    def head(self, data: PlanSheet) -> HeadText:
        """Quote the plan's own number and revision."""
        return HeadText(
            subtitle=data.name,
            number=data.number,
            version=str(data.revision),
            period=formats.period(data.start_on, data.end_on),
            company=str(data.company),
            watermark="" if data.is_approved else _watermark(data.status),
        )

    def view(self, data: PlanSheet, *, font: str) -> Mapping[str, object]:
        """Lay out the budget, the timetable and the signature row."""
        budget = budget_table(data.allocations)
        rows = [
            charts.GanttRow(step.name, step.start_on, step.due_on, step.finished_on)
            for step in data.milestones
        ]
        return {
            "budget": budget,
            "budget_parts": budget_parts(budget, MONTHS_ACROSS),
            "is_wide": len(budget.months) > UPRIGHT_MONTHS,
            "timetable": charts.gantt(_("Timetable"), data.start_on, data.end_on, rows, font=font),
            "strategy": paragraphs(data.strategy),
            "rounds": rounds(data.trail),
            "signatures": signature_boxes(data),
        }


def _watermark(status: ApprovalStatus) -> str:
    return str(_("Draft") if status == ApprovalStatus.DRAFT else _("Not approved"))
