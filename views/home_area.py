"""The figures of one's area on the home page, as charts that lead to the list behind them (R001, R002)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import format_date

from app.core.actor import Actor
from app.core.db import db
from app.core.i18n import gettext as _
from app.core.money import ZERO
from app.security.access import rights_of_actor
from app.services import home_figures
from app.services.home import Sight
from app.services.home_figures import RUNNING_PLANS, Budget, Money, Share
from models.approvable import ApprovalStatus
from models.plans import BudgetLine, MarketingPlan, PlanMilestone
from models.users import Scope
from views.base import screens_by_model
from views.charts import Chart, Row, list_behind
from views.registry import SCREENS

MOST_LATE = 5
MOST_DEPARTMENTS = 12
MOST_PLANS = 50
"""So many plans can be named in the address of a list."""


@dataclass(frozen=True)
class Area:
    """What the home page tells of the records that the actor sees; None for what he may not list.

    Attributes:
        title: whose plans these are.
        late: (milestone, plan's name, person's name) of the longest overdue.
        budget_url: the plans behind the budget.
    """

    title: str
    plans: dict[ApprovalStatus, int] | None
    milestones: tuple[int, int] | None
    late: Any
    budget: Budget | None
    budget_url: str
    charts: list[Chart]


def area_of(actor: Actor, sight: Sight, day: date) -> Area:
    """Return the figures of the actor's area on a day."""
    scope = rights_of_actor(db.session(), actor).scopes.get(MarketingPlan.__tablename__)
    plans = home_figures.by_status(MarketingPlan, sight) if MarketingPlan in sight else None
    milestones = home_figures.milestones(sight, day) if PlanMilestone in sight else None
    is_late = milestones is not None and milestones[1] > 0 and MarketingPlan in sight
    late = home_figures.late_milestones(sight, day, MOST_LATE) if is_late else []
    has_budget = MarketingPlan in sight and BudgetLine in sight
    budget = home_figures.budget(sight, day.year) if has_budget else None
    charts: list[Chart] = []
    if plans:
        charts.append(_plans_chart(plans))
    if budget is not None and budget.months:
        charts.append(_months_chart(budget))
        if len(budget.departments) > 1:
            charts.append(_departments_chart(budget))
    reviews = home_figures.in_review(sight) if scope not in {None, Scope.OWN} else []
    if reviews:
        charts.append(_reviews_chart(reviews))
    return Area(_title(scope), plans, milestones, late, budget, _running(day.year), charts)


def _title(scope: Scope | None) -> str:
    if scope is Scope.ALL:
        return str(_("The company's plans"))
    return str(_("My plans") if scope in {None, Scope.OWN} else _("The plans of my area"))


def _running(fiscal_year: int, **more: Any) -> str:
    """Return the address of the list of plans that run in a year."""
    asked = {"f.fiscal_year.eq": fiscal_year, "f.status.in": ",".join(RUNNING_PLANS), **more}
    return list_behind("MarketingPlanView", asked)


def _lines(share: Share, **more: Any) -> str | None:
    """Return the address of the budget lines that a figure sums up, if it can name their plans."""
    if not 0 < len(share.plan_ids) <= MOST_PLANS:
        return None
    keys = ",".join(str(key) for key in sorted(share.plan_ids))
    return list_behind("BudgetLineView", {"f.plan_id.in": keys, **more})


def _plans_chart(plans: dict[ApprovalStatus, int]) -> Chart:
    rows = [
        Row(
            status.label,
            [count],
            list_behind("MarketingPlanView", {"f.status.in": status.value}),
            status.colour,
        )
        for status, count in plans.items()
    ]
    return Chart("plans", _("Plans by status"), "bar", _("Status"), [_("Plans")], rows)


def _split(part: Money) -> list[Any]:
    """Return the parts of an allocated sum: spent, bound, free."""
    return [
        part.actual,
        part.committed,
        max(part.allocated - part.actual - part.committed, ZERO),
    ]


def _series() -> list[str]:
    return [_("Actual"), _("Committed"), _("Free")]


def _months_chart(budget: Budget) -> Chart:
    rows = []
    for month in range(1, 13):
        share = budget.months.get(month, Share())
        name = format_date(date(budget.fiscal_year, month, 1), "LLL")
        rows.append(Row(name, _split(share.money), _lines(share, **{"f.month.eq": month})))
    title = _("Budget %(year)s by month", year=budget.fiscal_year)
    return Chart("months", title, "column", _("Month"), _series(), rows, is_money=True, is_stacked=True,
                 note=_note(budget))  # fmt: skip


def _departments_chart(budget: Budget) -> Chart:
    largest = sorted(budget.departments.items(), key=lambda item: -item[1].money.allocated)[:MOST_DEPARTMENTS]
    rows = [
        Row(
            name,
            _split(share.money),
            _lines(share) or _running(budget.fiscal_year, **{"f.department_id.in": key}),
        )
        for (key, name), share in largest
    ]
    title = _("Budget %(year)s by department", year=budget.fiscal_year)
    return Chart("departments", title, "bar", _("Department"), _series(), rows, is_money=True, is_stacked=True,
                 note=_note(budget))  # fmt: skip


def _note(budget: Budget) -> str:
    return str(_("%(currency)s; plans in force or closed, each sum counted once", currency=budget.currency))


def _reviews_chart(reviews: list[home_figures.InReview]) -> Chart:
    titles = {entry.screen.datamodel.obj: entry.screen.title for entry in SCREENS}
    rows = [
        Row(
            titles[one.model],
            [one.overdue, one.count - one.overdue],
            list_behind(screens_by_model[one.model], {"f.status.in": ApprovalStatus.IN_REVIEW.value}),
        )
        for one in sorted(reviews, key=lambda one: -one.count)
    ]
    series = [_("For more than 7 days"), _("For less")]
    return Chart("reviews", _("In review"), "bar", _("Record type"), series, rows, is_stacked=True)
