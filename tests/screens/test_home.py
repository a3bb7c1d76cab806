"""The home page: each figure within scope and rights, equal to the list behind it, and cheap."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from app.approvals.lock import engine_writes
from app.core.actor import SYSTEM, acting_as
from app.core.db import db
from app.jobs.audit_check import KIND
from models.outbox import Job, JobStatus
from models.plans import MarketingPlan
from tests.factories.plans import make_plan
from tests.fixtures_people import People, Person, PortalClient
from tests.screens.statements import statements_of

MOST = 17
"""Statements of the fullest page: three of the frame, and what `views.home` adds."""


def _plan(session: Session, person: Person, *, status: str = "in_force", **columns: Any) -> int:
    """Make a plan of the second quarter of 2026 in some status: budget 100,000, lines 99,900."""
    assert person.employee is not None
    with acting_as(SYSTEM), engine_writes(session):
        proof: dict[str, Any] = {"approved_at": datetime(2026, 1, 1, tzinfo=UTC), "approved_sha256": "0" * 64}
        if status == "in_review":
            proof = {"submitted_at": datetime(2026, 3, 9, tzinfo=UTC)}
        plan = make_plan(session, person.employee, status=status, **proof, **columns)
        session.commit()
        return int(plan.id)


def _home(client: PortalClient) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return str(answer.text)


def _tile(page: str, verb: str) -> tuple[str, str]:
    """Return the figure of a tile and its address."""
    found = re.search(
        rf'href="([^"]*)"><span class="verb"><svg[^>]*><use[^>]*></svg>{verb}</span><b>([^<]*)</b>', page
    )
    assert found is not None, verb
    return found.group(2), unescape(found.group(1))


def _links(page: str, key: str) -> dict[str, tuple[str, list[str]]]:
    """Return the rows of a chart's table: label → (address, figures)."""
    table = page.split(f'id="chart-table-{key}"', 1)[1].split("</table>", 1)[0]
    rows = re.findall(
        r'<tr[^>]*><th scope="row">(?:<a href="([^"]*)">)?([^<]*)(?:</a>)?</th>(.*?)</tr>', table
    )
    return {label: (unescape(url), re.findall(r'data-value="([^"]*)"', cells)) for url, label, cells in rows}


