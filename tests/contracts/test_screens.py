"""Every screen × every route × everybody: who gets in, what a bad address answers, what no answer carries."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.core.actor import SYSTEM, acting_as
from app.security.access import Rights, load_log_in
from app.security.roles import ROLES, STAFF
from models.audit import AuditEvent
from models.base import Owned
from models.users import PortalUser
from tests.contracts.sample_rows import SampleRows
from tests.fixtures_people import People, Person, PortalClient
from views.base import Screen
from views.fields import Kind
from views.registry import SCREENS

NOBODYS_KEY = 2**31 - 1
CLASSES: list[type[Screen]] = [entry.screen for entry in SCREENS]
PUBLIC = {
    "static", "appbuilder.static", "SessionView.login", "SessionView.language", "SessionView.appearance", "SessionView.logout",
    "HealthView.livez", "HealthView.readyz", "TokenApi.login", "TokenApi.refresh",
    "PasswordResetView.forgot", "PasswordResetView.reset",
}  # fmt: skip
"""Every door that stands open to nobody in particular; a new one is a decision, and is written here."""
SECRET_TEXTS = {"CustomerIdentityView": ("0" * 64,)}
"""Screen → stored values of its sample row that no page may show: the hash of a contact way."""
NEEDS_A_FILE = {"file", "preview"}
"""Routes that name a file of the record besides it; without one there is nothing to send."""
ONE_DATABASE = pytest.mark.parametrize(
    "app", ["sqlite"], indirect=True
)  # decided before the database is asked


@dataclass(frozen=True)
class Route:
    """One way to call one screen.

    Attributes:
        verb: what the route asks for; its right is `can_<verb>`.
    """

    screen: type[Screen]
    verb: str
    method: str
    path: str


def routes_of(app: Flask, screen: type[Screen], key: object = NOBODYS_KEY) -> Iterator[Route]:
    """Every route of a screen as the portal's own map has it, with a key and a column filled in."""
    for rule in app.url_map.iter_rules():
        name, _, called = rule.endpoint.partition(".")
        if name != screen.__name__ or rule.rule.startswith("/api/"):
            continue
        verb = getattr(getattr(screen, called), "_permission_name", called)
        path = rule.rule.replace("<pk>", str(key)).replace("<column>", _picked_column(app, screen))
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield Route(screen, verb, method, path)


def _view(app: Flask, screen: type[Screen]) -> Screen:
    found: Screen = next(view for view in app.appbuilder.baseviews if type(view) is screen)  # type: ignore[attr-defined]
    return found


def _picked_column(app: Flask, screen: type[Screen]) -> str:
    view = _view(app, screen)
    picked = [
        name for name in (*view.filter_columns, *view.add_columns) if view.fields[name].kind is Kind.RELATION
    ]
    return picked[0] if picked else "id"


def send(
    client: PortalClient, route: Route, data: dict[str, Any] | None = None, *, token: bool = True
) -> Any:
    """Send a request to a route; a form carries a good token unless it shall not."""
    if route.method == "GET":
        return client.get(route.path)
    own = {"csrf_token": client.csrf_token()} if token else {}
    return client.post(route.path, data={**own, **(data or {})})


def rights_of(session: Session, person: Person) -> Rights:
    found = load_log_in(session, person.user_id, None)
    assert found is not None
    return found.rights


def _stored(session: Session, owner: Person) -> dict[type[Screen], int]:
    """One row of every screen, in one person's hands."""
    with acting_as(SYSTEM):
        rows = SampleRows(session, owner)
        keys = {screen: rows.of(screen.datamodel.obj).id for screen in CLASSES}
        session.commit()
    return keys


def _owner_bound(model: type[Any]) -> str | None:
    """The record type whose owner decides who sees the rows; None for what everybody sees."""
    parent = getattr(model, "__locked_with__", None) or getattr(model, "__scope_via__", None)
    if parent:
        return _owner_bound(model.__mapper__.relationships[parent].mapper.class_)
    return str(vars(model)["__tablename__"]) if issubclass(model, Owned) else None


def _header_faults(answer: TestResponse, *, logged_in: bool) -> list[str]:
    """What is wrong with the headers of an HTML answer."""
    policy = answer.headers.get("Content-Security-Policy", "")
    checks = {
        "policy": "default-src 'self'" in policy
        and "unsafe" not in policy
        and "frame-ancestors 'none'" in policy,
        "nosniff": answer.headers.get("X-Content-Type-Options") == "nosniff",
        "frames": answer.headers.get("X-Frame-Options") == "DENY",
        "no-store": not logged_in or "no-store" in answer.headers.get("Cache-Control", ""),
        "no server name": "Werkzeug" not in answer.headers.get("Server", ""),
    }
    return [name for name, is_good in checks.items() if not is_good]


