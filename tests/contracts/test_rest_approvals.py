"""The main job through the REST interface: submit, decide from the inbox, and every refusal with its code."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from models.metrics import MetricDefinition
from models.plans import CompanyObjective
from tests.contracts.sample_rows import SampleRows
from tests.contracts.test_rest_records import make_plan
from tests.fixtures_people import People, PortalClient

APPROVALS = "/api/v1/approvals"


@dataclass
class Desk:
    """A complete plan of the staff member, and the clients of everybody concerned."""

    plan: dict[str, Any]
    staff: PortalClient
    lead: PortalClient
    director: PortalClient
    colleague: PortalClient
    stranger: PortalClient

    def submit(self, **more: Any) -> Any:
        body = {"record_type": "marketing_plan", "record_id": self.plan["id"], **more}
        return self.staff.post(APPROVALS, json=body)

    def decide(self, client: PortalClient, number: int, verb: str = "approve", **more: Any) -> Any:
        seen = client.get(f"{APPROVALS}/{number}")
        digest = seen.json["result"]["content_sha256"] if seen.status_code == 200 else "0" * 64
        return client.post(f"{APPROVALS}/{number}/{verb}", json={"seen_sha256": digest, **more})

    def status(self) -> str:
        return str(self.staff.get(f"/api/v1/plans/{self.plan['id']}").json["result"]["status"])


@pytest.fixture
def desk(people: People, session: Session) -> Desk:
    with acting_as(SYSTEM):
        rows = SampleRows(session, people.staff)
        keys = {"objective_id": rows.of(CompanyObjective).id, "metric_id": rows.of(MetricDefinition).id}
        session.commit()
    staff = people.staff.api()
    plan = make_plan(people, staff)
    lines = {
        "plan-goals": {**keys, "target_value": "100", "weight": "100"},
        "budget-lines": {"category": "event", "month": 7, "allocated_amount": "5000.00"},
        "plan-milestones": {
            "name": "上线",
            "planned_on": "2026-07-01",
            "due_on": "2026-07-31",
            "owner_id": people.staff.employee_id,
        },
    }
    for resource, line in lines.items():
        answer = staff.post(f"/api/v1/{resource}", json={"plan_id": plan["id"], **line})
        assert answer.status_code == 201, answer.text
    return Desk(
        plan=plan, staff=staff, lead=people.group_lead.api(), director=people.director.api(),
        colleague=people.colleague.api(), stranger=people.stranger.api(),
    )  # fmt: skip


def test_a_plan_is_submitted_approved_twice_and_in_force(desk: Desk) -> None:
    submitted = desk.submit(comment="请审批")
    assert submitted.status_code == 201, submitted.text
    number = submitted.json["result"]["id"]
    assert submitted.headers["Location"].endswith(f"{APPROVALS}/{number}")
    assert desk.status() == "in_review"
    box = desk.lead.get(APPROVALS).json
    assert (box["count"], box["result"][0]["id"]) == (1, number)
    shown = desk.lead.get(f"{APPROVALS}/{number}").json["result"]
    assert shown["document"]["columns"]["budget_amount"] == "120000.5"  # canonical: what the digest covers
    assert [line["allocated_amount"] for line in shown["document"]["lines"]["budget_lines"]] == ["5000"]
    assert {"approve", "reject", "return"} <= set(shown["possible"])
    assert desk.decide(desk.lead, number, comment="同意").status_code == 200
    assert desk.lead.get(APPROVALS).json["count"] == 0
    assert desk.lead.get(f"{APPROVALS}?box=decided").json["count"] == 1
    final = desk.decide(desk.director, number)
    assert (final.status_code, final.json["result"]["state"]) == (200, "approved")
    assert desk.status() == "in_force"
    events = [event["verb"] for event in final.json["result"]["events"]]
    assert [verb for verb in events if verb in {"submit", "approve"}] == ["submit", "approve", "approve"]
    assert desk.staff.get(f"{APPROVALS}?box=submitted").json["result"][0]["state"] == "approved"


def test_what_is_in_review_is_locked(desk: Desk) -> None:
    desk.submit()
    plan = desk.staff.get(f"/api/v1/plans/{desk.plan['id']}").json["result"]
    change = desk.staff.put(
        f"/api/v1/plans/{plan['id']}", json={"row_version": plan["row_version"], "name": "改"}
    )
    assert (change.status_code, change.json["code"]) == (409, "record-locked")
    line = {"plan_id": plan["id"], "category": "event", "month": 8, "allocated_amount": "1.00"}
    added = desk.staff.post("/api/v1/budget-lines", json=line)
    assert (added.status_code, added.json["code"]) == (409, "record-locked")
    assert desk.staff.delete(f"/api/v1/plans/{plan['id']}").status_code in {409, 422}


def test_refusals_have_their_codes_and_change_nothing(desk: Desk) -> None:
    number = desk.submit().json["result"]["id"]
    refused = [
        (desk.submit(), 409, "already-in-review"),
        (desk.decide(desk.staff, number), 403, None),
        (desk.decide(desk.director, number), 403, "not-current-approver"),
        (desk.decide(desk.colleague, number), 404, "not-found"),
        (desk.decide(desk.stranger, number), 403, "forbidden"),
        (desk.decide(desk.lead, number, "reject"), 422, "comment-required"),
        (desk.decide(desk.lead, number, "return", comment="  "), 422, "comment-required"),
        (
            desk.lead.post(f"{APPROVALS}/{number}/approve", json={"seen_sha256": "0" * 64}),
            409,
            "content-changed",
        ),
        (desk.lead.post(f"{APPROVALS}/{number}/approve", json={}), 422, "value-missing"),
        (desk.lead.post(f"{APPROVALS}/{number}/withdraw", json={}), 403, "not-the-submitter"),
        (desk.lead.post(f"{APPROVALS}/{2**31 - 1}/approve", json={"seen_sha256": "x"}), 404, "not-found"),
    ]
    for answer, status, code in refused:
        assert answer.status_code == status, answer.text
        assert code is None or answer.json["code"] == code
    assert desk.status() == "in_review"
    assert desk.lead.get(APPROVALS).json["count"] == 1


def test_a_decision_is_made_once_however_often_it_is_sent(desk: Desk) -> None:
    number = desk.submit().json["result"]["id"]
    first = desk.decide(desk.lead, number, request_key="k1")
    again = desk.decide(desk.lead, number, request_key="k1")
    other = desk.decide(desk.lead, number, request_key="k2")
    assert (first.status_code, again.status_code) == (200, 200)
    assert (other.status_code, other.json["code"]) == (409, "already-decided")
    verbs = [event["verb"] for event in again.json["result"]["events"]]
    assert verbs.count("approve") == 1


def test_submitting_twice_with_one_key_is_one_submission(desk: Desk) -> None:
    first, again = desk.submit(request_key="s1"), desk.submit(request_key="s1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["result"]["id"] == again.json["result"]["id"]


def test_returned_with_a_reason_then_withdrawn(desk: Desk) -> None:
    number = desk.submit().json["result"]["id"]
    returned = desk.decide(desk.lead, number, "return", comment="补充预算")
    assert returned.json["result"]["state"] == "returned"
    assert desk.status() == "returned"
    assert desk.staff.post(f"{APPROVALS}/{number}/withdraw", json={}).status_code == 200
    assert desk.status() == "withdrawn"


def test_rejected_for_good(desk: Desk) -> None:
    number = desk.submit().json["result"]["id"]
    assert desk.decide(desk.lead, number, "reject", comment="不同意").json["result"]["state"] == "rejected"
    assert desk.status() == "rejected"
    again = desk.submit()
    assert (again.status_code, again.json["code"]) == (409, "not-submittable")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "record_type"),
        ({"record_type": "nosuch", "record_id": 1}, "record_type"),
        ({"record_type": "marketing_plan", "record_id": 2**31 - 1}, "record_id"),
        ({"record_type": "marketing_plan", "record_id": "1"}, "record_id"),
        ({"record_type": "marketing_plan", "record_id": 1, "nosuch": 1}, "nosuch"),
        ({"record_type": "marketing_plan", "record_id": 1, "request_key": "k" * 65}, "request_key"),
    ],
)
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_bad_submission_is_refused(people: People, body: dict[str, Any], field: str) -> None:
    answer = people.staff.api().post(APPROVALS, json=body)
    assert (answer.status_code, answer.json["details"]["field"]) == (422, field)


@pytest.mark.parametrize(
    "address", ["box=nosuch", "page=-1", "size=x", "size=201", "nosuch=1", "page=2000000&size=200"]
)
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_bad_box_is_refused(people: People, address: str) -> None:
    assert people.staff.api().get(f"{APPROVALS}?{address}").status_code == 400


def test_somebody_who_may_not_submit_does_not(people: People, desk: Desk) -> None:
    body = {"record_type": "marketing_plan", "record_id": desk.plan["id"]}
    assert people.administrator.api().post(APPROVALS, json=body).status_code == 403
    assert people.partner.api().get(APPROVALS).status_code == 403
    assert people.anonymous().get(APPROVALS).status_code == 401
