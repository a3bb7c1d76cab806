"""The list of a screen: its chips and filter forms, its columns, what an interaction brings, and what nobody may see."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from models.plans import MarketingPlan
from tests.factories.plans import make_plan
from tests.fixtures_people import People, PortalClient
from tests.screens.reading import post

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def plan(people: People, session: Session) -> MarketingPlan:
    """A plan of the staff member, and one of the colleague that he does not see."""
    with acting_as(SYSTEM):
        mine = make_plan(session, people.staff.inside, name="春季推广")
        make_plan(session, people.colleague.inside, name="别人的计划")
        session.commit()
    return mine


@pytest.fixture
def client(people: People) -> PortalClient:
    """The staff member's browser."""
    return people.staff.browser()


def goal(answer: object) -> tuple[str, list[tuple[str, str]]]:
    """Return path and arguments of a redirection."""
    found = urlsplit(answer.headers["Location"])  # type: ignore[attr-defined]
    return found.path, parse_qsl(found.query)


def test_an_interaction_brings_the_list_alone(client: PortalClient, plan: MarketingPlan) -> None:
    page, part = client.get("/plans/list/?sort=name"), client.get("/plans/list/?sort=name", headers=PART)
    assert "<html" in page.text
    assert 'id="list-search"' in page.text
    assert "<html" not in part.text
    assert 'id="list-search"' not in part.text
    assert plan.name in page.text
    assert plan.name in part.text
    assert len(part.data) < len(page.data) / 2
    assert "别人的计划" not in page.text


def test_a_filter_form_leads_to_one_address(client: PortalClient, plan: MarketingPlan) -> None:
    typed = "/plans/list/?q=a&sort=name&page=2&column=status&operator=in&value=draft&value=in_review"
    for headers in ({}, PART):
        answer = client.get(typed, headers=headers)
        assert answer.status_code == 302
        assert goal(answer) == (
            "/plans/list/",
            [("q", "a"), ("sort", "name"), ("f.status.in", "draft,in_review")],
        )


def test_a_chip_reads_as_a_sentence_and_can_be_taken_away(client: PortalClient, plan: MarketingPlan) -> None:
    text = client.get("/plans/list/?f.status.in=draft,in_review&sort=name").text
    assert "Status is one of Draft, In review" in text
    assert 'aria-label="Remove the filter: Status is one of Draft, In review"' in text
    assert '<a class="chip-x" href="/plans/list/?sort=name"' in text


def test_a_relation_reads_by_a_title_that_the_actor_may_see(
    people: People, client: PortalClient, plan: MarketingPlan, session: Session
) -> None:
    own, other = people.staff.inside, people.colleague.inside
    text = client.get(f"/plans/list/?f.owner_id.in={own.id}").text
    assert f"Responsible person is {own.name}" in text
    assert (
        "Responsible person is one of me, a record you may not see"
        in client.get("/plans/list/?f.owner_id.in=me,999999").text
    )
    with acting_as(SYSTEM):
        hidden = make_plan(session, other, name="秘密计划", plan_type="year", quarter=None)
        session.commit()
    text = client.get(f"/plans/list/?f.parent_id.in={hidden.id}").text
    assert "秘密计划" not in text


def test_a_filter_form_alone_is_asked_for_by_its_column(client: PortalClient, plan: MarketingPlan) -> None:
    for column, needed in {
        "status": 'type="checkbox" name="value" value="draft"',
        "start_on": 'name="period"',
        "budget_amount": 'name="to"',
        "owner_id": 'data-lookup="/plans/lookup/owner_id"',
        "name": 'value="lacks"',
    }.items():
        part = client.get(f"/plans/list/?q=a&add={column}", headers=PART)
        assert part.status_code == 200
        assert needed in part.text, column
        assert '<input type="hidden" name="q" value="a">' in part.text
        assert "<table" not in part.text
    assert client.get("/plans/list/?add=custom_data", headers=PART).status_code == 400


def test_without_scripts_the_filter_form_stands_open_on_the_page(
    client: PortalClient, plan: MarketingPlan
) -> None:
    text = client.get("/plans/list/?add=status").text
    assert '<details class="menu" name="list-menu" open>' in text
    assert 'name="value" value="draft"' in text
    assert plan.name in text