def _listed(client: PortalClient, url: str) -> int:
    """Return how many records the list at this address shows."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    body = str(answer.text).split("<tbody", 1)[1].split("</tbody>", 1)[0]
    return len(set(re.findall(r'href="[^"]*/show/(\d+)"', body)))


@pytest.fixture
def _in_april(clock: time_machine.Traveller) -> None:
    clock.move_to(datetime(2026, 4, 20, 2, 0, tzinfo=UTC))


@pytest.mark.usefixtures("_in_april")
def test_the_tiles_count_what_their_lists_show(people: People, session: Session) -> None:
    for _number in range(2):
        _plan(session, people.staff, department_id=people.marketing.id, fiscal_year=2026 + _number)
    _plan(session, people.staff, status="draft")
    _plan(session, people.colleague)
    client = people.staff.browser()
    page = _home(client)
    for verb, figure in (("Plan", "2"), ("Organise", "3"), ("Supervise", "3")):
        shown, url = _tile(page, verb)
        assert shown == figure
        assert _listed(client, url) == int(figure), verb
    senior = people.senior.browser()
    assert _tile(_home(senior), "Plan")[0] == "3", "who sees all sees the colleague's too"


@pytest.mark.usefixtures("_in_april")
def test_a_bar_leads_to_the_records_that_it_counts(people: People, session: Session) -> None:
    _plan(session, people.staff)
    _plan(session, people.staff, status="draft")
    _plan(session, people.staff, status="in_review")
    client = people.director.browser()
    page = _home(client)
    by_status = _links(page, "plans")
    assert {label: figures for label, (_url, figures) in by_status.items()} == {
        "Draft": ["1"], "In review": ["1"], "In force": ["1"],
    }  # fmt: skip
    for url, figures in by_status.values():
        assert _listed(client, url) == int(figures[0])
    months = _links(page, "months")
    assert months["Apr"][1] == ["0.00", "0.00", "24975.00"]
    assert months["Jan"] == ("", ["0.00", "0.00", "0.00"])
    assert _listed(client, months["Apr"][0]) == 1
    reviews = _links(page, "reviews")
    assert reviews["Marketing plans"][1] == ["1", "0"], "waiting for more than a week"


@pytest.mark.usefixtures("_in_april")
def test_money_that_was_given_to_lower_plans_is_counted_once(people: People, session: Session) -> None:
    year = _plan(session, people.staff, plan_type="year", quarter=None, distributed_amount=Decimal(100_000))
    _plan(session, people.staff, parent_id=year, parent_type="year")
    months = _links(_home(people.staff.browser()), "months")
    assert months["Apr"][1][2] == "24975.00"


@pytest.mark.usefixtures("_in_april")
def test_my_days_are_mine_and_near(people: People, session: Session) -> None:
    _plan(session, people.staff, name="二季度计划")
    _plan(session, people.staff, status="draft", name="五月计划", start_on=date(2026, 5, 1))
    _plan(
        session,
        people.staff,
        status="draft",
        name="十月计划",
        start_on=date(2026, 10, 1),
        end_on=date(2026, 12, 1),
    )
    _plan(session, people.group_lead, name="别人的计划", end_on=date(2026, 5, 2), fiscal_year=2025)
    mine = _home(people.staff.browser()).split('id="deadlines"', 1)[1].split("</section>", 1)[0]
    assert "Kick-off" in mine
    assert "Overdue" in mine, "the milestone was due ten days ago"
    assert "五月计划" in mine
    assert "not yet submitted" in mine
    assert "二季度计划" not in mine, "ends in seventy days"
    assert "十月计划" not in mine
    assert "别人的计划" not in mine


def test_a_newcomer_is_told_the_next_step(people: People) -> None:
    page = _home(people.staff.browser())
    assert "There is no plan yet." in page
    assert "Nothing waits for you." in page
    assert page.count('href="/plans/add"') >= 2
    assert "dist/charts.js" not in page, "no chart, no library"
    senior = _home(people.senior.browser())
    assert 'href="/plans/add"' not in senior


def test_a_partner_sees_nothing_internal(people: People, session: Session) -> None:
    _plan(session, people.staff, name="内部计划")
    page = _home(people.partner.browser()).split("<main", 1)[1]
    for word in ("/plans", "/approvals", "/audit", "/users", "内部计划", "budget"):
        assert word not in page
    assert 'href="/agreements/list/' in page


def test_oversight_is_shown_by_right_only(people: People, session: Session) -> None:
    with acting_as(SYSTEM):
        session.add(
            Job(kind=KIND, status=JobStatus.DONE.value, finished_at=datetime(2026, 3, 1, tzinfo=UTC), result={"finding": "x"})
        )  # fmt: skip
        session.commit()
    inspector = _home(people.inspector.browser())
    assert "damage found" in inspector
    assert "Refused attempts" in inspector
    assert "Active accounts" not in inspector
    administrator = _home(people.administrator.browser())
    assert "Active accounts" in administrator
    for person in (people.staff, people.director):
        page = _home(person.browser())
        assert "Refused attempts" not in page
        assert "Active accounts" not in page


@pytest.mark.usefixtures("_in_april")
def test_the_page_is_cheap_for_everybody(people: People, session: Session) -> None:
    for number in range(3):
        _plan(session, people.director, fiscal_year=2025 + number)
        _plan(session, people.director, status="in_review", fiscal_year=2025 + number)
    for name, person in people.all().items():
        client = person.browser()
        _home(client)
        with statements_of(db.engine) as sent:
            _home(client)
        assert len(sent) <= MOST, f"{name} sent {len(sent)}:\n" + "\n".join(one[:200] for one in sent)


@pytest.mark.usefixtures("_in_april")
def test_what_i_submitted_names_who_holds_it(people: People, session: Session) -> None:
    assert people.staff.employee is not None
    with acting_as(SYSTEM):
        plan = make_plan(session, people.staff.employee, name="待批计划")
        session.commit()
        key = plan.id
    client = people.staff.browser()
    sent = client.post(
        f"/plans/submit/{key}", data={"csrf_token": client.csrf_token(), "request_key": "k" * 16}
    )
    assert sent.status_code in {302, 200}, sent.status_code
    mine = _home(client).split('id="submitted"', 1)[1].split("</section>", 1)[0]
    assert "待批计划" in mine
    assert f"with {people.group_lead.employee}" in mine
    waiting = _home(people.group_lead.browser()).split('id="todos"', 1)[1].split("</section>", 1)[0]
    assert "待批计划" in waiting
    assert "You are the submitter" in waiting
    assert session.get_one(MarketingPlan, key, populate_existing=True).status == "in_review"
