"""Thousands of generated requests to every operation of the REST interface: no answer is a 5xx.

Schemathesis reads the interface's own description and makes requests that follow it and requests that do
not. They are made once and sent to each database as a staff member and as an administrator; every other one
has its keys replaced by keys of stored rows, so that it gets past the look-ups into the rules. Each answer
must be one that the description names, in the form that it promises.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from random import Random
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask_appbuilder.security.sqla.models import PermissionView, Role
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from app.security.seed import owned_record_types
from models.users import DataScope, PortalUser, Scope
from tests.contracts.sample_rows import SampleRows
from tests.fixtures_people import People, fresh_context
from views.openapi import specification
from views.resources import resource_classes

CASES = 2
"""Generated requests per operation and kind (following the description, or not): about 255 operations and two
kinds make some 1,000 requests, sent by two persons on SQLite and by one on PostgreSQL."""
MUTATIONS = 8
"""Hand-made bad lists and bad bodies per resource and database."""
PERSONS = {"sqlite": ("staff", "administrator"), "postgresql": ("administrator",)}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
_QUIET = settings(
    max_examples=CASES,
    derandomize=True,  # the same requests on every machine
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Door:
    """The WSGI application that the generated requests go to: the portal of the test that runs."""

    portal: Flask

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request in a context of its own, as a server does."""
        with fresh_context(self.portal):
            return [b"".join(self.portal(environ, start_response))]


_door = Door()


@cache
def requests() -> list[Any]:
    """Return the generated requests; they depend on the description only, not on the database."""
    with _door.portal.test_request_context():
        described = json.loads(json.dumps(specification(), default=str))
    schema = schemathesis.openapi.from_dict(described)
    schema.app = _door
    return [
        case
        for operation in map(_described, schema.get_all_operations())
        for mode in _MODES
        for case in _generated(operation, mode)
    ]


def _described(found: Any) -> Any:
    return found.ok()  # raises what is wrong with the description, if anything is


def _generated(operation: Any, mode: GenerationMode) -> list[Any]:
    found: list[Any] = []

    @_QUIET
    @given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: Any) -> None:
        found.append(case)

    collect()
    return found


class Keys:
    """Keys of stored rows: of the record that an address names, and of the rows that a body refers to."""

    def __init__(self, people: People, session: Session) -> None:
        with acting_as(SYSTEM):
            rows = SampleRows(session, people.staff)
            self.of_resource = {
                one.resource_name: rows.of(one.screen_class.datamodel.obj).id for one in resource_classes()
            }
            session.commit()
        self.of_model = {
            one.screen_class.datamodel.obj: self.of_resource[one.resource_name] for one in resource_classes()
        }
        self.fields = {
            view.resource_name: {**view.shape.added, **view.shape.edited}
            for view in people.app.extensions["portal_builder"].baseviews
            if type(view) in resource_classes()
        }

    def put_into(self, case: Any) -> Any:
        """Return the request with its random keys replaced by keys of stored rows."""
        resource = case.operation.path.split("/")[3]
        path, body = case.path_parameters, case.body
        if resource in self.of_resource and path:
            path = {"pk": self.of_resource[resource]}
        if isinstance(body, dict) and resource in self.fields:
            fields = self.fields[resource]
            body = {
                name: self.of_model.get(fields[name].target, value)
                if self._is_key(fields.get(name), value)
                else value
                for name, value in body.items()
            }
            if type(body.get("row_version")) is int:
                body["row_version"] = 1
        return case.operation.Case(
            method=case.method,
            path_parameters=path,
            headers=case.headers,
            cookies=case.cookies,
            query=case.query,
            body=body,
            media_type=case.media_type,
        )

    @staticmethod
    def _is_key(described: Any, value: Any) -> bool:
        return described is not None and described.relation is not None and type(value) is int


@pytest.fixture
def may_all(people: People, session: Session) -> People:
    """The people, the administrator with every right on every row, so that his requests reach every rule."""
    with acting_as(SYSTEM):
        role = Role(name="Everything", permissions=list(session.scalars(select(PermissionView))))
        session.add(role)
        session.flush()
        session.add_all(
            DataScope(role_id=role.id, record_type=name, scope=Scope.ALL.value)
            for name in owned_record_types()
        )
        user = session.get_one(PortalUser, people.administrator.user_id)
        user.roles = [*user.roles, role]
        session.commit()
    return people


