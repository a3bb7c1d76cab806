"""Lines inside their parent's form: one transaction, each line by its own rules and rights, nothing typed is lost."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.core.actor import SYSTEM, acting_as
from models.appraisals import AppraisalScheme
from models.audit import AuditEvent
from models.idempotency import UsedKey
from models.plans import BudgetLine, MarketingPlan, PlanGoal
from models.promotions import PromotionTier, SalesPromotion
from tests.factories.plans import make_metric, make_objective, make_plan
from tests.fixtures_people import People, Person, PortalClient
from tests.screens.reading import denied_codes, hidden, post, role_named
from views.line_forms import MOST_ROWS

Values = dict[str, Any]
PLAN: Values = {
    "name": "Plan in one form",
    "plan_type": "quarter",
    "fiscal_year": "2026",
    "quarter": "3",
    "start_on": "2026-07-01",
    "end_on": "2026-09-30",
    "budget_amount": "320,000.50",
}


def row(kind: str, number: int, **columns: Any) -> Values:
    """Return what the inputs of one row send."""
    return {f"lines-{kind}-{number}-{name}": value for name, value in {"row_key": "", **columns}.items()}


def budget(number: int, month: int, amount: str, **columns: Any) -> Values:
    return row(
        "budget_lines", number, category="advertising", month=month, allocated_amount=amount, **columns
    )


def lines_of(session: Session, plan: MarketingPlan) -> list[BudgetLine]:
    session.expire_all()
    return list(session.scalars(select(BudgetLine).filter_by(plan_id=plan.id).order_by(BudgetLine.month)))


def stored(session: Session, name: str = PLAN["name"]) -> MarketingPlan | None:
    session.expire_all()
    return session.scalars(select(MarketingPlan).filter_by(name=name)).one_or_none()


def add(person: Person, client: PortalClient, *rows: Values, **changes: Any) -> TestResponse:
    """File a plan with lines in one form."""
    page = client.get("/plans/add")
    values = {**PLAN, "department_id": person.department_id, "request_key": hidden(page, "request_key")}
    for one in rows:
        values |= one
    return post(client, "/plans/add", **values | changes)


def a_plan(people: People, session: Session, budget_amount: str = "1000.00") -> MarketingPlan:
    """A draft of the staff member with two goals, two budget lines (900 in all) and a milestone."""
    with acting_as(SYSTEM):
        assert people.staff.employee is not None
        plan = make_plan(session, people.staff.employee, budget_amount)
        session.commit()
    return plan


def form_of(client: PortalClient, path: str) -> Values:
    """Return what the drawn form would send unchanged."""
    text = client.get(path).text.split('<form method="post" class="record-form"')[1]
    text = re.sub(r"<template>.*?</template>", "", text, flags=re.DOTALL)
    values: Values = {}
    for tag in re.findall(r"<input[^>]*>", text):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in found and (found.get("type") != "checkbox" or " checked" in tag):
            values[found["name"]] = found.get("value", "")
    for name, body in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\s*(.*?)</textarea>', text, re.DOTALL):
        values[name] = body
    for tag, body in re.findall(r"<select([^>]*)>(.*?)</select>", text, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"|value="([^"]*)" selected', body)
        name = re.search(r'name="([^"]*)"', tag)
        assert name is not None
        values[name[1]] = (chosen[1] or chosen[2]) if chosen else ""
    values.pop("csrf_token")
    return values


def test_a_plan_and_all_its_lines_are_stored_at_once(people: People, session: Session) -> None:
    with acting_as(SYSTEM):
        metric, objective = make_metric(session), make_objective(session)
        session.commit()
    answer = add(
        people.staff, people.staff.browser(),
        row("goals", 0, metric_id=metric.id, objective_id=objective.id, target_value="2.5", weight="100"),
        budget(0, 7, "100,000"), budget(1, 8, "120000.50"), budget(7, 9, "100000"),
        row("milestones", 0, name="Launch", planned_on="2026-07-10", due_on="2026-07-28",
            owner_id=people.staff.employee_id),
        row("milestones", 1, name="", planned_on="", due_on="", owner_id=""),
    )  # fmt: skip
    assert answer.status_code == 302, answer.text
    plan = stored(session)
    assert plan is not None
    assert [line.allocated_amount for line in plan.budget_lines] == [
        Decimal(100000),
        Decimal("120000.50"),
        Decimal(100000),
    ]
    assert plan.lined_amount == plan.budget_amount == Decimal("320000.50")
    assert [goal.weight for goal in plan.goals] == [Decimal(100)]
    assert [milestone.due_on for milestone in plan.milestones] == [date(2026, 7, 28)]
    told = session.scalar(
        select(func.count()).select_from(AuditEvent).where(AuditEvent.record_type == "budget_line")
    )
    assert told == 3


def test_a_refused_line_stores_nothing_and_keeps_everything_typed(people: People, session: Session) -> None:
    client = people.staff.browser()
    answer = add(people.staff, client, budget(0, 7, "200000"), budget(1, 8, "120000.51"))
    assert answer.status_code == 422
    assert stored(session) is None
    assert "The plan has 120000.50 left for budget lines, this one needs 120000.51." in answer.text
    summary = answer.text.split('id="error-summary"')[1].split("</div>")[0]
    assert 'href="#lines-budget_lines-1-allocated_amount"' in summary
    assert "Budget lines 2" in summary
    field = re.search(r'<input[^>]*id="lines-budget_lines-1-allocated_amount"[^>]*>', answer.text)
    assert field is not None
    assert 'aria-invalid="true"' in field[0]
    assert "lines-budget_lines-1-allocated_amount-error" in field[0]
    for typed in ("Plan in one form", "200000", "120000.51"):
        assert f'value="{typed}"' in answer.text


def test_every_wrong_row_is_told_at_once(people: People, session: Session) -> None:
    answer = add(people.staff, people.staff.browser(), budget(0, 7, "1,5"), budget(1, 8, ""), name="")
    assert answer.status_code == 422
    summary = answer.text.split('id="error-summary"')[1].split("</div>")[0]
    assert summary.count("<li>") == 3
    assert stored(session) is None


def test_the_same_form_twice_makes_one_plan_with_its_lines_once(people: People, session: Session) -> None:
    client = people.staff.browser()
    key = hidden(client.get("/plans/add"), "request_key")
    places = [add(people.staff, client, budget(0, 7, "5"), request_key=key).location for _ in range(2)]
    assert places[0] == places[1]
    plan = stored(session)
    assert plan is not None
    assert len(plan.budget_lines) == 1


def test_a_changed_form_sent_twice_adds_its_line_once(people: People, session: Session) -> None:
    plan = a_plan(people, session)
    client, path = people.staff.browser(), f"/plans/edit/{plan.id}"
    values = form_of(client, path) | budget(9, 6, "50")
    for _ in range(2):
        answer = post(client, path, **values)
        assert answer.status_code == 302, answer.text
    assert [line.month for line in lines_of(session, plan)] == [4, 5, 6]
    assert session.get(UsedKey, (values["request_key"], people.staff.user_id)) is not None


def test_an_unchanged_form_changes_nothing(people: People, session: Session) -> None:
    plan = a_plan(people, session)
    client, path = people.staff.browser(), f"/plans/edit/{plan.id}"
    before = {line.id: line.row_version for line in lines_of(session, plan)}
    trail = session.scalar(select(func.count()).select_from(AuditEvent))
    values = form_of(client, path)
    assert sum(name.endswith("-row_key") for name in values) == 5
    assert post(client, path, **values).status_code == 302
    assert {line.id: line.row_version for line in lines_of(session, plan)} == before
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == trail


def test_money_moves_between_lines_of_a_full_plan(people: People, session: Session) -> None:
    plan = a_plan(people, session, "200.00")  # 25 and 75 of 200
    client, path = people.staff.browser(), f"/plans/edit/{plan.id}"
    values = form_of(client, path) | {
        "budget_amount": "100",
        "lines-budget_lines-0-allocated_amount": "90",
        "lines-budget_lines-1-allocated_amount": "10",
    }
    assert post(client, path, **values).status_code == 302
    assert [line.allocated_amount for line in lines_of(session, plan)] == [Decimal(90), Decimal(10)]
    assert plan.budget_amount == plan.lined_amount == Decimal(100)


def test_budget_and_lines_grow_together(people: People, session: Session) -> None:
    plan = a_plan(people, session, "200.00")
    client, path = people.staff.browser(), f"/plans/edit/{plan.id}"
    values = form_of(client, path) | budget(5, 6, "1000") | {"budget_amount": "5000"}
    assert post(client, path, **values).status_code == 302
    assert len(lines_of(session, plan)) == 3
    assert plan.lined_amount == Decimal(1100)


def test_a_removed_row_goes_and_frees_its_place(people: People, session: Session) -> None:
    plan = a_plan(people, session)
    client, path = people.staff.browser(), f"/plans/edit/{plan.id}"
    values = form_of(client, path) | {"lines-budget_lines-0-is_removed": "1"} | budget(4, 4, "10")
    assert post(client, path, **values).status_code == 302
    assert (lines_of(session, plan)[0].month, lines_of(session, plan)[0].allocated_amount) == (4, Decimal(10))


def test_a_line_that_somebody_else_changed_is_told_and_then_overwritten(
    people: People, session: Session
) -> None:
    plan = a_plan(people, session)
    client, path = people.staff.browser(), f"/plans/edit/{plan.id}"
    values = form_of(client, path) | {"lines-budget_lines-0-note": "mine"}
    line = lines_of(session, plan)[0]
    with acting_as(SYSTEM):
        line.note = "theirs"
        session.commit()
    answer = post(client, path, **values)
    assert answer.status_code == 409
    assert "Somebody else changed this line" in answer.text
    assert "theirs" in answer.text
    assert 'value="mine"' in answer.text
    assert lines_of(session, plan)[0].note == "theirs"
    version = hidden(answer, "lines-budget_lines-0-row_version")
    assert version != values["lines-budget_lines-0-row_version"]
    again = values | {"lines-budget_lines-0-row_version": version}
    assert post(client, path, **again).status_code == 302
    assert lines_of(session, plan)[0].note == "mine"
    assert "stale-record" in denied_codes(session)


def test_a_line_without_a_version_overwrites_nothing(people: People, session: Session) -> None:
    plan = a_plan(people, session)
    client, path = people.staff.browser(), f"/plans/edit/{plan.id}"
    values = form_of(client, path) | {"lines-budget_lines-0-note": "mine"}
    del values["lines-budget_lines-0-row_version"]
    assert post(client, path, **values).status_code == 409
    assert lines_of(session, plan)[0].note is None


def test_a_line_that_is_gone_is_told_and_can_be_added_anew(people: People, session: Session) -> None:
    plan = a_plan(people, session)
    client, path = people.staff.browser(), f"/plans/edit/{plan.id}"
    values = form_of(client, path)
    with acting_as(SYSTEM):
        session.delete(lines_of(session, plan)[0])
        session.commit()
    answer = post(client, path, **values)
    assert answer.status_code == 422
    assert "Somebody else removed this line." in answer.text
    assert len(lines_of(session, plan)) == 1
    assert post(client, path, **values | {"lines-budget_lines-0-row_key": ""}).status_code == 302
    assert len(lines_of(session, plan)) == 2


def test_a_line_of_another_plan_is_out_of_reach(people: People, session: Session) -> None:
    own, other = a_plan(people, session), a_plan(people, session)
    client, path = people.staff.browser(), f"/plans/edit/{own.id}"
    foreign = lines_of(session, other)[0]
    values = form_of(client, path)
    values["lines-budget_lines-0-row_key"] = str(foreign.id)
    values["lines-budget_lines-0-note"] = "taken"
    assert post(client, path, **values).status_code == 422
    assert lines_of(session, other)[0].note is None


@pytest.mark.parametrize("right", ["can_add", "can_edit", "can_delete"])
def test_each_verb_needs_the_right_of_the_lines_own_screen(
    people: People, session: Session, right: str
) -> None:
    plan = a_plan(people, session)
    client, path = people.staff.browser(), f"/plans/edit/{plan.id}"
    values = form_of(client, path)
    sent = {
        "can_add": budget(9, 6, "50"),
        "can_edit": {"lines-budget_lines-0-note": "mine"},
        "can_delete": {"lines-budget_lines-0-is_removed": "1"},
    }[right]
    with acting_as(SYSTEM):
        role = role_named(session, people.staff.role)
        role.permissions = [
            pair
            for pair in role.permissions
            if (pair.permission.name, pair.view_menu.name) != (right, "BudgetLineView")
        ]
        session.commit()
    page = client.get(path).text.split('id="lines-budget_lines"')[1].split("</section>")[0]
    assert ("data-add-line" in page) is (right != "can_add")
    assert ("lines-budget_lines-0-note" in page) is (right != "can_edit")
    assert ("data-remove-line" in page.split("<template>")[0]) is (right != "can_delete")
    answer = post(client, path, **values | sent)
    assert answer.status_code == (302 if right == "can_edit" else 403)  # without an input nothing is typed
    assert [(line.month, line.note) for line in lines_of(session, plan)] == [(4, None), (5, None)]


def test_without_the_right_to_add_lines_the_new_form_has_none(people: People, session: Session) -> None:
    client = people.staff.browser()
    assert 'id="lines-budget_lines"' in client.get("/plans/add").text
    with acting_as(SYSTEM):
        role = role_named(session, people.staff.role)
        role.permissions = [
            pair
            for pair in role.permissions
            if (pair.permission.name, pair.view_menu.name) != ("can_add", "BudgetLineView")
        ]
        session.commit()
    assert 'id="lines-budget_lines"' not in client.get("/plans/add").text
    assert add(people.staff, client, budget(0, 7, "5")).status_code == 302
    plan = stored(session)
    assert plan is not None
    assert plan.budget_lines == []


def test_more_rows_than_fit_are_refused(people: People, session: Session) -> None:
    rows = {f"lines-milestones-{number}-name": "x" for number in range(MOST_ROWS + 1)}
    assert add(people.staff, people.staff.browser(), rows).status_code == 400
    assert stored(session) is None


def test_a_record_with_too_many_lines_keeps_the_old_way(
    people: People, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("views.line_forms.MOST_ROWS", 1)
    plan = a_plan(people, session)
    client, path = people.staff.browser(), f"/plans/edit/{plan.id}"
    page = client.get(path)
    assert "There are too many lines for this form" in page.text
    assert 'name="lines-goals-0-weight"' not in page.text
    assert 'name="lines-milestones-0-name"' in page.text
    assert post(client, path, **form_of(client, path)).status_code == 302
    assert len(lines_of(session, plan)) == 2


def test_a_relation_outside_of_the_actors_sight_is_refused_at_its_row(
    people: People, session: Session
) -> None:
    client = people.staff.browser()
    owner = row(
        "milestones", 0, name="Launch", planned_on="2026-07-10", due_on="2026-07-28", owner_id=2**31 - 1
    )
    answer = add(people.staff, client, owner)
    assert answer.status_code == 422
    assert 'id="lines-milestones-0-owner_id-error"' in answer.text
    assert stored(session) is None


def test_a_locked_plan_takes_no_lines(people: People, session: Session) -> None:
    plan = a_plan(people, session)
    client, path = people.staff.browser(), f"/plans/edit/{plan.id}"
    values = form_of(client, path) | budget(9, 6, "50")
    assert post(client, f"/plans/submit/{plan.id}").status_code == 302
    assert post(client, path, **values).status_code == 409
    assert len(lines_of(session, plan)) == 2


def test_a_scheme_takes_its_criteria_and_levels_while_it_is_a_draft(people: People, session: Session) -> None:
    client = people.director.browser()
    values = {"name": "Scheme", "subject_kind": "employee"}
    values |= {"request_key": hidden(client.get("/appraisal-schemes/add"), "request_key")}
    for number, (part, weight) in enumerate(
        (("effect", "50"), ("input_output", "30"), ("customer_feedback", "20"))
    ):
        values |= row("criteria", number, name=f"C{number}", part=part, weight=weight)
    values |= row("levels", 0, name="All", min_score="0", max_score="100", consequence="none")
    answer = post(client, "/appraisal-schemes/add", **values)
    assert answer.status_code == 302, answer.text
    scheme = session.scalars(select(AppraisalScheme).filter_by(name="Scheme")).one()
    assert (scheme.weight_total, scheme.level_count) == (Decimal(100), 1)
    path = f"/appraisal-schemes/edit/{scheme.id}"
    assert 'id="lines-criteria"' in client.get(path).text
    with acting_as(SYSTEM):
        scheme.status = "active"
        session.commit()
    assert 'id="lines-criteria"' not in client.get(path).text


def test_a_promotion_is_filed_with_its_tiers(people: People, session: Session) -> None:
    plan = a_plan(people, session)
    client = people.staff.browser()
    values = {
        "name": "Spend and save", "plan_id": plan.id, "method": "spend_save", "priority": "100",
        "start_at": "2026-04-02 09:00", "end_at": "2026-04-20T18:30",
        "request_key": hidden(client.get("/promotions/add"), "request_key"),
    }  # fmt: skip
    values |= row("tiers", 0, threshold_amount="1,000", discount_percent="5")
    values |= row("tiers", 1, threshold_amount="2,000", discount_amount="150")
    answer = post(client, "/promotions/add", **values)
    assert answer.status_code == 302, answer.text
    promotion = session.scalars(select(SalesPromotion).filter_by(name="Spend and save")).one()
    assert promotion.start_at.hour == 1  # nine in the morning in Shanghai
    tiers = session.scalars(select(PromotionTier).filter_by(promotion_id=promotion.id)).all()
    assert sorted(tier.threshold_amount for tier in tiers) == [Decimal(1000), Decimal(2000)]


def test_goals_keep_what_their_pickers_have_chosen(people: People, session: Session) -> None:
    plan = a_plan(people, session)
    client, path = people.staff.browser(), f"/plans/edit/{plan.id}"
    goal = session.scalars(select(PlanGoal).filter_by(plan_id=plan.id).order_by(PlanGoal.id)).first()
    assert goal is not None
    shown = f'<option value="{goal.metric_id}" selected>{goal.metric.name}</option>'
    assert shown in client.get(path).text
    values = form_of(client, path) | {"lines-goals-0-weight": "0"}
    answer = post(client, path, **values)
    assert answer.status_code == 422
    assert shown in answer.text
