"""Saved views on the pages: saved, opened, shared, the first one of a list, and never a way to see more."""

import re
from urllib.parse import quote

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from models.saved_views import SavedView
from tests.factories.plans import make_plan
from tests.fixtures_people import People, Person
from tests.screens.reading import post
from tests.screens.test_lists import goal

ADDRESS = "f.status.in=draft&sort=-name"


@pytest.fixture
def plans(people: People, session: Session) -> None:
    """A plan of the staff member and one of the colleague."""
    with acting_as(SYSTEM):
        make_plan(session, people.staff.inside, name="春季推广")
        make_plan(session, people.colleague.inside, name="别人的计划")
        session.commit()


def saved(session: Session, person: Person, name: str = "Drafts", **form: str) -> SavedView:
    """Save a view by its page and return the row."""
    answer = post(person.browser(), "/plans/views/save", name=name, **{"address": ADDRESS, **form})
    assert answer.status_code == 303, answer.text
    return session.scalars(select(SavedView).filter_by(name=name, user_id=person.user_id)).one()


@pytest.mark.usefixtures("plans")
def test_a_view_keeps_filters_sorting_and_columns(people: People, session: Session) -> None:
    client = people.staff.browser()
    answer = post(client, "/plans/views/save", name="Drafts",
                  address=ADDRESS + "&page=3&size=50&cols=name,status&layout=table&after=x")  # fmt: skip
    view = session.scalars(select(SavedView)).one()
    assert (view.address, view.columns, view.layout) == (
        "f.status.in=draft&sort=-name",
        ["name", "status"],
        "table",
    )
    path, arguments = goal(answer)
    assert (path, arguments) == (
        "/plans/list/", [("view", str(view.id)), ("f.status.in", "draft"), ("sort", "-name")],
    )  # fmt: skip
    text = client.get(answer.headers["Location"]).text
    assert '<span class="menu-name">Drafts</span>' in text
    assert 'class="k-money"' not in text
    assert "· changed" not in text
    changed = client.get(f"{answer.headers['Location']}&q=a").text
    assert "· changed" in changed
    assert f"/plans/views/update/{view.id}" in changed


@pytest.mark.usefixtures("plans")
def test_a_view_is_updated_to_what_is_shown(people: People, session: Session) -> None:
    view = saved(session, people.staff)
    answer = post(people.staff.browser(), f"/plans/views/update/{view.id}", address=f"view={view.id}&q=春")
    assert goal(answer)[1] == [("view", str(view.id)), ("q", "春")]
    session.expire_all()
    assert session.get_one(SavedView, view.id).address == f"q={quote('春')}"


@pytest.mark.usefixtures("plans")
def test_columns_of_an_open_view_go_into_the_address(people: People, session: Session) -> None:
    view = saved(session, people.staff)
    client = people.staff.browser()
    answer = post(client, "/plans/display", address=f"view={view.id}&{ADDRESS}", order=["name", "code"],
                  columns=["name", "code"], density="comfortable", page_size="25")  # fmt: skip
    assert ("cols", "name,code") in goal(answer)[1]
    assert "· changed" in client.get(answer.headers["Location"]).text
    assert 'class="k-money"' in client.get("/plans/list/").text


def test_a_bad_address_is_never_kept(people: People, session: Session) -> None:
    client = people.staff.browser()
    bad = (
        "f.nosuch.eq=1",
        "f.status.in=nosuch",
        "sort=custom_data",
        "view=x",
        "cols=custom_data",
        "f.start_on.within=x",
    )
    for address in bad:
        assert post(client, "/plans/views/save", name="Bad", address=address).status_code == 400, address
    assert session.scalars(select(SavedView)).all() == []


