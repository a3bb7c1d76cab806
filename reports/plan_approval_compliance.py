"""The plan approval compliance report: every plan submitted in a period, and whether policy was kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

from markupsafe import Markup

from app.core.actor import Actor
from app.core.clock import company_zone
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from reports import charts, formats
from reports.base import HeadText, Report
from reports.params import ArgReader
from reports.plan_approval_compliance_data import (
    PlanApprovals,
    PlanCase,
    Tally,
    digest_matches,
    exceptions,
    returns,
    share,
    summarise,
    tally,
)
from reports.plan_approval_compliance_rows import load_plan_approvals

LONGEST_PERIOD = timedelta(days=366)
MOST_DEPARTMENTS = 9
"""Departments in the chart; the smallest of more are drawn as one bar."""


@dataclass(frozen=True, slots=True)
class ComplianceParams:
    """Period of submission, both days included, and departments; none means all that one may see."""

    start: date
    end: date
    department_ids: tuple[int, ...] = ()


class PlanApprovalCompliance(Report[ComplianceParams, PlanApprovals]):
    """Shows a supervisor whether plans were approved by whom the policy names, on what they saw."""

    key: ClassVar[str] = "plan-approval-compliance"
    title: ClassVar = _l("Plan approval compliance report")
    permission: ClassVar[tuple[str, str]] = ("can_run", "plan-approval-compliance")
    template: ClassVar[str] = "plan_approval_compliance.html"

    def parse(self, args: Mapping[str, str]) -> ComplianceParams:
        """Read `from` and `to` (days) and `departments` (keys with commas; may be absent)."""
        reader = ArgReader(args)
        params = ComplianceParams(reader.day("from"), reader.day("to"), reader.keys("departments"))
        if reader.errors:
            reader.done()
        if params.end < params.start:
            reader.refuse("to", _l("The period ends before it starts."))
        elif params.end - params.start > LONGEST_PERIOD:
            reader.refuse("to", _l("The period is longer than a year; ask for each year on its own."))
        reader.done()
        return params

    def data(self, actor: Actor, params: ComplianceParams) -> PlanApprovals:
        """Read the approvals of plans within the actor's scope."""
        return load_plan_approvals(actor, params.start, params.end, params.department_ids)

    def head(self, data: PlanApprovals) -> HeadText:
        """Number the report by its period; name the departments asked for."""
        names = ", ".join(str(one) for one in data.departments) or _("all within the reader's scope")
        return HeadText(
            subtitle=formats.period(data.start, data.end),
            number=f"PAC-{data.start:%Y%m%d}-{data.end:%Y%m%d}",
            version="1",
            period=formats.period(data.start, data.end),
            company=str(data.company),
            filters=((_("Departments"), names),),
        )

    def view(self, data: PlanApprovals, *, font: str) -> Mapping[str, object]:
        """Count, draw and judge."""
        summary = summarise(data)
        judged = [(case, returns(case), digest_matches(case), exceptions(case)) for case in data.cases]
        return {
            "summary": summary,
            "approved_share": share(summary.approved, summary.submitted),
            "returned_share": share(summary.returned, summary.submitted),
            "judged": judged,
            "exceptional": [row for row in judged if row[3]],
            "by_department": _department_chart(data.cases, font),
            "by_month": _month_chart(data.cases, font),
        }


def _department_chart(cases: Sequence[PlanCase], font: str) -> Markup:
    bars = sorted(tally(cases, lambda case: str(case.department)), key=_size, reverse=True)
    if len(bars) > MOST_DEPARTMENTS:
        rest = bars[MOST_DEPARTMENTS - 1 :]
        bars = [*bars[: MOST_DEPARTMENTS - 1], _together(_("Others"), rest)]
    return charts.horizontal_bars(
        _("Outcome by department"),
        [bar.name for bar in bars],
        _series(bars),
        font=font,
        width=126,
        label_width=44,
    )


def _month_chart(cases: Sequence[PlanCase], font: str) -> Markup:
    by_time = sorted(cases, key=lambda case: case.submitted_at)
    bars = tally(by_time, lambda case: formats.month(case.submitted_at.astimezone(company_zone()).date()))
    return charts.bar_chart(
        _("Outcome by month of submission"), [bar.name for bar in bars], _series(bars), font=font, width=126
    )


def _series(bars: Sequence[Tally]) -> list[charts.Series]:
    return [
        charts.Series(_("Approved at once"), tuple(Decimal(bar.smooth) for bar in bars)),
        charts.Series(_("Approved after return"), tuple(Decimal(bar.after_return) for bar in bars)),
        charts.Series(_("Running or withdrawn"), tuple(Decimal(bar.other) for bar in bars)),
        charts.Series(_("Rejected"), tuple(Decimal(bar.rejected) for bar in bars)),
    ]


def _size(bar: Tally) -> int:
    return bar.smooth + bar.after_return + bar.rejected + bar.other


def _together(name: str, bars: Sequence[Tally]) -> Tally:
    return Tally(
        name,
        sum(bar.smooth for bar in bars),
        sum(bar.after_return for bar in bars),
        sum(bar.rejected for bar in bars),
        sum(bar.other for bar in bars),
    )