@pytest.mark.slow
@pytest.mark.xdist_group("fuzz")  # the requests are made once per process
def test_no_generated_request_gets_a_5xx(app: Flask, may_all: People, session: Session) -> None:
    _door.portal = app
    keys = Keys(may_all, session)
    sent, wrong = 0, []
    statuses: Counter[int] = Counter()
    for name in PERSONS[session.get_bind().dialect.name]:
        headers = {"Authorization": f"Bearer {may_all.all()[name].token()}"}
        for number, case in enumerate(requests()):
            if "/security/" in case.operation.path:
                app.extensions["portal_builder"].sm.limiter.reset()
            asked = keys.put_into(case) if number % 2 else case
            answer = asked.call(headers=headers)
            sent += 1
            statuses[answer.status_code] += 1
            try:
                asked.validate_response(answer, checks=CHECKS)
            except FailureGroup as failures:
                wrong.append(
                    f"{name}: {asked.as_curl_command(headers)}\n  {answer.status_code} {failures.exceptions}"
                )
            if answer.status_code == 204 and asked.operation.path.endswith("/logout"):
                headers = {"Authorization": f"Bearer {may_all.all()[name].token()}"}
    assert sent >= 1_000 * len(PERSONS[session.get_bind().dialect.name])
    assert not wrong, f"{len(wrong)} of {sent}:\n" + "\n".join(wrong[:20])
    assert min(statuses[status] for status in (200, 201, 204, 400, 401, 404, 422)) >= 5, statuses


NASTY_TEXTS = (
    "", " ", "0", "-1", "1", "true", "null", "NaN", "1e400", "9" * 30, "²", "١", "\x00", "a\x00b", "%", "_", "\\", "'", '"',
    "' OR 1=1 --", "../../etc/passwd", "{{7*7}}", "长" * 101, "😀" * 50, "\u202e", "\ufeff", "0001-01-01", "9999-12-31",
    "2026-02-30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "99999999999999.9999", "-0.00", "1,2,3", ",",
    "WzEsMV0=", "WyJhIiwxXQ==", "W251bGwsMV0=", "bnVsbA==",
)  # fmt: skip
NASTY_VALUES: tuple[Any, ...] = (
    *NASTY_TEXTS,
    None,
    True,
    False,
    0,
    -1,
    1,
    1.5,
    2**31,
    2**63,
    -(2**64),
    10**40,
    [],
    {},
    [1],
    {"id": 1},
    [[[]]],
)


def _addresses(dice: Random, view: Any) -> Iterator[dict[str, str]]:
    """Bad lists: any parameter with any text."""
    operators = ("eq", "ne", "ge", "le", "gt", "lt", "in", "prefix", "contains", "empty", "nosuch")
    for _ in range(MUTATIONS):
        names = [f"f.{dice.choice([*view.shape.filters])}.{dice.choice(operators)}" for _ in range(2)]
        names += dice.sample(["q", "sort", "page", "size", "after", "bin"], 2)
        query = {name: dice.choice(NASTY_TEXTS) for name in dice.sample(names, dice.randint(1, 3))}
        if dice.random() < 0.5:
            query["sort"] = dice.choice(["", "-"]) + dice.choice(view.shape.sortable)
        yield query


def _bodies(dice: Random, columns: dict[str, Any], valid: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Bad records: what is stored already, with one or two fields of any value."""
    for _ in range(MUTATIONS):
        body = {name: valid[name] for name in columns if name in valid}
        for name in dice.sample([*columns], min(len(columns), dice.randint(1, 2))):
            body[name] = dice.choice(NASTY_VALUES)
        yield body


@pytest.mark.slow
def test_no_hand_made_request_gets_a_5xx(app: Flask, may_all: People, session: Session) -> None:
    """Lists with bad parameters and records with bad values, on every resource."""
    keys, dice, client = Keys(may_all, session), Random(20260101), may_all.administrator.api()
    statuses: Counter[int] = Counter()
    wrong = []
    for view in app.extensions["portal_builder"].baseviews:
        if type(view) not in resource_classes():
            continue
        base = f"/api/v1/{view.resource_name}"
        stored = client.get(f"{base}/{keys.of_resource[view.resource_name]}").json["result"]
        asked = [(base, "GET", {"query_string": query}) for query in _addresses(dice, view)]
        asked += [(base, "POST", {"json": body}) for body in _bodies(dice, dict(view.shape.added), stored)]
        asked += [
            (f"{base}/{stored['id']}", "PUT", {"json": body})
            for body in _bodies(dice, dict(view.shape.edited), stored)
        ]
        for path, method, content in asked:
            answer = client.open(path, method=method, **content)
            statuses[answer.status_code] += 1
            is_plain = answer.status_code < 400 or set(answer.json) == {
                "code",
                "message",
                "details",
                "request_id",
            }
            if answer.status_code >= 500 or not is_plain:
                wrong.append(f"{method} {path} {content}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, f"{len(wrong)} of {statuses.total()}:\n" + "\n".join(wrong[:20])
    assert statuses.total() >= 900
    assert min(statuses[status] for status in (200, 201, 400, 422)) >= 20, (
        statuses
    )  # past the door, into the rules
    assert set(statuses) <= {200, 201, 400, 409, 422}, statuses