@ONE_DATABASE
def test_nobody_gets_no_further_than_the_log_in(app: Flask, people: People) -> None:
    """Every rule of the portal, pages and resources alike, unless it stands in `PUBLIC`."""
    client, open_doors, unknown = (
        people.anonymous(),
        [],
        PUBLIC - {rule.endpoint for rule in app.url_map.iter_rules()},
    )
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PUBLIC:
            continue
        path = rule.rule
        for argument in rule.arguments:
            path = path.replace(f"<{argument}>", "1").replace(f"<path:{argument}>", "1")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            route = Route(Screen, "", method, path)
            if rule.rule.startswith("/api/"):
                answer = client.open(path, method=method, json=None if method in {"GET", "DELETE"} else {})
            else:
                answer = send(client, route)
            to_log_in = answer.status_code == 302 and "/login/" in answer.headers["Location"]
            if not (answer.status_code == 401 or to_log_in):
                open_doors.append((method, path, answer.status_code))
    assert open_doors == []
    assert unknown == set()


@ONE_DATABASE
def test_without_a_right_every_route_is_refused(app: Flask, people: People) -> None:
    client, wrong, tried = people.stranger.browser(), [], 0
    for screen in CLASSES:
        for route in routes_of(app, screen):
            tried += 1
            answer = send(client, route)
            if answer.status_code != 403:
                wrong.append((route.method, route.path, answer.status_code))
    assert wrong == []
    assert tried >= 300


@ONE_DATABASE
def test_each_role_gets_exactly_where_its_rights_say(app: Flask, people: People, session: Session) -> None:
    """All that is granted, and a sample of what is not: each refusal writes an entry of the trail."""
    wrong = []
    for person in (people.staff, people.inspector):
        client, rights = person.browser(), rights_of(session, person)
        for number, screen in enumerate(CLASSES):
            for route in routes_of(app, screen):
                is_allowed = (f"can_{route.verb}", screen.__name__) in rights.permissions
                if not is_allowed and number % 10:
                    continue
                status = send(client, route).status_code
                if (status == 403) is is_allowed:
                    wrong.append((person.role, route.method, route.path, status, is_allowed))
    assert wrong == []


def test_who_may_see_all_opens_every_page(app: Flask, people: People, session: Session) -> None:
    """Each page of each kind of record answers 200, with all its headers and without anything secret."""
    keys = _stored(session, people.colleague)
    secrets = [text for text in session.scalars(select(PortalUser.password)) if text]
    client, rights, wrong, opened = (
        people.administrator.browser(),
        rights_of(session, people.administrator),
        [],
        0,
    )
    for screen in CLASSES:
        for route in routes_of(app, screen, keys[screen]):
            if route.method != "GET" or (f"can_{route.verb}", screen.__name__) not in rights.permissions:
                continue
            if route.path.split("/")[2] in NEEDS_A_FILE:
                continue
            if (
                route.verb == "lookup"
                and route.path.rpartition("/")[2] not in _view(app, screen).filter_columns
            ):
                continue  # a picker of a form that this person may not open
            answer = client.get(route.path)
            faults = _header_faults(answer, logged_in=True) if answer.mimetype == "text/html" else []
            opened += 1
            leaks = any(
                secret in answer.text
                for secret in [*secrets, *SECRET_TEXTS.get(screen.__name__, ()), "value_hash", "pbkdf2:"]
            )
            is_locked = answer.status_code == 409 and route.verb == "edit"  # some samples stand as approved
            if faults or leaks or not (answer.status_code == 200 or is_locked):
                wrong.append((route.path, answer.status_code, faults, leaks))
    assert wrong == []
    assert opened >= 150


def test_rows_of_others_do_not_exist(app: Flask, people: People, session: Session) -> None:
    keys = _stored(session, people.colleague)
    seed = next(role for role in ROLES if role.name == STAFF)
    client, rights, wrong, checked = people.staff.browser(), rights_of(session, people.staff), [], 0
    for screen, key in keys.items():
        owner_type = _owner_bound(screen.datamodel.obj)
        if owner_type is None or owner_type in seed.scopes:
            continue
        for route in routes_of(app, screen, key):
            if str(key) not in route.path or (f"can_{route.verb}", screen.__name__) not in rights.permissions:
                continue
            checked += 1
            status = send(client, route).status_code
            if status != 404:
                wrong.append((route.method, route.path, status))
    assert wrong == []
    assert checked >= 60
    for screen, key in keys.items():  # and nothing happened to any of them
        assert session.get(screen.datamodel.obj, key, populate_existing=True) is not None


