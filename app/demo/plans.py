"""The marketing plans of 2026: one year, twenty quarters, and the months that went as they should."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from app.core.actor import Actor
from app.demo.approving import pass_through
from app.demo.plan_facts import (
    GROUPS,
    TEN_THOUSAND,
    THEMES,
    YEAR_GOALS,
    YEAR_STEPS,
    YEAR_STRATEGY,
    YEAR_TOTAL,
    Group,
)
from app.demo.plan_parts import add_goals, add_lines, add_steps, finish_steps, open_plan
from app.demo.stage import CURTAIN, Stage, in_office, moment
from models.plans import BudgetLine, MarketingPlan

YEAR = "plan:2026"
APART = {
    ("promotion", 2, None),
    ("promotion", 4, 12),
    ("media", 4, 12),
    ("research", 4, 12),
}
"""(group, quarter, month) of the plans whose story is told in `plan_cases`."""
NUMERALS = {1: "一", 2: "二", 3: "三", 4: "四"}


def quarter_key(group: str, quarter: int, year: int = 2026) -> str:
    """Return the key of a quarter plan."""
    return f"plan:{group}:{year}Q{quarter}"


def month_key(group: str, month: int) -> str:
    """Return the key of a month plan of 2026."""
    return f"plan:{group}:2026-{month:02d}"


def tell(stage: Stage) -> None:
    """Note the year in November, each quarter four weeks and each month twelve days before it begins."""
    stage.at("2025-11-12 10:20", "mkt-director", partial(_file_year, stage))
    for number, (key, group) in enumerate(GROUPS.items()):
        for quarter in range(1, 5):
            if (key, quarter, None) not in APART:
                act = partial(_file_quarter, stage, key, quarter)
                _note(
                    stage,
                    date(2026, 3 * quarter - 2, 1) - timedelta(days=28),
                    number,
                    group.quarter_owner,
                    act,
                )
        for month in range(1, 13):
            if (key, (month + 2) // 3, month) not in APART:
                owner = group.month_owners[month % len(group.month_owners)]
                act = partial(_file_month, stage, key, month)
                _note(
                    stage,
                    date(2026, month, 1) - timedelta(days=18 if month == 12 else 12),
                    number,
                    owner,
                    act,
                )


def _note(stage: Stage, day: date, number: int, owner: str, act: partial[None]) -> None:
    stage.at(in_office(moment(f"{day} {9 + number:02d}:{12 + 7 * number:02d}")), owner, act)


def _file_year(stage: Stage, actor: Actor) -> None:
    plan = open_plan(
        stage,
        actor,
        YEAR,
        name="2026年度营销计划",
        department="marketing",
        year=2026,
        quarter=None,
        month=None,
        budget=YEAR_TOTAL,
        parent=None,
        strategy=YEAR_STRATEGY,
    )
    add_goals(stage, actor, plan, YEAR_GOALS)
    _add_year_lines(stage, actor, plan)
    add_steps(stage, actor, plan, YEAR_STEPS)
    pass_through(stage, actor, YEAR, then=partial(_note_steps, stage, YEAR))


def _add_year_lines(stage: Stage, actor: Actor, plan: MarketingPlan) -> None:
    lines = [
        BudgetLine(plan_id=plan.id, category=category, month=month, allocated_amount=amount)
        for month in range(1, 13)
        for category, amount in _categories(month).items()
    ]
    stage.store_all(actor, lines)


def _categories(month: int) -> dict[str, Decimal]:
    """Return what all groups together spend in a month, by category."""
    totals: dict[str, Decimal] = {}
    for group in GROUPS.values():
        for category, _channel, share in group.lines:
            amount = group.months[month - 1] * TEN_THOUSAND * share / 100
            totals[category] = totals.get(category, Decimal(0)) + amount
    return totals


def _file_quarter(stage: Stage, key: str, quarter: int, actor: Actor) -> None:
    draft_quarter(stage, key, quarter, actor)
    plan_key = quarter_key(key, quarter)
    pass_through(stage, actor, plan_key, then=partial(_note_steps, stage, plan_key))


def draft_quarter(stage: Stage, key: str, quarter: int, actor: Actor) -> MarketingPlan:
    """Make the complete draft of a group's quarter plan."""
    group = GROUPS[key]
    plan = open_plan(
        stage,
        actor,
        quarter_key(key, quarter),
        name=f"2026年第{NUMERALS[quarter]}季度{group.name}营销计划",
        department=key,
        year=2026,
        quarter=quarter,
        month=None,
        budget=group.quarter(quarter) * TEN_THOUSAND,
        parent=YEAR,
        strategy=group.strategy.format(theme=THEMES[quarter]),
    )
    months = {
        month: group.months[month - 1] * TEN_THOUSAND for month in range(3 * quarter - 2, 3 * quarter + 1)
    }
    _fill(stage, actor, plan, group, months)
    return plan


def _file_month(stage: Stage, key: str, month: int, actor: Actor) -> None:
    draft_month(stage, key, month, actor)
    plan_key = month_key(key, month)
    pass_through(stage, actor, plan_key, then=partial(_note_steps, stage, plan_key))


def draft_month(stage: Stage, key: str, month: int, actor: Actor) -> MarketingPlan:
    """Make the complete draft of a group's month plan."""
    group, quarter = GROUPS[key], (month + 2) // 3
    budget = group.months[month - 1] * TEN_THOUSAND
    plan = open_plan(
        stage,
        actor,
        month_key(key, month),
        name=f"2026年{month}月{group.name}营销计划",
        department=key,
        year=2026,
        quarter=quarter,
        month=month,
        budget=budget,
        parent=quarter_key(key, quarter),
        strategy=group.strategy.format(theme=THEMES[quarter]),
    )
    _fill(stage, actor, plan, group, {month: budget})
    return plan


def _fill(stage: Stage, actor: Actor, plan: MarketingPlan, group: Group, months: dict[int, Decimal]) -> None:
    add_goals(stage, actor, plan, group.goals)
    add_lines(stage, actor, plan, group.lines, months)
    add_steps(stage, actor, plan, group.steps)


def _note_steps(stage: Stage, plan_key: str, _actor: Actor) -> None:
    """Once a plan is in force: note when its timetable is brought up to date, at its end or just now."""
    plan = stage.things[plan_key]
    after = in_office(moment(f"{plan.end_on + timedelta(days=1)} 09:30"))
    end = moment(CURTAIN) - timedelta(hours=6)
    at = min(after, end)
    act = partial(finish_steps, stage, plan_key, at.date())
    stage.at(at, stage.key_of(plan.owner_id), act)
