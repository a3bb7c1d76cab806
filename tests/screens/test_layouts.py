"""Board, calendar and timeline of a list: the same filters and row scope, and moves that are permitted changes (R106)."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from app.core.clock import today
from app.core.db import db
from models.activities import Activity
from models.plans import MarketingPlan, PlanMilestone
from tests.contracts.sample_rows import SampleRows
from tests.factories.plans import make_plan
from tests.fixtures_people import People, Person, PortalClient
from tests.screens.reading import denied_codes, post
from tests.screens.statements import statements_of
from views import board, calendar
from views.base import Screen
from views.registry import SCREENS

JSON = {"Accept": "application/json"}


def _plan(session: Session, person: Person, name: str, **columns: Any) -> int:
    with acting_as(SYSTEM):
        assert person.employee is not None
        plan = make_plan(session, person.employee, name=name, **columns)
        session.commit()
        return plan.id


def _columns(text: str) -> dict[str, tuple[str, list[str]]]:
    """Return each column of a board: its count and its titles."""
    found = {}
    for part in text.split('<section class="board-column"')[1:]:
        status = re.search(r'data-status="(\w+)"', part)
        count = re.search(r'board-count">([^<]*)<', part)
        assert status is not None
        assert count is not None
        found[status[1]] = (count[1], re.findall(r'class="board-title"[^>]*>([^<]*)<', part))
    return found


def _move(client: PortalClient, key: int, target: str, seen: str = "", base: str = "/plans") -> Any:
    data = {"csrf_token": client.csrf_token(), "target": target}
    return client.post(f"{base}/move/{key}?seen={seen}", data=data, headers=JSON)


def _status(session: Session, key: int) -> str:
    return session.get_one(MarketingPlan, key, populate_existing=True).status


# -- board ----------------------------------------------------------------------------------------


def test_a_board_shows_what_the_filters_and_the_scope_let_through(people: People, session: Session) -> None:
    _plan(session, people.staff, "春季 <1>")
    _plan(session, people.staff, "夏季", budget="5.00")
    _plan(session, people.colleague, "别人的")
    client = people.staff.browser()
    page = client.get("/plans/list/?layout=board")
    assert page.status_code == 200
    columns = _columns(page.text)
    assert list(columns)[:3] == ["draft", "in_review", "returned"]
    assert columns["draft"] == ("2", ["夏季", "春季 &lt;1&gt;"])
    assert columns["in_review"] == ("0", [])
    assert "dist/board.js" in page.text
    assert "dist/board.js" not in client.get("/plans/list/").text
    narrowed = _columns(client.get("/plans/list/?layout=board&f.budget_amount.lt=10&f.status.in=draft").text)
    assert narrowed == {"draft": ("1", ["夏季"])}
    part = client.get("/plans/list/?layout=board", headers={"HX-Request-Type": "partial"}).text
    assert "<html" not in part
    assert "board-column" in part


def test_a_column_stops_at_its_cards_and_leads_to_the_table(
    people: People, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        _plan(session, people.staff, f"计划 {number}")
    monkeypatch.setattr(board, "CARDS", 2)
    page = people.staff.browser().get("/plans/list/?layout=board&q=计划").text
    assert _columns(page)["draft"] == ("3", ["计划 2", "计划 1"])
    more = re.search(r'board-more"><a href="([^"]*)"', page)
    assert more is not None
    assert "f.status.in=draft" in more[1]
    assert "layout" not in more[1]
    assert "q=" in more[1]


def test_moves_of_a_plan_are_submitting_and_withdrawing_by_those_who_may(
    people: People, session: Session
) -> None:
    key = _plan(session, people.staff, "春季")
    staff, director = people.staff.browser(), people.director.browser()
    assert 'data-targets="in_review"' in staff.get("/plans/list/?layout=board").text
    assert 'data-targets=""' in director.get("/plans/list/?layout=board").text, "not his plan"
    assert 'data-targets=""' in people.inspector.browser().get("/plans/list/?layout=board").text
    refused = _move(director, key, "in_review")
    assert refused.status_code == 403
    assert refused.json["message"]
    assert _move(staff, key, "in_force").status_code == 409
    assert _status(session, key) == "draft"

    done = _move(staff, key, "in_review", seen="draft")
    assert done.status_code == 200, done.text
    assert "In review" in done.json["message"]
    assert _status(session, key) == "in_review"
    assert _move(staff, key, "withdrawn", seen="draft").status_code == 409, "it is not where he saw it"
    assert _move(director, key, "withdrawn").status_code == 403
    assert 'data-targets="withdrawn"' in staff.get("/plans/list/?layout=board").text
    assert _move(staff, key, "withdrawn", seen="in_review").status_code == 200
    assert _status(session, key) == "withdrawn"
    assert denied_codes(session) == [
        "not-the-submitter",
        "move-not-possible",
        "moved-meanwhile",
        "not-the-submitter",
    ]


def test_a_refused_move_tells_why_and_changes_nothing(people: People, session: Session) -> None:
    key = _plan(session, people.staff, "没有预算行")
    with acting_as(SYSTEM):
        plan = session.get_one(MarketingPlan, key)
        plan.goals.clear()
        session.commit()
    client = people.staff.browser()
    refused = _move(client, key, "in_review")
    assert refused.status_code == 422
    assert len(refused.json["message"]) > 20
    assert _status(session, key) == "draft"
    # without a script: the same button, a page with the sentence
    answer = post(client, f"/plans/move/{key}?layout=board&q=x&seen=draft", target="in_review")
    assert answer.location == "/plans/list/?layout=board&q=x"
    assert refused.json["message"].split("<")[0][:20] in client.get("/plans/list/?layout=board").text


def test_a_move_needs_a_known_target_a_token_and_a_record_in_scope(people: People, session: Session) -> None:
    mine, others = _plan(session, people.staff, "春季"), _plan(session, people.colleague, "别人的")
    client = people.staff.browser()
    assert _move(client, mine, "nosuch").status_code == 400
    assert _move(client, others, "in_review").status_code == 404
    assert client.post(f"/plans/move/{mine}", data={"target": "in_review"}).status_code == 400
    assert client.get(f"/plans/move/{mine}").status_code == 405
    assert _status(session, mine) == "draft"


def test_a_milestone_is_reached_and_opened_again_also_when_its_plan_is_locked(
    people: People, session: Session
) -> None:
    plan = _plan(session, people.staff, "春季")
    key = session.scalars(select(PlanMilestone.id).filter_by(plan_id=plan)).one()
    client = people.staff.browser()
    assert _move(client, plan, "in_review").status_code == 200
    page = client.get("/plan-milestones/list/?layout=board").text
    assert _columns(page) == {"open": ("1", ["Kick-off"]), "done": ("0", [])}
    assert 'data-targets="done"' in page
    assert _move(client, key, "done", base="/plan-milestones").status_code == 200
    row = session.get_one(PlanMilestone, key, populate_existing=True)
    assert (row.status, row.finished_on) == ("done", today())
    assert _move(client, key, "open", base="/plan-milestones").status_code == 200
    assert session.get_one(PlanMilestone, key, populate_existing=True).finished_on is None
    assert _move(people.inspector.browser(), key, "done", base="/plan-milestones").status_code == 409
    assert 'data-targets=""' in people.inspector.browser().get("/plan-milestones/list/?layout=board").text


def test_a_status_that_no_form_edits_cannot_be_moved(people: People, session: Session) -> None:
    with acting_as(SYSTEM):
        key = (
            SampleRows(session, people.director)
            .of(next(entry.screen for entry in SCREENS if entry.resource == "products").datamodel.obj)
            .id
        )
        session.commit()
    client = people.director.browser()
    assert 'data-targets=""' in client.get("/products/list/?layout=board").text
    assert _move(client, key, "discontinued", base="/products").status_code in {400, 409}


def test_a_board_takes_the_same_statements_for_any_number_of_cards(
    app: Flask, people: People, session: Session
) -> None:
    client = people.staff.browser()
    counts = []
    for more in (1, 6):
        for number in range(more):
            _plan(session, people.staff, f"计划 {number}")
        client.get("/plans/list/?layout=board")
        with statements_of(db.engine) as sent:
            client.get("/plans/list/?layout=board")
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert counts[0] <= 8, counts


# -- calendar -------------------------------------------------------------------------------------


def _titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [event["title"] for event in answer.json["events"]]


def test_the_calendar_has_the_rows_that_touch_the_asked_days(people: People, session: Session) -> None:
    spring = _plan(session, people.staff, "春")
    _plan(session, people.staff, "夏", quarter=3, start_on=date(2026, 7, 1), end_on=date(2026, 9, 30))
    _plan(session, people.colleague, "别人的")
    client = people.staff.browser()
    answer = client.get("/plans/events?start=2026-06-30&end=2026-06-30")
    assert answer.json == {
        "events": [{"id": spring, "title": "春 · Draft", "start": "2026-04-01", "end": "2026-07-01", "allDay": True,
                    "url": f"/plans/show/{spring}", "colour": "grey"}],
        "has_more": False,
    }  # fmt: skip
    assert _titles(client.get("/plans/events?start=2026-06-30T00:00:00Z&end=2026-07-01")) == [
        "春 · Draft",
        "夏 · Draft",
    ]
    assert _titles(client.get("/plans/events?start=2026-03-01&end=2026-03-31")) == []
    assert _titles(client.get("/plans/events?start=2026-04-01&end=2026-12-31&q=夏")) == ["夏 · Draft"]
    assert _titles(client.get("/plans/events?start=2026-04-01&end=2026-12-31&f.status.in=in_force")) == []
    assert client.get("/plans/events").status_code == 200
    page = client.get("/plans/list/?layout=calendar&f.status.in=draft").text
    assert 'data-events="/plans/events?layout=calendar&amp;f.status.in=draft"' in page
    assert "dist/calendar.js" in page


@pytest.mark.parametrize(
    "address", ["start=x", "start=2026-13-01", "start=2026-02-02&end=2026-02-01", "start=2020-01-01&end=2026-01-01",
                "start=0001-01-01", "f.nosuch.eq=1", "start=%00"],
)  # fmt: skip
def test_a_bad_period_is_refused(people: People, address: str) -> None:
    assert people.staff.browser().get(f"/plans/events?{address}").status_code == 400


def test_instants_stand_on_the_days_of_the_persons_own_clock(people: People, session: Session) -> None:
    with acting_as(SYSTEM):
        activity = SampleRows(session, people.staff).of(Activity)
        activity.start_at, activity.end_at = (
            datetime(2026, 3, 31, 20, tzinfo=UTC),
            datetime(2026, 4, 1, 2, tzinfo=UTC),
        )
        people.staff.user.time_zone = "Asia/Shanghai"
        session.commit()
    client = people.staff.browser()
    assert client.get("/activities/events?start=2026-03-31&end=2026-03-31").json["events"] == []
    (event,) = client.get("/activities/events?start=2026-04-01&end=2026-04-01").json["events"]
    assert (event["start"], event["end"], event["allDay"]) == (
        "2026-04-01T04:00:00",
        "2026-04-01T10:00:00",
        False,
    )


def test_more_events_than_shown_are_told(
    people: People, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        _plan(session, people.staff, f"计划 {number}")
    monkeypatch.setattr(calendar, "MOST_EVENTS", 2)
    answer = people.staff.browser().get("/plans/events?start=2026-04-01&end=2026-04-30").json
    assert len(answer["events"]) == 2
    assert answer["has_more"]


# -- timeline -------------------------------------------------------------------------------------


def _bars(text: str) -> list[tuple[float, float]]:
    found = re.findall(r'<rect class="timeline-bar[^"]*" x="([\d.]+)" y="5" width="([\d.]+)"', text)
    return [(float(x), float(width)) for x, width in found]


def test_bars_lie_on_their_months(people: People, session: Session) -> None:
    _plan(session, people.staff, "春")  # April to June
    _plan(
        session,
        people.staff,
        "年",
        plan_type="year",
        quarter=None,
        start_on=date(2026, 1, 1),
        end_on=date(2026, 12, 31),
    )
    client = people.staff.browser()
    page = client.get("/plans/list/?layout=timeline&from=2026-03-17")
    assert page.status_code == 200
    assert _bars(page.text) == [(0.0, 1000.0), (100.0, 300.0)], (
        "by begin; the year's is cut at both ends of the drawing"
    )
    assert "Apr 1, 2026 – Jun 30, 2026" in page.text
    assert "Mar 2026" in page.text
    assert "from=2025-09-01" in page.text
    assert "from=2026-09-01" in page.text
    assert "style=" not in page.text
    assert _bars(client.get("/plans/list/?layout=timeline&from=2027-01-01").text) == []
    assert client.get("/plans/list/?layout=timeline&from=x").status_code == 400


def test_the_present_day_is_marked_where_it_is_shown(people: People, session: Session) -> None:
    _plan(session, people.staff, "今", start_on=today() - timedelta(days=1), end_on=today())
    client = people.staff.browser()
    assert "timeline-today" in client.get("/plans/list/?layout=timeline").text
    past = (today() - timedelta(days=500)).isoformat()
    assert "timeline-today" not in client.get(f"/plans/list/?layout=timeline&from={past}").text


# -- which forms there are ------------------------------------------------------------------------


def _layouts(text: str) -> list[str]:
    nav = text.split('<nav class="layouts"', 1)
    return re.findall(r"</svg>(\w+)</a>", nav[1].split("</nav>")[0]) if len(nav) > 1 else []


def test_a_list_offers_only_the_forms_that_its_columns_allow(people: People, session: Session) -> None:
    client = people.administrator.browser()
    assert _layouts(client.get("/plans/list/").text) == ["Table", "Board", "Calendar", "Timeline"]
    assert _layouts(client.get("/departments/list/").text) == []
    assert _layouts(client.get("/purchases/list/").text) == ["Table", "Calendar", "Timeline"]
    assert client.get("/departments/list/?layout=board").status_code == 400
    assert client.get("/plans/list/?layout=nosuch").status_code == 400
    assert client.get("/departments/events").status_code == 404
    assert _layouts(people.staff.browser().get("/plans/list/?bin=1").text) == []
    assert people.staff.browser().get("/plans/list/?bin=1&layout=board").status_code == 400
    page = client.get("/plans/list/?q=春&layout=calendar&page=3").text
    assert 'href="/plans/list/?q=%E6%98%A5&amp;layout=timeline"' in page


@pytest.mark.parametrize("entry", SCREENS, ids=lambda entry: entry.screen.__name__)
def test_every_form_of_every_list_opens(entry: Any, app: Flask, people: People, session: Session) -> None:
    """With a row in it, for somebody who sees all."""
    with acting_as(SYSTEM):
        SampleRows(session, people.director).of(entry.screen.datamodel.obj)
        session.commit()
    screen: Screen = next(view for view in app.appbuilder.baseviews if type(view) is entry.screen)  # type: ignore[attr-defined]
    client = people.administrator.browser()
    for layout in screen.layouts()[1:]:
        answer = client.get(f"{entry.screen.route_base}/list/?layout={layout.value}")
        assert answer.status_code == 200, layout
        assert "None" not in re.sub(r"<[^>]*>", "", answer.text), layout
    if screen.date_fields:
        wide = client.get(f"{entry.screen.route_base}/events?start=2025-06-01&end=2027-06-01")
        assert wide.status_code == 200
