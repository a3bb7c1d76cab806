"""Every REST resource × everybody: nothing without a token, nothing without the right, nothing out of scope."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from app.security.access import Rights, load_log_in
from app.security.roles import ROLES, STAFF
from models.audit import AuditEvent
from models.base import Owned
from tests.contracts.sample_rows import SampleRows
from tests.fixtures_people import People, Person, PortalClient
from views.resources import Resource, resource_classes

NOBODYS_KEY = 2**31 - 1
RESOURCES = resource_classes()


@dataclass(frozen=True)
class Route:
    """One operation of a resource."""

    method: str
    path: str
    permission: str


def routes_of(resource: type[Resource], key: int = NOBODYS_KEY) -> list[Route]:
    base = f"/api/v1/{resource.resource_name}"
    every = {
        "get_list": Route("GET", base, "can_list"),
        "post": Route("POST", base, "can_add"),
        "get": Route("GET", f"{base}/{key}", "can_show"),
        "put": Route("PUT", f"{base}/{key}", "can_edit"),
        "delete": Route("DELETE", f"{base}/{key}", "can_delete"),
        "restore": Route("POST", f"{base}/{key}/restore", "can_restore"),
    }
    return [route for name, route in every.items() if name not in resource.exclude_route_methods]


def send(client: PortalClient, route: Route, body: Any = None) -> Any:
    has_body = route.method in {"PUT", "POST"}
    return client.open(route.path, method=route.method, json=(body or {}) if has_body else None)


def rights_of(session: Session, person: Person) -> Rights:
    found = load_log_in(session, person.user_id, None)
    assert found is not None
    return found.rights


def test_there_are_resources_for_all_screens_of_the_registry() -> None:
    assert len({resource.resource_name for resource in RESOURCES}) == len(RESOURCES) >= 40


def test_without_a_token_every_operation_answers_401(people: People) -> None:
    client = people.anonymous()
    for route in [route for resource in RESOURCES for route in routes_of(resource)]:
        answer = send(client, route)
        assert (answer.status_code, answer.json["code"]) == (401, "no-token"), route


def test_a_cookie_opens_nothing(people: People) -> None:
    client = people.administrator.browser()
    for route in [route for resource in RESOURCES for route in routes_of(resource)]:
        assert send(client, route).status_code == 401, route


@pytest.mark.slow
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # rights do not depend on the database
def test_each_role_may_exactly_what_its_rights_say(people: People, session: Session) -> None:
    """Every person × every operation; what is allowed then fails only on the key or the empty body."""
    wrong, pairs = [], 0
    for name, person in people.all().items():
        client, rights = person.api(), rights_of(session, person)
        for resource in RESOURCES:
            for route in routes_of(resource):
                pairs += 1
                status = send(client, route).status_code
                is_allowed = (route.permission, resource.class_permission_name) in rights.permissions
                expected = {200, 404, 422} if is_allowed else {403}
                if status not in expected:
                    wrong.append((name, route.method, route.path, status, is_allowed))
    assert not wrong
    assert pairs >= 2_000


def test_a_missing_right_is_written_to_the_trail(people: People, session: Session) -> None:
    before = session.scalar(
        select(func.count()).select_from(AuditEvent).where(AuditEvent.reason == "no-right")
    )
    answer = people.stranger.api().get("/api/v1/plans")
    assert answer.status_code == 403
    assert set(answer.json) == {"code", "message", "details", "request_id"}
    after = session.scalar(
        select(func.count()).select_from(AuditEvent).where(AuditEvent.reason == "no-right")
    )
    assert after == (before or 0) + 1


def _owner_bound(model: Any) -> str | None:
    """Return the record type whose owner decides who sees the rows; None for what everybody sees."""
    parent = getattr(model, "__locked_with__", None) or getattr(model, "__scope_via__", None)
    if parent:
        return _owner_bound(model.__mapper__.relationships[parent].mapper.class_)
    return str(model.__tablename__) if issubclass(model, Owned) else None


def test_rows_of_others_do_not_exist(people: People, session: Session) -> None:
    """A staff member meets 404 on every record of a colleague in another department, and lists none."""
    with acting_as(SYSTEM):
        rows = SampleRows(session, people.colleague)
        keys = {resource: rows.of(resource.screen_class.datamodel.obj).id for resource in RESOURCES}
        session.commit()
    staff = next(seed for seed in ROLES if seed.name == STAFF)
    client, rights, checked = people.staff.api(), rights_of(session, people.staff), 0
    for resource, key in keys.items():
        owner_type = _owner_bound(resource.screen_class.datamodel.obj)
        if owner_type is None or owner_type in staff.scopes:
            continue
        for route in routes_of(resource, key):
            if (route.permission, resource.class_permission_name) not in rights.permissions:
                continue
            answer = send(client, route)
            if route.permission == "can_list":
                assert key not in [row["id"] for row in answer.json["result"]], route
            elif route.permission != "can_add":
                checked += 1
                assert answer.status_code == 404, route
    assert checked >= 60
    for resource, key in keys.items():  # and nothing happened to any of them
        assert session.get(resource.screen_class.datamodel.obj, key, populate_existing=True) is not None


def test_rows_in_scope_are_shown_to_whoever_may_see_all(people: People, session: Session) -> None:
    with acting_as(SYSTEM):
        rows = SampleRows(session, people.colleague)
        keys = {resource: rows.of(resource.screen_class.datamodel.obj).id for resource in RESOURCES}
        session.commit()
    administrator, rights = people.administrator.api(), rights_of(session, people.administrator)
    for resource, key in keys.items():
        if ("can_show", resource.class_permission_name) not in rights.permissions:
            continue
        answer = administrator.get(f"/api/v1/{resource.resource_name}/{key}")
        assert answer.status_code == 200, resource
        assert answer.json["result"]["id"] == key
        listed = administrator.get(f"/api/v1/{resource.resource_name}?size=200").json
        assert key in [row["id"] for row in listed["result"]], resource


def test_a_foreign_row_cannot_be_referred_to(people: People, session: Session) -> None:
    """A staff member cannot hang a goal under a plan that is not his to see."""
    with acting_as(SYSTEM):
        rows = SampleRows(session, people.colleague)
        body = {
            "plan_id": rows.of(_model("plans")).id,
            "objective_id": rows.of(_model("objectives")).id,
            "metric_id": rows.of(_model("metrics")).id,
            "target_value": "1",
            "weight": "50",
        }
        session.commit()
    answer = people.staff.api().post("/api/v1/plan-goals", json=body)
    assert (answer.status_code, answer.json["code"]) == (422, "unknown-reference")
    assert answer.json["details"]["field"] == "plan_id"


def _model(name: str) -> Any:
    return next(one for one in RESOURCES if one.resource_name == name).screen_class.datamodel.obj


def test_the_token_decides_who_acts_whatever_cookie_comes_along(people: People) -> None:
    browser = people.administrator.browser()
    browser.token = people.stranger.token()
    assert browser.get("/api/v1/departments").status_code == 403
    browser.token = None
    assert browser.get("/api/v1/departments").status_code == 401


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_changes_nothing(people: People, session: Session, method: str) -> None:
    count = select(func.count()).select_from(AuditEvent)
    client = people.administrator.api()
    before = session.scalar(count)
    for resource in RESOURCES:
        client.open(f"/api/v1/{resource.resource_name}", method=method)
    assert session.scalar(count) == before


def test_every_address_of_the_interface_is_guarded(app: Flask) -> None:
    """No rule below /api/ that this walk does not know: a new one must come with its own test."""
    known = {resource.__name__ for resource in RESOURCES} | {"ApprovalApi", "OpenApiResource", "TokenApi"}
    found = {
        rule.endpoint.split(".")[0] for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")
    }
    assert found == known
