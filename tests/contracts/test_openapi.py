"""The description of the REST interface says what is there, no more and no less."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from models.users import PortalUser
from tests.fixtures_people import People
from views.openapi import OpenApiResource

ADDRESS = "/api/v1/_openapi"
pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # it depends on no database


@pytest.fixture
def described(people: People) -> dict[str, Any]:
    answer = people.staff.api().get(ADDRESS)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json
    return found


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def test_it_needs_a_token_and_the_right(people: People) -> None:
    assert people.anonymous().get(ADDRESS).status_code == 401
    assert people.stranger.api().get(ADDRESS).status_code == 403


def test_every_route_is_described_and_nothing_else(app: Flask, described: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method, _ in operations(described)} == routes


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    references = set(re.findall(r'"\$ref": "#/components/([^"]+)"', json.dumps(described)))
    assert len(references) > 100
    for kind, name in (reference.split("/") for reference in references):
        assert name in described["components"][kind], name


def test_every_operation_tells_its_refusals(described: dict[str, Any]) -> None:
    for path, method, operation in operations(described):
        answers = set(operation["responses"])
        assert {"400", "401", "403", "503"} <= answers, (method, path)
        assert "requestBody" not in operation or {"413", "415", "422"} <= answers, (method, path)
        assert "{pk}" not in path or "404" in answers, (method, path)
        assert operation.get("security") == ([] if path.endswith("/login") else [{"bearer": []}])
    assert len({operation["operationId"] for *_, operation in operations(described)}) == len(
        list(operations(described))
    )


def test_it_is_kept_once_per_language(people: People, session: Session) -> None:
    """The first caller's language must not be everybody's."""
    client, user = people.staff.api(), session.get_one(PortalUser, people.staff.user_id)
    for language in ("en", "zh"):
        user.language = language
        session.commit()
        assert client.get(ADDRESS).status_code == 200
        assert language in OpenApiResource._texts


def test_bodies_name_types_exactly(described: dict[str, Any]) -> None:
    plan = described["components"]["schemas"]["MarketingPlan.New"]
    assert plan["additionalProperties"] is False
    assert set(plan["required"]) >= {"name", "plan_type", "fiscal_year", "start_on", "end_on"}
    assert plan["properties"]["budget_amount"]["pattern"] == r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,2})?$"
    assert plan["properties"]["plan_type"]["enum"] == ["year", "quarter", "month"]
    assert plan["properties"]["start_on"]["format"] == "date"
    assert plan["properties"]["department_id"]["type"] == "integer"
    change = described["components"]["schemas"]["MarketingPlan.Change"]
    assert change["required"] == ["row_version"]
