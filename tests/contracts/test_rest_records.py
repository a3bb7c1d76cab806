"""Records through the REST interface: the whole life of one, exact values, pages, and who was faster."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from app.core.db import db
from models.org import Department
from models.plans import MarketingPlan
from tests.contracts.sample_rows import SampleRows
from tests.fixtures_people import People, PortalClient
from views.resource_codec import RowEncoder, encode
from views.resources import resource_classes

PLAN = {
    "name": "Q3 推广计划",
    "plan_type": "quarter",
    "fiscal_year": 2026,
    "quarter": 3,
    "start_on": "2026-07-01",
    "end_on": "2026-09-30",
    "budget_amount": "120000.50",
    "strategy_text": "第一行\n第二行",
}


def make_plan(people: People, client: PortalClient, **changes: Any) -> dict[str, Any]:
    body = {**PLAN, "department_id": people.marketing.id, **changes}
    answer = client.post("/api/v1/plans", json=body)
    assert answer.status_code == 201, answer.text
    result: dict[str, Any] = answer.json["result"]
    return result


def test_a_record_lives(people: People) -> None:
    """Create, read, change, list, bin, restore: each step answers the record as it now is."""
    client = people.staff.api()
    answer = client.post("/api/v1/plans", json={**PLAN, "department_id": people.marketing.id})
    assert answer.status_code == 201
    made = answer.json["result"]
    address = f"/api/v1/plans/{made['id']}"
    assert answer.headers["Location"].endswith(address)
    for name, value in PLAN.items():
        assert made[name] == value
    assert made["code"].startswith("MP-")
    assert (made["department_id"], made["department_title"]) == (people.marketing.id, "市场部")
    assert (made["owner_id"], made["status"], made["deleted_at"]) == (people.staff.employee_id, "draft", None)
    assert client.get(address).json == {"result": made}

    changed = client.put(address, json={"row_version": made["row_version"], "name": "改名"}).json["result"]
    assert (changed["name"], changed["budget_amount"]) == ("改名", "120000.50")
    assert changed["row_version"] == made["row_version"] + 1
    listed = client.get("/api/v1/plans").json
    assert [row["name"] for row in listed["result"]] == ["改名"]
    assert (listed["count"], listed["count_is_capped"], listed["next"]) == (1, False, None)

    assert client.delete(address).status_code == 204
    assert client.delete(address).status_code == 404
    assert client.get("/api/v1/plans").json["count"] == 0
    assert client.get("/api/v1/plans?bin=1").json["count"] == 1
    binned = client.get(address).json["result"]
    assert binned["deleted_at"].endswith("Z")
    assert datetime.fromisoformat(binned["deleted_at"]).tzinfo == UTC
    restored = client.post(f"{address}/restore")
    assert (restored.status_code, restored.json["result"]["deleted_at"]) == (200, None)
    assert client.post(f"{address}/restore").status_code == 404


def test_lines_hang_under_their_document(people: People, session: Session) -> None:
    with acting_as(SYSTEM):
        channel = SampleRows(session, people.staff).of(_model("channels")).id
        session.commit()
    client = people.staff.api()
    plan = make_plan(people, client)
    line = {
        "plan_id": plan["id"],
        "category": "event",
        "channel_id": channel,
        "month": 8,
        "allocated_amount": "99.90",
    }
    made = client.post("/api/v1/budget-lines", json=line)
    assert made.status_code == 201, made.text
    assert made.json["result"]["allocated_amount"] == "99.90"
    assert client.get(f"/api/v1/plans/{plan['id']}").json["result"]["lined_amount"] == "99.90"
    listed = client.get(f"/api/v1/budget-lines?f.plan_id.in={plan['id']}").json
    assert [row["id"] for row in listed["result"]] == [made.json["result"]["id"]]
    assert client.delete(f"/api/v1/budget-lines/{made.json['result']['id']}").status_code == 204
    assert client.get(f"/api/v1/plans/{plan['id']}").json["result"]["lined_amount"] == "0.00"


def test_a_rule_of_the_service_refuses_with_its_sentence(people: People) -> None:
    client = people.staff.api()
    answer = client.post(
        "/api/v1/plans", json={**PLAN, "department_id": people.marketing.id, "end_on": "2026-12-31"}
    )
    assert (answer.status_code, answer.json["code"]) == (422, "dates-outside-period")
    assert "2026-09-30" in answer.json["message"]
    assert client.get("/api/v1/plans").json["count"] == 0


def test_a_stale_change_is_refused_with_both_values(people: People, session: Session) -> None:
    client = people.staff.api()
    plan = make_plan(people, client)
    address = f"/api/v1/plans/{plan['id']}"
    first = client.put(
        address, json={"row_version": plan["row_version"], "name": "甲", "budget_amount": "5.00"}
    )
    assert first.status_code == 200
    late = {"row_version": plan["row_version"], "name": "乙", "budget_amount": "5.00", "end_on": "2026-09-30"}
    second = client.put(address, json=late)
    assert (second.status_code, second.json["code"]) == (409, "stale-record")
    assert second.json["details"]["differences"] == {"name": {"yours": "乙", "stored": "甲"}}
    assert second.json["details"]["row_version"] == first.json["result"]["row_version"]
    again = client.put(address, json={**late, "row_version": second.json["details"]["row_version"]})
    assert again.json["result"]["name"] == "乙"


def test_a_change_in_the_same_moment_is_refused_too(people: People) -> None:
    """The other transaction commits between this one's read and its write."""
    client = people.administrator.api()
    address = f"/api/v1/departments/{people.sales.id}"
    version = client.get(address).json["result"]["row_version"]

    def overtake(session: Session, *_: Any) -> None:
        if any(isinstance(row, Department) for row in session.dirty):
            table = Department.__table__
            session.connection().execute(
                table.update()
                .where(table.c.id == people.sales.id)
                .values(row_version=version + 5, name_en="overtaken")
            )

    event.listen(db.session.session_factory.class_, "before_flush", overtake)
    try:
        answer = client.put(address, json={"row_version": version, "name_en": "slow"})
    finally:
        event.remove(db.session.session_factory.class_, "before_flush", overtake)
    assert (answer.status_code, answer.json["code"]) == (409, "stale-record")


