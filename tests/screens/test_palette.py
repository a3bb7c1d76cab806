"""The search over everything: what it finds, for whom, in which order, and at what cost."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from app.core.db import db
from models.plans import MarketingPlan
from tests.factories.plans import make_plan
from tests.fixtures_people import People, Person, PortalClient
from tests.screens.statements import statements_of
from views.global_search import PER_TYPE, _searchable

FRAME = 3
"""Statements of every page: the log-in and the two counts of the top bar."""


def _plans(session: Session, person: Person, *names: str) -> list[int]:
    with acting_as(SYSTEM):
        assert person.employee is not None
        keys = [make_plan(session, person.employee, name=name).id for name in names]
        session.commit()
    return keys


def _groups(client: PortalClient, text: str) -> dict[str, list[dict[str, Any]]]:
    answer = client.get("/search.json", query_string={"q": text})
    assert answer.status_code == 200
    return {group["key"]: group["hits"] for group in answer.json}


def test_records_pages_and_actions_are_found_by_a_part_of_their_text(
    people: People, session: Session
) -> None:
    (key,) = _plans(session, people.staff, "春季新品推广")
    found = _groups(people.staff.browser(), "新品")
    assert [hit["url"] for hit in found["records"]] == [f"/plans/show/{key}"]
    assert found["records"][0]["note"] == "Marketing plan"
    assert found["records"][0]["status"] == "Draft"
    found = _groups(people.staff.browser(), "plan")
    assert "/plans/list/" in [hit["url"] for hit in found["pages"]]
    assert "/plans/add" in [hit["url"] for hit in found["actions"]]
    assert _groups(people.staff.browser(), "季")["records"], "one character is enough"


def test_nothing_is_found_beyond_scope_and_rights(people: People, session: Session) -> None:
    _plans(session, people.colleague, "别人的秘密计划")
    assert "records" not in _groups(people.staff.browser(), "秘密")
    assert len(_groups(people.senior.browser(), "秘密")["records"]) == 1
    for person in (people.partner, people.stranger):
        found = _groups(person.browser(), "a")
        addresses = [hit["url"] for hits in found.values() for hit in hits]
        assert not [url for url in addresses if url.startswith(("/plans", "/users", "/employees"))], addresses
    senior = _groups(people.senior.browser(), "")
    assert "actions" not in senior, "who may add nothing is offered nothing to add"


def test_the_record_with_this_number_stands_first(people: People, session: Session) -> None:
    keys = _plans(session, people.staff, *(f"计划{number}" for number in range(PER_TYPE + 3)))
    with acting_as(SYSTEM):
        wanted = session.get_one(MarketingPlan, keys[0])
        wanted.code = "MP-7"
        for number, key in enumerate(keys[1:]):
            session.get_one(MarketingPlan, key).code = f"MP-7{number}"
        session.commit()
    hits = _groups(people.staff.browser(), "mp-7")["records"]
    assert hits[0]["url"] == f"/plans/show/{keys[0]}"
    assert len(hits) == PER_TYPE


def test_what_lies_in_the_bin_is_not_found(people: People, session: Session) -> None:
    (key,) = _plans(session, people.staff, "废弃计划")
    client = people.staff.browser()
    assert "records" in _groups(client, "废弃")
    client.post(f"/plans/delete/{key}", data={"csrf_token": client.csrf_token()})
    assert "records" not in _groups(client, "废弃")


def test_the_cost_is_bounded_by_the_number_of_types(app: Flask, people: People, session: Session) -> None:
    """One statement for numbers, one or two per type (PostgreSQL looks among the newest first), one for titles."""
    _plans(session, people.director, *(f"MP-1 计划{number}" for number in range(40)))
    client = people.director.browser()
    _groups(client, "1")
    with statements_of(db.engine) as sent:
        _groups(client, "1")
    types = len(_searchable(_permissions(session, people.director)))
    per_type = 1 if db.engine.dialect.name == "sqlite" else 2
    assert types > 10
    assert len(sent) <= 1 + types * per_type + 1 + FRAME, "\n".join(sent)
    with statements_of(db.engine) as sent:
        _groups(client, "")
    assert len(sent) <= FRAME


def _permissions(session: Session, person: Person) -> frozenset[tuple[str, str]]:
    return frozenset(
        (pair.permission.name, pair.view_menu.name) for role in person.user.roles for pair in role.permissions
    )


@pytest.mark.parametrize("text", ["%", "_", "'", '"', "\\", "<script>", "😀", "MP-'1"])
def test_any_text_is_an_honest_question(people: People, session: Session, text: str) -> None:
    _plans(session, people.staff, "普通计划")
    client = people.staff.browser()
    _groups(client, text)
    page = client.get("/search", query_string={"q": text})
    assert page.status_code == 200
    assert "<script>" not in page.text.split("<main", 1)[1]


def test_bad_questions_are_refused_and_nobody_asks_unseen(people: People) -> None:
    client = people.staff.browser()
    for text in ("x" * 101, "a\x00b"):
        assert client.get("/search.json", query_string={"q": text}).status_code == 400
        assert client.get("/search", query_string={"q": text}).status_code == 400
    for path in ("/search", "/search.json"):
        answer = people.anonymous().get(path)
        assert answer.status_code == 302
        assert "/login/" in answer.location


def test_the_plain_page_shows_the_same_by_type(people: People, session: Session) -> None:
    (key,) = _plans(session, people.staff, "春季新品推广")
    page = people.staff.browser().get("/search", query_string={"q": "新品"}).text
    assert f'href="/plans/show/{key}"' in page
    assert 'href="/plans/list/?q=%E6%96%B0%E5%93%81"' in page
    assert "No record holds" in people.staff.browser().get("/search?q=zzzz").text