def test_a_taken_name_is_told_beside_it(people: People, session: Session) -> None:
    saved(session, people.staff)
    answer = post(people.staff.browser(), "/plans/views/save", name="Drafts", address=ADDRESS)
    assert answer.status_code == 422
    assert "You have a view with the name “Drafts” of this list already." in answer.text
    assert re.search(r'<input[^>]*id="view-name"[^>]*value="Drafts"', answer.text)
    other = saved(session, people.staff, "Other")
    renamed = post(people.staff.browser(), f"/plans/views/rename/{other.id}", name="Drafts", address="")
    assert renamed.status_code == 422
    assert "You have a view with the name" in renamed.text


@pytest.mark.usefixtures("plans")
def test_a_shared_view_shows_nobody_more_than_his_own_rights(people: People, session: Session) -> None:
    view = saved(session, people.colleague, is_shared="1")
    link = f"/plans/list/?view={view.id}&amp;f.status.in=draft&amp;sort=-name"
    text = people.staff.browser().get("/plans/list/").text
    assert link in text
    opened = people.staff.browser().get(link.replace("&amp;", "&")).text
    assert "春季推广" in opened
    assert "别人的计划" not in opened
    assert "Update view" not in people.staff.browser().get(link.replace("&amp;", "&") + "&q=a").text
    assert people.partner.browser().get(link.replace("&amp;", "&")).status_code == 403
    assert post(people.partner.browser(), "/plans/views/save", name="x", address="").status_code == 403


@pytest.mark.usefixtures("plans")
def test_what_is_not_shared_is_seen_by_its_owner_alone(people: People, session: Session) -> None:
    view = saved(session, people.colleague)
    client = people.staff.browser()
    assert "Drafts" not in client.get("/plans/list/").text
    assert '<span class="menu-name">Views</span>' in client.get(f"/plans/list/?view={view.id}").text
    for verb in ("update", "rename", "share", "default", "delete"):
        answer = post(client, f"/plans/views/{verb}/{view.id}", name="x", address="", is_default="1")
        assert answer.status_code == 404, verb
    post(people.colleague.browser(), f"/plans/views/share/{view.id}", is_shared="1", address="")
    for verb in ("update", "rename", "share", "delete"):
        assert post(client, f"/plans/views/{verb}/{view.id}", name="x", address="").status_code == 403, verb
    chief = people.administrator.browser()
    assert "Stop sharing" in chief.get("/plans/views/").text
    assert "Stop sharing" not in client.get("/plans/views/").text
    assert post(chief, f"/plans/views/share/{view.id}", is_shared="0", address="").status_code == 303
    session.expire_all()
    assert not session.get_one(SavedView, view.id).is_shared


@pytest.mark.usefixtures("plans")
def test_the_default_view_opens_the_empty_address(people: People, session: Session) -> None:
    view = saved(session, people.staff, is_default="1")
    client = people.staff.browser()
    answer = client.get("/plans/list/")
    assert goal(answer)[1] == [("view", str(view.id)), ("f.status.in", "draft"), ("sort", "-name")]
    every = client.get("/plans/list/?view=0")
    assert every.status_code == 200
    assert 'href="/plans/list/?view=0"' in every.text
    post(client, f"/plans/views/default/{view.id}", is_default="0", address="")
    assert client.get("/plans/list/").status_code == 200
    post(client, f"/plans/views/default/{view.id}", is_default="1", address="")
    with acting_as(SYSTEM):  # a column that a later release of the portal has no more
        session.get_one(SavedView, view.id).address = "f.gone.eq=1"
        session.commit()
    assert client.get("/plans/list/").status_code == 200


@pytest.mark.usefixtures("plans")
def test_a_deleted_view_leaves_the_list(people: People, session: Session) -> None:
    view = saved(session, people.staff)
    client = people.staff.browser()
    answer = post(client, f"/plans/views/delete/{view.id}", address=f"view={view.id}&{ADDRESS}")
    assert goal(answer) == ("/plans/views/", [("address", ADDRESS)])
    assert "Deleted: Drafts" in client.get("/plans/views/").text
    assert "Drafts" not in client.get("/plans/list/").text
