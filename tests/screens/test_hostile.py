"""What a hostile or careless person sends through the forms: refused beside what was typed, nothing given away."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from models.approvals import Assignment
from models.partners import Partner
from models.plans import MarketingPlan
from tests.factories.plans import make_plan
from tests.fixtures_people import PASSWORD, People, Person, PortalClient
from tests.screens.reading import hidden, post

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


def _plan_of(person: Person, name: str) -> MarketingPlan:
    """Return a complete draft of a person."""
    assert person.employee is not None
    return make_plan(person.session, person.employee, name=name)


def test_a_key_in_the_address_or_the_form_gives_no_title_away(people: People, session: Session) -> None:
    with acting_as(SYSTEM):
        hidden = _plan_of(people.colleague, "Secret of others 8841")
        own = _plan_of(people.staff, "Own and open 1234")
        session.commit()
    client = people.staff.browser()
    for path in (f"/plans/add?parent_id={hidden.id}", f"/plan-goals/add?plan_id={hidden.id}"):
        assert "Secret of others" not in client.get(path).text
    posted = post(client, "/plan-goals/add", plan_id=str(hidden.id))
    assert posted.status_code == 422
    assert "Secret of others" not in posted.text
    assert "Own and open" in client.get(f"/plan-goals/add?plan_id={own.id}").text


def _submitted(people: People, session: Session) -> tuple[MarketingPlan, PortalClient, str]:
    """Return a plan in review, the browser of its approver, and the address of the to-do."""
    with acting_as(SYSTEM):
        plan = _plan_of(people.staff, "To be decided")
        session.commit()
    assert post(people.staff.browser(), f"/plans/submit/{plan.id}").status_code == 302
    to_do = session.scalars(select(Assignment).order_by(Assignment.id.desc()).limit(1)).one()
    superior = next(
        one for one in (people.group_lead, people.director) if one.employee_id == to_do.assignee_id
    )
    return plan, superior.browser(), f"/approvals/{to_do.id}"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"seen": "0" * 64, "comment": "thought over for an hour"}, "not what you saw"),
        ({"comment": "word " * 500}, "at most 2000"),
        ({"comment": "a\x00b"}, "plain characters"),
    ],
)
def test_an_opinion_stays_when_the_decision_is_refused(
    people: People, session: Session, sent: dict[str, str], sentence: str
) -> None:
    plan, client, path = _submitted(people, session)
    seen = hidden(client.get(path), "seen")
    answer = post(client, f"{path}/decide", **{"decision": "return", "seen": seen, **sent})
    assert 400 <= answer.status_code < 500
    assert sentence in answer.text
    assert sent["comment"][:20].strip("\x00") in answer.text or "\x00" in sent["comment"]
    assert hidden(answer, "seen") == seen
    session.expire_all()
    assert session.get_one(MarketingPlan, plan.id).status == "in_review"


def test_a_foreign_host_name_is_refused_plainly(people: People) -> None:
    client = people.anonymous()
    for path in (
        "/login/?next=http://evil.example/x",
        "/static/dist/app.css",
        "/plans/list/",
        "/api/v1/plans",
    ):
        answer = client.get(path, base_url="http://evil.example")
        assert answer.status_code == 400, path
        assert "evil.example" not in answer.text


def test_a_partner_does_not_read_who_approved_its_agreement(people: People, session: Session) -> None:
    company = people.partner.user.partner_id
    owner = session.scalars(select(Partner).filter_by(id=company)).one().owner_id
    holder = next(one for one in people.all().values() if one.employee_id == owner)
    client = holder.browser()
    added = post(client, "/agreements/add", title="Agency", partner_id=str(company), start_on="2027-01-01",
                 end_on="2027-12-31", amount="10", currency_code="CNY", content="c", effect_text="e")  # fmt: skip
    key = added.location.rsplit("/", 1)[1]
    for side in ("us", "them"):
        post(client, "/agreement-obligations/add", agreement_id=key, side=side, duty="d", due_on="2027-06-01")
    post(client, f"/agreements/submit/{key}")
    path = f"/agreements/show/{key}"
    assert "Approval trail" in client.get(path).text
    page = people.partner.browser().get(path)
    assert page.status_code == 200
    assert "Agency" in page.text
    assert "Approval trail" not in page.text


def test_what_is_in_the_bin_is_not_changed_and_neither_are_its_lines(
    people: People, session: Session
) -> None:
    with acting_as(SYSTEM):
        plan = _plan_of(people.staff, "Thrown away")
        session.commit()
    client, line = people.staff.browser(), plan.budget_lines[0].id
    version = plan.row_version
    assert post(client, f"/plans/delete/{plan.id}").status_code == 302
    for path in (f"/plans/edit/{plan.id}", f"/budget-lines/edit/{line}"):
        assert client.get(path).status_code == 409, path
        assert post(client, path, row_version=str(version), name="changed").status_code == 409, path
    assert post(client, f"/budget-lines/delete/{line}").status_code == 409
    body = {"note": "changed", "row_version": 1}
    assert people.staff.api().put(f"/api/v1/budget-lines/{line}", json=body).status_code == 409
    session.expire_all()
    assert session.get_one(MarketingPlan, plan.id).name == "Thrown away"
    assert post(client, f"/plans/restore/{plan.id}").status_code == 302
    assert client.get(f"/plans/edit/{plan.id}").status_code == 200


@pytest.mark.parametrize("name", ["a\x00b", "x\nCRITICAL forged"])
def test_a_log_in_with_an_odd_name_is_a_wrong_name(people: People, name: str) -> None:
    answer = post(people.anonymous(), "/login/", username=name, password="Long-Enough-77")
    assert answer.status_code == 401


def test_a_password_of_somebody_else_opens_nothing_but_its_change(people: People, session: Session) -> None:
    people.staff.user.must_change_password = True
    session.commit()
    client = people.staff.browser()
    for path in ("/", "/plans/list/", "/plans/add"):
        assert client.get(path).location == "/profile/", path
    assert post(client, "/plans/add", **PLAN).location == "/profile/"
    assert "Choose your own" in client.get("/profile/").text
    assert people.staff.api().get("/api/v1/plans").status_code == 401
    answer = post(
        client, "/profile/password", current=PASSWORD, new="Meadow-River-4481", again="Meadow-River-4481"
    )
    assert answer.status_code == 302
    assert client.get("/plans/list/").status_code == 200


def test_a_refused_form_with_two_chosen_rows_is_drawn_again_for_leaders(people: People) -> None:
    # each of the two rows is searched in a tree of its own
    typed = {"activity_id": "1", "plan_id": "1", "name": "kept as typed"}
    for leader in (people.director, people.group_lead):
        answer = post(leader.browser(), "/promotions/add", **typed)
        assert answer.status_code == 422
        assert "kept as typed" in answer.text