@ONE_DATABASE
def test_changes_go_by_post_with_a_token_only(app: Flask, people: People, session: Session) -> None:
    """No change by reading, none without the page's own token: neither leaves a trace."""
    keys = _stored(session, people.administrator)
    client, wrong, tried = people.administrator.browser(), [], 0
    count = select(func.count()).select_from(AuditEvent)
    before = session.scalar(count)
    for screen in CLASSES:
        routes = list(routes_of(app, screen, keys[screen]))
        readable = {route.path for route in routes if route.method == "GET"}
        for route in [route for route in routes if route.method == "POST"]:
            tried += 1
            status = send(client, route, token=False).status_code
            if status != 400:
                wrong.append(("no token", route.path, status))
            if route.path not in readable and client.get(route.path).status_code != 405:
                wrong.append(("by reading", route.path, 0))
    assert wrong == []
    assert tried >= 120
    assert session.scalar(count) == before


BAD_ADDRESSES = [
    "page=abc", "page=99999999999", "page=-1", "size=-1", "size=1000000000", "sort=nosuch", "sort=created_by.password",
    "sort=custom_data", "sort=__class__", "f.nosuch.eq=1", "f.id.nosuch=1", "f.created_by.password.eq=1", "f.id.eq=abc",
    "f.id.eq=" + "9" * 31, "f.id.eq=%00", "q=%00", "q=" + "(" * 400, "after=x", "after=WzFd", "f..=1",
]  # fmt: skip


def test_a_bad_address_of_a_list_is_refused_with_a_sentence(people: People) -> None:
    administrator, inspector, wrong = people.administrator.browser(), people.inspector.browser(), []
    paths = {"/plans/export.csv": inspector}
    paths |= dict.fromkeys(
        ("/plans/list/", "/customers/list/", "/purchases/list/", "/departments/list/"), administrator
    )
    for path, client in paths.items():
        for address in BAD_ADDRESSES:
            answer = client.get(f"{path}?{address}")
            if answer.status_code != 400 or "<h1" not in answer.text:
                wrong.append((path, address[:40], answer.status_code))
    assert wrong == []


BAD_FILTERS = ["f.fiscal_year.eq=x", "f.start_on.ge=2026-02-30", "f.start_on.ge=yesterday", "f.budget_amount.ge=NaN",
               "f.budget_amount.ge=1e99", "f.status.in=nosuch", "f.department_id.in=x", "f.name.contains=%00"]  # fmt: skip


@pytest.mark.parametrize("address", BAD_FILTERS)
def test_a_bad_value_of_a_filter_is_refused(people: People, address: str) -> None:
    assert people.administrator.browser().get(f"/plans/list/?{address}").status_code == 400


def test_a_bad_key_is_nothing(app: Flask, people: People, session: Session) -> None:
    client, rights, wrong, tried = people.staff.browser(), rights_of(session, people.staff), [], 0
    for screen in CLASSES[:3]:
        for key in ("0", "-1", "1" + "0" * 30, "abc", "1.0", "None", "%00", "²"):
            for route in routes_of(app, screen, key):
                if (
                    not route.path.endswith(f"/{key}")
                    or (f"can_{route.verb}", screen.__name__) not in rights.permissions
                ):
                    continue
                tried += 1
                status = send(client, route).status_code
                wrong += [(route.method, route.path, status)] if status != 404 else []
    assert wrong == []
    assert tried >= 60


BAD_FORMS = [
    {"budget_amount": "abc"}, {"budget_amount": "NaN"}, {"budget_amount": "9" * 40}, {"budget_amount": "1.005"},
    {"start_on": "2026-02-30"}, {"start_on": "x"}, {"plan_type": "nosuch"}, {"fiscal_year": "9" * 30}, {"fiscal_year": "x"},
    {"department_id": "x"}, {"department_id": "9" * 30}, {"name": "a\x00b"}, {"name": "名" * 5_000}, {"request_key": "x"},
]  # fmt: skip


@pytest.mark.parametrize(
    "typed", BAD_FORMS, ids=[next(iter(row)) + str(number) for number, row in enumerate(BAD_FORMS)]
)
def test_a_bad_form_is_refused_with_what_was_typed(people: People, typed: dict[str, str]) -> None:
    client = people.staff.browser()
    answer = client.post("/plans/add", data={"csrf_token": client.csrf_token(), **typed})
    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.text


@pytest.mark.parametrize(
    ("language", "sentence", "gone"),
    [
        ("zh", "不是有效的小数。", "此处没有内容，或您无权查看。"),
        ("zh_Hant_TW", "不是有效的小數。", "此處沒有內容，或您無權檢視。"),
        ("en", "Not a valid decimal value.", "There is nothing here, or it is not yours to see."),
    ],
)
@ONE_DATABASE
def test_forms_and_errors_speak_the_language_of_the_page(
    people: People, session: Session, language: str, sentence: str, gone: str
) -> None:
    people.staff.user.language = language
    session.commit()
    client = people.staff.browser()
    page = client.post("/plans/add", data={"csrf_token": client.csrf_token(), "budget_amount": "abc"})
    assert sentence in page.text
    assert gone in client.get("/plans/show/0").text
    assert _header_faults(page, logged_in=True) == []
