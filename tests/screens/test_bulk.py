"""What is done with ticked rows: each row by itself, within the rights, and told row by row (R106)."""

import re
from html import unescape
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from models.approvable import ApprovalStatus
from models.plans import MarketingPlan, PlanMilestone
from tests.factories.plans import make_plan
from tests.fixtures_people import People, Person
from tests.screens.reading import hidden, last_entry, post


def _plan(session: Session, person: Person, name: str) -> int:
    with acting_as(SYSTEM):
        assert person.employee is not None
        plan = make_plan(session, person.employee, name=name)
        session.commit()
        return plan.id


def _rows(text: str) -> list[list[str]]:
    """Return the texts of the report's cells, row by row."""
    body = text.split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    return [
        [
            unescape(re.sub(r"<[^>]+>", "", cell)).strip()
            for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)
    ]


def _status(session: Session, key: int) -> str:
    return session.get_one(MarketingPlan, key, populate_existing=True).status


def test_each_row_is_deleted_or_refused_by_itself_and_can_be_undone(people: People, session: Session) -> None:
    mine, locked = _plan(session, people.staff, "春季 <计划>"), _plan(session, people.staff, "夏季计划")
    others = _plan(session, people.colleague, "别人的计划")
    client = people.staff.browser()
    assert post(client, f"/plans/submit/{locked}").status_code == 302
    assert _status(session, locked) == "in_review"
    answer = post(client, "/plans/bulk?sort=name", action="delete", row=[mine, locked, others, mine])
    assert answer.status_code == 200
    rows = _rows(answer.text)
    assert [row[1] for row in rows] == ["Done", "Refused", "Refused"]
    assert rows[0][0].endswith("春季 <计划>")
    assert "Only a draft can be deleted" in rows[1][2]
    assert rows[2][0] == f"#{others}", "what is out of scope tells not even its title"
    assert "not yours to see" in rows[2][2]
    assert 'href="/plans/list/?sort=name"' in answer.text
    assert session.get_one(MarketingPlan, mine, populate_existing=True).is_deleted
    assert not session.get_one(MarketingPlan, locked, populate_existing=True).is_deleted

    assert hidden(answer, "row") == str(mine), "undo restores exactly what was deleted"
    assert answer.text.count('name="row"') == 1
    undone = post(client, "/plans/bulk", action="restore", row=[mine])
    assert [row[1] for row in _rows(undone.text)] == ["Done"]
    assert not session.get_one(MarketingPlan, mine, populate_existing=True).is_deleted
    again = post(client, "/plans/bulk", action="restore", row=[mine])
    assert [row[1] for row in _rows(again.text)] == ["Refused"]


def test_a_single_delete_offers_its_undo(people: People, session: Session) -> None:
    key = _plan(session, people.staff, "可撤销 <b>")
    client = people.staff.browser()
    assert post(client, f"/plans/delete/{key}").status_code == 302
    page = client.get("/plans/list/").text
    assert re.search(r"Deleted: \S+ 可撤销 &lt;b&gt;", page)
    assert f'action="/plans/restore/{key}"' in page
    assert post(client, f"/plans/restore/{key}").status_code == 302
    assert not session.get_one(MarketingPlan, key, populate_existing=True).is_deleted


def test_ticked_plans_are_submitted_by_their_owner_only(people: People, session: Session) -> None:
    mine, shared = _plan(session, people.staff, "自己的"), _plan(session, people.group_lead, "组长的")
    rows = _rows(post(people.staff.browser(), "/plans/bulk", action="submit", row=[mine]).text)
    assert [row[1:] for row in rows] == [["Done", "Submitted for approval."]]
    assert _status(session, mine) == ApprovalStatus.IN_REVIEW.value
    rows = _rows(post(people.director.browser(), "/plans/bulk", action="submit", row=[shared, mine]).text)
    assert [row[1] for row in rows] == ["Refused", "Refused"]
    assert _status(session, shared) == ApprovalStatus.DRAFT.value


def test_lines_are_deleted_for_good_unless_their_plan_is_locked(people: People, session: Session) -> None:
    free, locked = _plan(session, people.staff, "草稿"), _plan(session, people.staff, "送审")
    client = people.staff.browser()
    assert post(client, f"/plans/submit/{locked}").status_code == 302
    one, other = (
        session.scalars(select(PlanMilestone.id).filter_by(plan_id=plan)).one() for plan in (free, locked)
    )
    answer = post(client, "/plan-milestones/bulk", action="delete", row=[one, other])
    assert [row[:2] for row in _rows(answer.text)] == [["Kick-off", "Done"], ["Kick-off", "Refused"]]
    assert f"/plan-milestones/show/{one}" not in answer.text, "it has no page any more"
    assert 'value="restore"' not in answer.text
    assert session.scalars(select(PlanMilestone.id)).all() == [other]
    assert last_entry(session, "denied").changes["code"] == "record-locked"
    assert "for good" in client.get("/plan-milestones/list/").text


def test_no_bar_and_no_box_without_a_right(people: People, session: Session) -> None:
    _plan(session, people.staff, "年度计划")
    assert 'name="row"' not in people.administrator.browser().get("/plans/list/").text
    inspected = people.inspector.browser().get("/plans/list/").text
    assert 'name="row"' in inspected
    assert 'value="xlsx"' in inspected
    assert 'value="delete"' not in inspected
    own = people.staff.browser().get("/plans/list/").text
    assert 'value="delete"' in own
    assert 'value="xlsx"' not in own
    assert 'value="restore"' not in own
    assert 'aria-label="Tick ' in own


def test_a_right_that_is_missing_refuses_the_whole_action(people: People, session: Session) -> None:
    key = _plan(session, people.staff, "年度计划")
    for person, action in ((people.inspector, "delete"), (people.inspector, "submit"), (people.staff, "xlsx"),
                           (people.staff, "csv"), (people.administrator, "restore")):  # fmt: skip
        assert post(person.browser(), "/plans/bulk", action=action, row=[key]).status_code == 403, action
    assert not session.get_one(MarketingPlan, key, populate_existing=True).is_deleted
    assert _status(session, key) == "draft"


def test_bad_forms_change_nothing(people: People, session: Session) -> None:
    key = _plan(session, people.staff, "年度计划")
    client = people.staff.browser()
    before = session.scalar(
        select(func.count()).select_from(MarketingPlan).where(MarketingPlan.deleted_at.is_(None))
    )
    bad: list[dict[str, Any]] = [{"action": "delete"}, {"action": "delete", "row": ["x", key]}, {"action": "delete", "row": range(1, 202)},
           {"action": "nosuch", "row": [key]}, {"row": [key]}]  # fmt: skip
    for form in bad:
        assert post(client, "/plans/bulk", **form).status_code == 400, form
    assert post(client, "/goals-of-nobody/bulk", action="delete", row=[key]).status_code == 404
    assert client.post("/plans/bulk", data={"action": "delete", "row": [key]}).status_code == 400, "no token"
    assert before == session.scalar(
        select(func.count()).select_from(MarketingPlan).where(MarketingPlan.deleted_at.is_(None))
    )