def test_pages_by_cursor_show_every_row_once(people: People, session: Session) -> None:
    """For each sort column and both directions, small pages follow one another without gap or repetition."""
    session.add_all(
        Department(code=f"D-{100 + i}", name=f"部{i % 7}-{i}", kind="sales", parent_id=people.sales.id)
        for i in range(23)
    )
    session.commit()
    client = people.administrator.api()
    everything = client.get("/api/v1/departments?size=200").json
    assert everything["count"] == len(everything["result"]) == 26
    for sort in ("code", "-code", "name", "-name", "id", "-id"):
        seen, cursor = [], ""
        while cursor is not None:
            page = client.get(
                "/api/v1/departments", query_string={"sort": sort, "size": 4, "after": cursor}
            ).json
            seen += [row["id"] for row in page["result"]]
            cursor = page["next"]
        expected = client.get(f"/api/v1/departments?sort={sort}&size=200").json["result"]
        assert seen == [row["id"] for row in expected], sort


def test_a_list_is_sorted_by_nothing_that_may_be_missing(people: People) -> None:
    """A cursor cannot stand on a missing value: such a column would end the list at its first row without one."""
    for view in people.app.extensions["portal_builder"].baseviews:
        if type(view) in resource_classes():
            columns = view.screen.datamodel.obj.__mapper__.columns
            assert [name for name in view.shape.sortable if columns[name].nullable] == [], type(view).__name__


def test_a_list_of_a_hundred_rows_takes_three_statements(people: People, session: Session) -> None:
    """The log-in, the count, the rows; neither more rows nor more relations add a statement."""
    session.add_all(
        Department(code=f"D-{100 + i}", name=f"部{i}", kind="sales", parent_id=people.sales.id)
        for i in range(100)
    )
    session.commit()
    client, key = people.administrator.api(), people.sales.id
    client.get("/api/v1/departments")
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO")):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        answer = client.get("/api/v1/departments?size=100")
        assert len(answer.json["result"]) == 100
        assert len(statements) == 3, statements
        statements.clear()
        client.get(f"/api/v1/departments/{key}")
        assert len(statements) == 2, statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_filters_and_search_are_those_of_the_list(people: People) -> None:
    client = people.staff.api()
    for quarter, amount in ((3, "10.00"), (4, "20.00")):
        dates = {3: ("2026-07-01", "2026-09-30"), 4: ("2026-10-01", "2026-12-31")}[quarter]
        make_plan(
            people,
            client,
            quarter=quarter,
            start_on=dates[0],
            end_on=dates[1],
            budget_amount=amount,
            name=f"第{quarter}季",
        )
    for query, expected in (
        ("f.quarter.eq=4", [4]),
        ("f.quarter.ge=3&sort=code", [3, 4]),
        ("f.status.in=in_review", []),
        ("f.name.contains=第3", [3]),
        ("q=第4", [4]),
        ("f.quarter.empty=1", []),
    ):
        result = client.get(f"/api/v1/plans?{query}").json["result"]
        assert [int(row["name"][1]) for row in result] == expected, query


def test_values_are_written_exactly(people: People, session: Session) -> None:
    with acting_as(SYSTEM):
        row = SampleRows(session, people.staff).of(MarketingPlan)
        row.budget_amount = Decimal("123456789012.30")
        session.commit()
        key = row.id
    found = people.staff.api().get(f"/api/v1/plans/{key}").json["result"]
    assert found["budget_amount"] == "123456789012.30"
    assert found["distributed_amount"] == "0.00"
    assert found["created_at"].endswith("Z")
    assert "custom_data" not in found


def test_no_answer_carries_what_no_answer_may_carry(people: People) -> None:
    """Custom fields, secrets and unlabelled columns are in no resource, in no list and in no body."""
    for view in people.app.extensions["portal_builder"].baseviews:
        if type(view) not in resource_classes():
            continue
        shape, columns = view.shape, view.screen.datamodel.obj.__mapper__.columns
        names = {
            *shape.added,
            *shape.edited,
            *shape.filters,
            *(field.name for field in (*shape.listed, *shape.shown)),
        }
        assert "custom_data" not in names
        for name in names:
            assert columns[name].info.get("label") is not None, (type(view).__name__, name)
            assert not columns[name].info.get("secret"), (type(view).__name__, name)


def test_encoders_agree(people: People, session: Session) -> None:
    """The list's fast path and the single value write the same text."""
    with acting_as(SYSTEM):
        row = SampleRows(session, people.staff).of(MarketingPlan)
        session.commit()
    view = next(
        view
        for view in people.app.extensions["portal_builder"].baseviews
        if type(view).__name__ == "MarketingPlanApi"
    )
    plain = [field for field in view.shape.shown if field.relation is None]
    values = [getattr(row, field.name) for field in plain]
    assert RowEncoder(plain)((row.id, *values)) == {
        "id": row.id,
        **{field.name: encode(field, value) for field, value in zip(plain, values, strict=True)},
    }


def _model(name: str) -> Any:
    return next(one for one in resource_classes() if one.resource_name == name).screen_class.datamodel.obj
