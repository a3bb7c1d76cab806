"""What a hostile or careless person sends through the forms: refused beside what was typed, nothing given away."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from models.plans import MarketingPlan
from tests.factories.plans import make_plan
from tests.fixtures_people import People
from tests.screens.reading import post

PLAN = {"name": "Spring", "plan_type": "month", "fiscal_year": "2027", "quarter": "1", "month": "3",
        "start_on": "2027-03-01", "end_on": "2027-03-31", "budget_amount": "1000"}  # fmt: skip

REFUSED: tuple[tuple[dict[str, str], str], ...] = (
    ({"budget_amount": "NaN"}, "too large"),
    ({"budget_amount": "Infinity"}, "too large"),
    ({"budget_amount": "1e400"}, "too large"),
    ({"budget_amount": "9" * 5000}, "too large"),
    ({"budget_amount": "0.001"}, "digits behind the point"),
    ({"budget_amount": "1e-400"}, "digits behind the point"),
    ({"name": "   "}, "is required"),
    ({"name": "a\x00b"}, "cannot be stored"),
    ({"name": "a\nb"}, "cannot be stored"),
    ({"name": "\u202egnp.exe"}, "cannot be stored"),
    ({"strategy_text": "a\x1b[31mb"}, "cannot be stored"),
)


@pytest.mark.parametrize(("changes", "sentence"), REFUSED)
def test_a_bad_value_is_refused_beside_what_was_typed(
    people: People, session: Session, changes: dict[str, str], sentence: str
) -> None:
    before = session.scalar(select(func.count()).select_from(MarketingPlan))
    client = people.staff.browser()
    answer = post(client, "/plans/add", **{**PLAN, "department_id": people.staff.department_id, **changes})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="2027-03-31"' in answer.text
    assert session.scalar(select(func.count()).select_from(MarketingPlan)) == before


def test_a_key_in_the_address_or_the_form_gives_no_title_away(people: People, session: Session) -> None:
    with acting_as(SYSTEM):
        hidden = make_plan(session, people.stranger.employee, name="Secret of others 8841")
        own = make_plan(session, people.staff.employee, name="Own and open 1234")
        session.commit()
    client = people.staff.browser()
    for path in (f"/plans/add?parent_id={hidden.id}", f"/plan-goals/add?plan_id={hidden.id}"):
        assert "Secret of others" not in client.get(path).text
    posted = post(client, "/plan-goals/add", plan_id=str(hidden.id))
    assert posted.status_code == 422
    assert "Secret of others" not in posted.text
    assert "Own and open" in client.get(f"/plan-goals/add?plan_id={own.id}").text
