"""A plan hangs under the plans of one's own department and of those above, also out of row scope (R041)."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from models.plans import MarketingPlan
from tests.factories.plans import make_plan
from tests.fixtures_people import People
from tests.screens.reading import hidden, post


def _quarter(parent: MarketingPlan, people: People) -> dict[str, Any]:
    return {
        "name": "Quarter under the year above",
        "plan_type": "quarter",
        "fiscal_year": 2026,
        "quarter": 3,
        "parent_id": parent.id,
        "department_id": people.staff.department_id,
        "start_on": "2026-07-01",
        "end_on": "2026-09-30",
        "budget_amount": "1000",
    }


def _annual(session: Session, people: People, person: Any, name: str) -> MarketingPlan:
    with acting_as(SYSTEM):
        plan = make_plan(
            session, person.employee, name=name, plan_type="year", quarter=None,
            start_on=date(2026, 1, 1), end_on=date(2026, 12, 31),
        )  # fmt: skip
        session.commit()
    return plan


def test_the_year_of_ones_own_line_can_be_chosen(people: People, session: Session) -> None:
    annual = _annual(session, people, people.director, "Year of the department")
    staff = people.staff.browser()
    found = staff.get("/plans/lookup/parent_id?q=Year+of").json
    assert found == [{"value": annual.id, "text": "Year of the department"}]
    assert staff.get(f"/plans/show/{annual.id}").status_code == 404  # chosen, not read
    form = staff.get("/plans/add")
    values = {"request_key": hidden(form, "request_key"), **_quarter(annual, people)}
    assert post(staff, "/plans/add", **values).status_code == 302


def test_a_year_of_another_line_cannot(people: People, session: Session) -> None:
    annual = _annual(session, people, people.colleague, "Year of the other line")
    staff = people.staff.browser()
    assert staff.get("/plans/lookup/parent_id?q=Year+of").json == []
    assert post(staff, "/plans/add", **_quarter(annual, people)).status_code == 422
