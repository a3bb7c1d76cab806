"""What a form accepts, how it groups its fields, ties help and errors to them, and where an ended log-in leads."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from models.activities import Activity
from models.plans import MarketingPlan
from tests.factories.plans import make_plan
from tests.fixtures_people import People
from tests.screens.reading import hidden, post
from views.registry import SCREENS
from views.screen_base import ScreenBase

PLAN: dict[str, Any] = {
    "name": "Typed plan", "plan_type": "year", "fiscal_year": "2026", "start_on": "2026-01-01", "end_on": "2026-12-31",
}  # fmt: skip


def _tag(text: str, key: str) -> str:
    found = re.search(rf'<(?:input|select|textarea)[^>]*\bid="{key}"[^>]*>', text)
    assert found is not None, key
    return found[0]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("1,200.50", Decimal("1200.50")),
        ("1200.5", Decimal("1200.50")),
        ("1,234,567", Decimal(1234567)),
        ("12,00", None),
        ("1,5", None),
        ("1,200,5", None),
    ],
)
def test_money_may_be_grouped_but_never_guessed(
    people: People, session: Session, typed: str, stored: Decimal | None
) -> None:
    values = {**PLAN, "department_id": people.staff.department_id, "budget_amount": typed}
    answer = post(people.staff.browser(), "/plans/add", **values)
    plan = session.scalars(select(MarketingPlan).filter_by(name="Typed plan")).one_or_none()
    if stored is None:
        assert (answer.status_code, plan) == (422, None)
        assert f'value="{typed}"' in answer.text
    else:
        assert plan is not None, answer.text
        assert plan.budget_amount == stored


@pytest.mark.parametrize("between", ["T", " "])
def test_an_instant_is_read_with_a_letter_or_a_blank(people: People, session: Session, between: str) -> None:
    with acting_as(SYSTEM):
        assert people.staff.employee is not None
        plan = make_plan(session, people.staff.employee)
        session.commit()
    values = {"name": "Fair", "plan_id": plan.id, "activity_type": "other"}
    times = {"start_at": f"2026-04-02{between}09:30", "end_at": f"2026-04-03{between}18:00"}
    answer = post(people.staff.browser(), "/activities/add", **values, **times)
    found = session.scalars(select(Activity).filter_by(name="Fair")).one_or_none()
    assert found is not None, answer.text
    assert found.start_at == datetime(2026, 4, 2, 1, 30, tzinfo=UTC)


def test_a_wrong_field_tells_both_its_help_and_its_error(people: People, session: Session) -> None:
    text = post(people.staff.browser(), "/plans/add", **{**PLAN, "quarter": "x"}).text
    tag = _tag(text, "quarter")
    assert 'aria-describedby="quarter-help quarter-error"' in tag
    assert 'aria-invalid="true"' in tag
    for key in ("quarter-help", "quarter-error"):
        assert f'id="{key}"' in text


def test_groups_hold_every_field_of_a_form_once(people: People) -> None:
    for entry in SCREENS:
        declared = [name for _title, names in entry.screen.field_groups for name in names]
        assert len(declared) == len(set(declared)), entry.screen.__name__
        assert set(declared) <= set(entry.screen.datamodel.obj.__mapper__.columns.keys()), (
            entry.screen.__name__
        )
    text = people.staff.browser().get("/plans/add").text
    assert text.count("<legend>") == 3
    for name in ("name", "parent_id", "strategy_text"):
        assert text.count(f'id="{name}"') == 1


def test_lines_of_a_form_are_lines_of_its_record(people: People) -> None:
    """What a form carries is among the related screens, by an existing column to the parent."""
    carried = 0
    for entry in SCREENS:
        assert issubclass(entry.screen, ScreenBase)
        for inline in entry.screen.inline_lines:
            carried += 1
            assert inline.view in entry.screen.related_views
            assert inline.view.parent_column in inline.view.datamodel.obj.__mapper__.columns
    assert carried >= 12


def test_a_form_marks_what_no_draft_may_keep(people: People) -> None:
    text = people.staff.browser().get("/customers/add").text
    assert "data-personal" in _tag(text, "address")
    assert "data-personal" not in _tag(text, "country")


def test_an_ended_log_in_leads_back_to_the_form(people: People) -> None:
    client = people.anonymous()
    with client.session_transaction() as cookie:
        cookie["locale"] = "en"
    answer = client.post("/plans/add", data=PLAN)
    assert answer.status_code == 302
    assert answer.location == "/login/?next=/plans/add"
    assert "Your log-in has ended." in client.get(answer.location).text
    assert client.post("/plans/submit/1").status_code == 400  # a command has no page to come back to
    assert client.post("/login/", data={}).status_code == 400


def test_without_a_token_somebody_who_is_logged_in_is_refused(people: People) -> None:
    client = people.staff.browser()
    key = hidden(client.get("/plans/add"), "request_key")
    assert client.post("/plans/add", data={**PLAN, "request_key": key}).status_code == 400