def test_a_refused_value_is_told_beside_it(client: PortalClient, plan: MarketingPlan) -> None:
    typed = "/plans/list/?column=budget_amount&operator=ge&value=viel"
    part = client.get(typed, headers=PART)
    assert part.status_code == 422
    assert part.headers["HX-Push-Url"] == "false"
    assert "“viel” is not a valid value of “Budget”." in part.text
    assert 'value="viel"' in part.text
    answer = client.get(typed)
    assert goal(answer) == ("/plans/list/", [])
    assert "“viel” is not a valid value" in client.get("/plans/list/").text


def test_columns_are_chosen_and_remembered(people: People, client: PortalClient, plan: MarketingPlan) -> None:
    form = client.get("/plans/display", headers=PART).text
    assert 'value="start_on"' in form
    assert 'value="custom_data"' not in form
    order = ["name", "start_on", "code", "status"]
    answer = post(client, "/plans/display", order=order, columns=["name", "start_on", "status"], density="compact",
                  page_size="50", address="sort=name")  # fmt: skip
    assert goal(answer) == ("/plans/list/", [("sort", "name")])
    text = client.get("/plans/list/").text
    head = text[text.index("<thead>") : text.index("</thead>")]
    assert re.findall(r'class="k-\w+">(?:<a[^>]*>)?([^<]+)<', head) == ["Name", "Starts on", "Status"]
    assert 'data-density="compact"' in text
    assert "<option selected>50</option>" in text
    assert 'class="k-money"' not in text
    assert 'class="k-money"' in people.group_lead.browser().get("/plans/list/").text
    post(client, "/plans/display", reset="1", order=order)
    assert 'class="k-money"' in client.get("/plans/list/").text


def test_bad_columns_are_refused(client: PortalClient, plan: MarketingPlan) -> None:
    for name in ("custom_data", "nosuch", "row_version", "deleted_at", "__class__"):
        assert client.get(f"/plans/list/?cols=name,{name}").status_code == 400
        assert post(client, "/plans/display", order=["name", name], columns=["name", name]).status_code == 400
    nothing = post(client, "/plans/display", order=["name"], columns=[])
    assert nothing.status_code == 422
    assert "A list shows at least one column." in nothing.text
    assert post(client, "/plans/display", density="airy").status_code == 422
    assert post(client, "/plans/display", address="f.nosuch.eq=1").status_code == 400


def test_a_personal_column_is_shown_only_where_the_list_declares_it(people: People) -> None:
    client = people.director.browser()
    form = client.get("/customers/display", headers=PART).text
    assert 'value="name"' in form  # declared
    for personal in ("birthday", "gender", "address", "city"):
        assert f'value="{personal}"' not in form
        assert client.get(f"/customers/list/?cols={personal}").status_code == 400
        assert client.get(f"/customers/list/?f.{personal}.empty=0").status_code == 400


def test_columns_move_without_scripts(client: PortalClient, plan: MarketingPlan) -> None:
    order = ["code", "name", "status"]
    moved = post(client, "/plans/display", order=order, columns=["name"], move="name:up").text
    assert moved.index('name="order" value="name"') < moved.index('name="order" value="code"')
    assert 'class="k-money"' in client.get("/plans/list/").text, "moving alone keeps nothing"
    assert post(client, "/plans/display", order=order, move="nosuch:up").status_code == 400


def test_an_export_has_the_columns_that_are_seen(people: People, plan: MarketingPlan) -> None:
    client = people.director.browser()
    text = client.get("/plans/export.csv?cols=name,start_on").data.decode("utf-8-sig")
    assert text.splitlines()[0] == "Name,Starts on"


def test_an_empty_list_tells_why(client: PortalClient, plan: MarketingPlan) -> None:
    text = client.get("/plans/list/?q=zzz&f.status.in=draft&sort=name").text
    assert "No row matches your search and filters." in text
    assert '<a class="btn" href="/plans/list/?sort=name"' in text


def test_lists_of_accounts_filter_alike(people: People) -> None:
    client = people.administrator.browser()
    answer = client.get("/users/list/?column=username&operator=contains&value=sta")
    assert goal(answer) == ("/users/list/", [("f.username.contains", "sta")])
    text = client.get("/users/list/?f.username.contains=sta").text
    assert "User name contains “sta”" in text
    assert ">director<" not in text
    part = client.get("/users/list/?add=active", headers=PART).text
    assert 'type="radio" name="value" value="1"' in part
    assert client.get("/users/list/?column=username&operator=ge&value=1").status_code == 400
