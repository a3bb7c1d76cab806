"""Bad input to the REST interface: always a 4xx with a code, the field, and nothing stored."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.org import Department
from tests.contracts.test_rest_records import PLAN
from tests.fixtures_people import People

DEPARTMENT = {"name": "新部门", "kind": "sales"}

BODIES: list[tuple[str, Any, int, str, str]] = [
    ("unknown field", {"nosuch": 1}, 422, "unknown-field", "nosuch"),
    ("field of the portal", {"code": "D-1"}, 422, "unknown-field", "code"),
    ("key", {"id": 5}, 422, "unknown-field", "id"),
    ("owner of the row", {"created_by_id": 1}, 422, "unknown-field", "created_by_id"),
    ("custom fields", {"custom_data": {}}, 422, "unknown-field", "custom_data"),
    ("name of a relationship", {"parent": {"id": 1}}, 422, "unknown-field", "parent"),
    ("attribute of the class", {"__class__": "x"}, 422, "unknown-field", "__class__"),
    ("number for text", {"name": 5}, 422, "bad-value", "name"),
    ("object for text", {"name": {"a": 1}}, 422, "bad-value", "name"),
    ("list for text", {"name": ["a"]}, 422, "bad-value", "name"),
    ("true for text", {"name": True}, 422, "bad-value", "name"),
    ("null for what is required", {"name": None}, 422, "value-missing", "name"),
    ("blanks for what is required", {"name": "  \n"}, 422, "value-missing", "name"),
    ("too long", {"name": "长" * 81}, 422, "too-long", "name"),
    ("NUL", {"name": "a\x00b"}, 422, "bad-value", "name"),
    ("half a surrogate pair", {"name": "\ud800"}, 422, "bad-value", "name"),
    ("unknown choice", {"kind": "nosuch"}, 422, "bad-value", "kind"),
    ("list for a choice", {"kind": ["sales"]}, 422, "bad-value", "kind"),
    ("text for a key", {"parent_id": "1"}, 422, "bad-value", "parent_id"),
    ("true for a key", {"parent_id": True}, 422, "bad-value", "parent_id"),
    ("fraction for a key", {"parent_id": 1.5}, 422, "bad-value", "parent_id"),
    ("object for a key", {"parent_id": {"id": 1}}, 422, "bad-value", "parent_id"),
    ("120 bits for a key", {"parent_id": 2**120}, 422, "bad-value", "parent_id"),
    ("key of nothing", {"parent_id": 2**31 - 1}, 422, "unknown-reference", "parent_id"),
    ("negative key", {"parent_id": -1}, 422, "unknown-reference", "parent_id"),
]


@pytest.mark.parametrize(
    ("change", "refusal"), [(row[1], row[2:]) for row in BODIES], ids=[row[0] for row in BODIES]
)
def test_a_bad_body_is_refused_with_the_field(
    people: People, session: Session, change: dict[str, Any], refusal: tuple[int, str, str]
) -> None:
    status, code, field = refusal
    count = select(func.count()).select_from(Department)
    before = session.scalar(count)
    client = people.administrator.api()
    text = json.dumps({**DEPARTMENT, **change})
    added = client.post("/api/v1/departments", data=text, content_type="application/json")
    assert (added.status_code, added.json["code"], added.json["details"].get("field")) == (
        status,
        code,
        field,
    )
    assert set(added.json) == {"code", "message", "details", "request_id"}
    assert session.scalar(count) == before

    address = f"/api/v1/departments/{people.sales.id}"
    version = client.get(address).json["result"]["row_version"]
    changed = client.put(
        address, data=json.dumps({"row_version": version, **change}), content_type="application/json"
    )
    assert (changed.status_code, changed.json["code"]) == (status, code)
    assert client.get(address).json["result"]["row_version"] == version


VALUES: list[tuple[str, Any]] = [
    ("budget_amount", 12.5),
    ("budget_amount", 12),
    ("budget_amount", "12.345"),
    ("budget_amount", "1e3"),
    ("budget_amount", "1,000.00"),
    ("budget_amount", "NaN"),
    ("budget_amount", "Infinity"),
    ("budget_amount", "1_000"),
    ("budget_amount", "١٢"),
    ("budget_amount", "9" * 16),
    ("budget_amount", ""),
    ("budget_amount", " 5"),
    ("budget_amount", "00.5"),
    ("budget_amount", {"amount": "1"}),
    ("start_on", "2026-02-30"),
    ("start_on", "20260701"),
    ("start_on", "2026-W27-3"),
    ("start_on", "2026-07-01T00:00:00"),
    ("start_on", "0000-01-01"),
    ("start_on", 20260701),
    ("quarter", "3"),
    ("quarter", 3.0),
    ("quarter", False),
    ("quarter", 10**400),
    ("fiscal_year", 2**31),
    ("fiscal_year", -(2**31)),
    ("plan_type", 1),
    ("strategy_text", "长" * 100_001),
]


@pytest.mark.parametrize(
    ("name", "value"), VALUES, ids=[f"{name}={str(value)[:20]}" for name, value in VALUES]
)
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # refused before any database is asked
def test_a_value_of_the_wrong_type_is_named(people: People, name: str, value: Any) -> None:
    body = {**PLAN, "department_id": people.marketing.id, name: value}
    answer = people.staff.api().post("/api/v1/plans", json=body)
    assert (answer.status_code, answer.json["details"]["field"]) == (422, name), answer.text


def test_instants_need_their_zone(people: People) -> None:
    client = people.staff.api()
    for value in (
        "2026-07-01T08:00:00",
        "2026-07-01",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        0,
    ):
        answer = client.post("/api/v1/activities", json={"start_at": value})
        errors = {error["field"]: error["code"] for error in answer.json["details"]["errors"]}
        assert errors["start_at"] == "bad-value", value
        assert answer.status_code == 422


def test_all_refused_fields_are_told_at_once(people: People) -> None:
    answer = people.administrator.api().post("/api/v1/departments", json={"name": 1, "nosuch": 2})
    errors = [(error["field"], error["code"]) for error in answer.json["details"]["errors"]]
    assert errors == [("name", "bad-value"), ("nosuch", "unknown-field"), ("kind", "value-missing")]


DOCUMENTS: list[tuple[str, bytes, str, int, str]] = [
    ("no JSON", b"{", "application/json", 400, "bad-json"),
    ("nothing", b"", "application/json", 400, "bad-json"),
    ("a list", b"[]", "application/json", 400, "not-an-object"),
    ("a text", b'"x"', "application/json", 400, "not-an-object"),
    ("null", b"null", "application/json", 400, "not-an-object"),
    ("NaN", b'{"name": NaN}', "application/json", 400, "bad-json"),
    ("Infinity", b'{"name": -Infinity}', "application/json", 400, "bad-json"),
    ("a huge exponent", b'{"name": 1e9999999999999999999}', "application/json", 400, "bad-json"),
    ("5,000 digits", b'{"name": ' + b"9" * 5_000 + b"}", "application/json", 400, "bad-json"),
    ("no UTF-8", b'{"name": "\xff\xfe"}', "application/json", 400, "bad-json"),
    ("100,000 levels of lists", b'{"name": ' + b"[" * 100_000, "application/json", 400, "bad-json"),
    ("100,000 levels of objects", b'{"a":' * 100_000, "application/json", 400, "bad-json"),
    ("a form", b"name=x&kind=sales", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
    ("plain text", b'{"name": "x"}', "text/plain", 415, "unsupported-media-type"),
    ("no type", b'{"name": "x"}', "", 415, "unsupported-media-type"),
    ("2 MB", b'{"name": "' + b"x" * 2_000_000 + b'"}', "application/json", 413, "request-entity-too-large"),
]


@pytest.mark.parametrize(
    ("data", "kind", "status", "code"), [row[1:] for row in DOCUMENTS], ids=[row[0] for row in DOCUMENTS]
)
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # refused before any database is asked
def test_a_body_that_is_no_json_object_is_refused(
    people: People, data: bytes, kind: str, status: int, code: str
) -> None:
    client = people.administrator.api()
    headers = {"Content-Type": kind} if kind else {}
    for method, path in (("POST", "/api/v1/departments"), ("PUT", f"/api/v1/departments/{people.sales.id}")):
        answer = client.open(path, method=method, data=data, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (status, code)


ADDRESSES = [
    ("page=-1", "bad-number"), ("page=x", "bad-number"), ("page=1.5", "bad-number"), ("page=" + "9" * 30, "bad-number"),
    ("page=²", "bad-number"), ("page=2000000&size=200", "bad-page"), ("size=201", "bad-number"), ("size=-5", "bad-number"),
    ("sort=nosuch", "bad-sort"), ("sort=kind", "bad-sort"), ("sort=created_by.password", "bad-sort"),
    ("sort=code;drop table", "bad-sort"), ("sort=-", "bad-sort"), ("nosuch=1", "unknown-parameter"),
    ("f.nosuch.eq=1", "bad-filter"), ("f.code=1", "bad-filter"), ("f.code.nosuch=1", "bad-filter"),
    ("f.parent.name.eq=1", "bad-filter"), ("f..eq=1", "bad-filter"), ("f.id.eq=x", "bad-value"),
    ("f.id.eq=" + "9" * 40, "bad-value"), ("f.parent_id.in=1,x", "bad-value"), ("f.kind.in=nosuch", "bad-value"),
    ("f.code.eq=%00", "bad-value"), ("q=%00", "bad-search"), ("q=" + "x" * 101, "bad-search"),
    ("after=x", "bad-cursor"), ("after=WzFd", "bad-cursor"), ("after=W251bGwsbnVsbF0=", "bad-cursor"),
    ("after=WyJhIiwgOTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ==", "bad-cursor"), ("after=WyJhIiwgMWU0MDBd", "bad-cursor"),
    ("after=WyJhXHUwMDAwIiwgMV0=", "bad-cursor"), ("after=" + "W1tb" * 2_000, "bad-cursor"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "code"), ADDRESSES, ids=[row[0][:40] for row in ADDRESSES])
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # refused before any database is asked
def test_a_bad_address_is_refused(people: People, address: str, code: str) -> None:
    answer = people.administrator.api().get(f"/api/v1/departments?{address}")
    assert (answer.status_code, answer.json["code"]) == (400, code), answer.text


@pytest.mark.parametrize(
    "key",
    ["0", "-1", "x", "1.0", "²", "9" * 10, "9" * 40, "1%00", "%F0%9F%98%80", "1'--", "None", "+1", " 1"],
)
def test_a_bad_key_is_nothing(people: People, key: str) -> None:
    client = people.administrator.api()
    assert client.get(f"/api/v1/departments/{key}").status_code == 404
    assert client.put(f"/api/v1/departments/{key}", json={"row_version": 1}).status_code == 404
    assert client.delete(f"/api/v1/departments/{key}").status_code == 404
    assert client.post(f"/api/v1/departments/{key}/restore").status_code == 404


def test_a_change_names_the_state_that_it_knows(people: People) -> None:
    client = people.administrator.api()
    address = f"/api/v1/departments/{people.sales.id}"
    unknown: tuple[dict[str, Any], ...] = (
        {},
        {"row_version": None},
        {"row_version": "1"},
        {"row_version": True},
    )
    for version in unknown:
        answer = client.put(address, json={"name_en": "x", **version})
        assert (answer.status_code, answer.json["details"]["field"]) == (422, "row_version")
    for number in (-5, 2**31 - 1):
        assert client.put(address, json={"name_en": "x", "row_version": number}).status_code == 409


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/departments",
        "/api/v1/departments/1",
        "/api/v1/departments/1/restore",
        "/api/v1/nosuch",
        "/api/v2/x",
    ],
)
def test_other_methods_and_addresses_answer_in_the_same_form(people: People, path: str) -> None:
    answer = people.administrator.api().patch(path, json={})
    assert answer.status_code in {404, 405}
    assert set(answer.json) == {"code", "message", "details", "request_id"}
    if answer.status_code == 405:
        assert answer.headers["Allow"]
