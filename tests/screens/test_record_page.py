"""The page of a record: its tabs, its comments, files, history and related records, for whom they are (R016, R106)."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.approvals.lock import engine_writes
from app.core.actor import SYSTEM, acting_as
from app.core.db import db
from models.agreements import PartnerAgreement
from models.approvable import ApprovalStatus
from models.attachments import Attachment
from models.comments import Comment
from models.customers import Customer
from models.plans import BudgetLine, MarketingPlan
from tests.contracts.sample_rows import SampleRows
from tests.factories.plans import make_plan
from tests.fixtures_people import People, Person, PortalClient
from tests.screens.reading import denied_codes, hidden, post
from tests.screens.statements import statements_of

PDF = b"%PDF-1.7\n%rest"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 16
PARTIAL = {"HX-Request-Type": "partial"}


@pytest.fixture
def plan(people: People, session: Session) -> MarketingPlan:
    """A draft of the staff member."""
    assert people.staff.employee is not None
    with acting_as(SYSTEM):
        made = make_plan(session, people.staff.employee)
        session.commit()
    return made


def send_file(client: PortalClient, key: int, name: str, content: bytes, **headers: str) -> TestResponse:
    """Attach one file to a plan."""
    data = {"csrf_token": client.csrf_token(), "file": (io.BytesIO(content), name)}
    answer: TestResponse = client.post(
        f"/plans/attach/{key}", data=data, content_type="multipart/form-data", headers=headers
    )
    return answer


def tabs_of(text: str) -> list[str]:
    return re.findall(r'data-tab="([\w-]+)"', text)


def freeze(session: Session, plan: MarketingPlan) -> None:
    """Put the plan into review, as the engine would."""
    with engine_writes(session):
        plan.status = ApprovalStatus.IN_REVIEW.value
    session.commit()


def taken(client: PortalClient, path: str) -> TestResponse:
    """Ask for a file, read it whole and let go of it."""
    answer: TestResponse = client.get(path, buffered=True)
    return answer


def test_the_page_has_its_parts_and_says_who_changed_it(people: People, plan: MarketingPlan) -> None:
    page = people.staff.browser().get(f"/plans/show/{plan.id}").text
    assert tabs_of(page) == ["details", "plan-goals", "budget-lines", "plan-milestones", "approval", "related",
                             "files", "comments", "history"]  # fmt: skip
    assert "None" not in page
    assert '<span class="nothing">–</span>' in page
    assert re.search(r'<time datetime="[^"]+" title="[^"]+">[^<]*ago</time>', page)
    assert f"/plans/delete/{plan.id}" in page
    assert "PDF · English" in page


def test_without_a_script_every_part_has_an_address_of_its_own(people: People, plan: MarketingPlan) -> None:
    client = people.staff.browser()
    for part in ("related", "files", "comments", "history"):
        address = f"/plans/{part}/{plan.id}"
        assert f'<a href="{address}">' in client.get(f"/plans/show/{plan.id}").text
        whole, alone = client.get(address).text, client.get(address, headers=PARTIAL).text
        assert "<html" in whole
        assert "<html" not in alone


def test_a_locked_record_offers_neither_deleting_nor_attaching(
    people: People, plan: MarketingPlan, session: Session
) -> None:
    client = people.staff.browser()
    freeze(session, plan)
    page = client.get(f"/plans/show/{plan.id}").text
    assert f"/plans/delete/{plan.id}" not in page
    assert f"/plans/edit/{plan.id}" not in page
    assert "data-file-form" not in client.get(f"/plans/files/{plan.id}").text
    assert send_file(client, plan.id, "a.pdf", PDF, **PARTIAL).status_code == 422
    assert session.scalars(select(Attachment)).all() == []
    assert denied_codes(session) == ["record-locked"]
    line = session.scalars(select(BudgetLine).filter_by(plan_id=plan.id).limit(1)).one()
    assert f"/budget-lines/delete/{line.id}" not in client.get(f"/budget-lines/show/{line.id}").text


def test_a_partner_sees_no_inside_of_his_own_record(people: People, session: Session) -> None:
    with acting_as(SYSTEM):
        agreement = SampleRows(session, people.staff).of(PartnerAgreement)
        agreement_id = agreement.id
        partner_id = people.partner.user.partner_id
        table = PartnerAgreement.__table__
        session.execute(table.update().where(table.c.id == agreement_id).values(partner_id=partner_id))
        session.commit()
    client = people.partner.browser()
    page = client.get(f"/agreements/show/{agreement_id}")
    assert page.status_code == 200
    assert set(tabs_of(page.text)).isdisjoint({"files", "comments", "history", "approval"})
    for part in ("files", "comments", "history", "people", "file", "preview"):
        assert client.get(f"/agreements/{part}/{agreement_id}").status_code == 403, part
    assert post(client, f"/agreements/comment/{agreement_id}", body="x").status_code == 403
    assert session.scalars(select(Comment)).all() == []


def test_a_comment_is_escaped_and_links_and_names_live(people: People, plan: MarketingPlan) -> None:
    client = people.staff.browser()
    body = '<script>alert(1)</script> @director看 https://example.com/?a=1&b="x" javascript:alert(1)\nzwei'
    answer = post(client, f"/plans/comment/{plan.id}", body=body)
    assert answer.location == f"/plans/comments/{plan.id}"
    page = client.get(answer.location).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert (
        '<a href="https://example.com/?a=1&amp;b=" target="_blank" rel="noopener noreferrer nofollow">'
        in page
    )
    assert re.search(r'<span class="mention" title="@director">@[^<]+</span>看', page)
    assert 'href="javascript' not in page
    assert "\nzwei" in page


def test_a_refused_comment_comes_back_with_its_text(
    people: People, plan: MarketingPlan, session: Session
) -> None:
    client = people.staff.browser()
    data = {"csrf_token": client.csrf_token(), "body": "y" * 4001}
    answer = client.post(f"/plans/comment/{plan.id}", data=data, headers=PARTIAL)
    assert answer.status_code == 400
    assert "y" * 4001 in answer.text
    assert 'role="alert"' in answer.text
    assert session.scalars(select(Comment)).all() == []


def test_the_same_comment_form_sent_twice_writes_once(
    people: People, plan: MarketingPlan, session: Session
) -> None:
    client = people.staff.browser()
    key = hidden(client.get(f"/plans/comments/{plan.id}", headers=PARTIAL), "request_key")
    for _ in range(2):
        assert post(client, f"/plans/comment/{plan.id}", body="once", request_key=key).status_code == 302
    made = session.scalars(select(Comment)).one()
    assert post(client, f"/plans/take-back/{plan.id}", comment=made.id).status_code == 302
    page = client.get(f"/plans/comments/{plan.id}").text
    assert "This comment was taken back." in page
    assert "once" not in re.sub(r"<[^>]+>", "", page[page.index("comment-list") :])


def test_older_comments_follow_on_demand(people: People, plan: MarketingPlan, session: Session) -> None:
    with acting_as(SYSTEM):
        session.add_all(
            Comment(
                record_type="marketing_plan",
                record_id=plan.id,
                author_id=people.staff.user_id,
                body=f"n{number}.",
            )
            for number in range(60)
        )
        session.commit()
    client = people.staff.browser()
    first = client.get(f"/plans/comments/{plan.id}", headers=PARTIAL).text
    assert first.count('class="comment"') == 50
    older = re.search(r'hx-get="(/plans/comments/[^"]+)"', first)
    assert older is not None
    rest = client.get(older.group(1), headers=PARTIAL).text
    assert rest.count('class="comment"') == 10
    assert "n0." in rest
    assert "comment-form" not in rest


def test_the_people_picker_answers_names(people: People, plan: MarketingPlan) -> None:
    client = people.staff.browser()
    found = client.get(f"/plans/people/{plan.id}?q=direct").json
    assert [person["value"] for person in found] == ["director"]
    assert client.get(f"/plans/people/{plan.id}?q={'x' * 65}").status_code == 400
    assert people.colleague.browser().get(f"/plans/people/{plan.id}?q=direct").status_code == 404


def test_a_file_is_sent_to_be_stored_and_shown_in_a_sandbox_only(
    people: People, plan: MarketingPlan, session: Session
) -> None:
    client = people.staff.browser()
    for name, content in (("图.png", PNG), ("offer.pdf", PDF), ("list.csv", b"a,b\n=1+1,2\n")):
        assert send_file(client, plan.id, name, content, **PARTIAL).status_code == 200
    keys = {row.file_name: row.id for row in session.scalars(select(Attachment))}
    for name, media_type in (
        ("图.png", "image/png"),
        ("offer.pdf", "application/pdf"),
        ("list.csv", "text/csv"),
    ):
        stored = taken(client, f"/plans/file/{plan.id}?id={keys[name]}")
        assert stored.status_code == 200
        assert stored.headers["Content-Disposition"].startswith("attachment")
        assert stored.mimetype == media_type
        assert stored.headers["X-Content-Type-Options"] == "nosniff"
        assert stored.headers["Cache-Control"] == "no-store"
        shown = taken(client, f"/plans/preview/{plan.id}?id={keys[name]}")
        if media_type == "text/csv":
            assert shown.status_code == 404
            continue
        assert shown.mimetype == media_type
        assert shown.headers["Content-Disposition"].startswith("inline")
        policy = shown.headers["Content-Security-Policy"]
        assert {"default-src 'none'", "sandbox", "frame-ancestors 'self'"} == {
            part.strip() for part in policy.split(";")
        }
        assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    page = client.get(f"/plans/show/{plan.id}")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]  # of every other answer
    assert '<span class="tab-count" data-count-of="files">3</span>' in page.text


def test_a_file_belongs_to_its_record_and_its_readers(
    people: People, plan: MarketingPlan, session: Session
) -> None:
    client = people.staff.browser()
    send_file(client, plan.id, "offer.pdf", PDF)
    key = session.scalars(select(Attachment.id)).one()
    assert people.staff.employee is not None
    with acting_as(SYSTEM):
        other = make_plan(session, people.staff.employee, quarter=3)
        session.commit()
    for path in (f"/plans/file/{other.id}?id={key}", f"/plans/file/{plan.id}", f"/plans/file/{plan.id}?id=x"):
        assert taken(client, path).status_code == 404, path
    assert people.colleague.browser().get(f"/plans/file/{plan.id}?id={key}").status_code == 404
    inspector = people.inspector.browser()  # he may read all and edit nothing
    assert taken(inspector, f"/plans/file/{plan.id}?id={key}").status_code == 200
    assert "data-file-form" not in inspector.get(f"/plans/files/{plan.id}").text
    assert send_file(inspector, plan.id, "b.pdf", PDF).status_code == 403
    assert post(inspector, f"/plans/detach/{plan.id}", file=key).status_code == 403
    assert post(client, f"/plans/detach/{plan.id}", file=key).status_code == 302
    assert taken(client, f"/plans/file/{plan.id}?id={key}").status_code == 404


def test_a_refused_file_does_not_take_the_others_along(
    people: People, plan: MarketingPlan, session: Session
) -> None:
    client = people.staff.browser()
    files = [(io.BytesIO(PDF), "a.pdf"), (io.BytesIO(b"<html>"), "b.png"), (io.BytesIO(PNG), "c.png")]
    data: dict[str, Any] = {"csrf_token": client.csrf_token(), "file": files}
    answer = client.post(f"/plans/attach/{plan.id}", data=data, headers=PARTIAL)
    assert answer.status_code == 422
    assert "b.png" in answer.text
    assert sorted(session.scalars(select(Attachment.file_name))) == ["a.pdf", "c.png"]


def test_a_missing_content_is_said_and_is_no_error_of_ours(
    app: Flask, people: People, plan: MarketingPlan, session: Session
) -> None:
    client = people.staff.browser()
    send_file(client, plan.id, "offer.pdf", PDF)
    row = session.scalars(select(Attachment)).one()
    folder = Path(app.config["YINGCE_SETTINGS"].instance) / "files" / "attachments"
    (folder / row.sha256[:2] / row.sha256).unlink()
    assert taken(client, f"/plans/file/{plan.id}?id={row.id}").status_code == 404


def test_the_history_tells_changes_in_words(people: People, plan: MarketingPlan, session: Session) -> None:
    """Record, lines and files; labels and formatted values; a deleted line too; nothing of other records."""
    client = people.staff.browser()
    send_file(client, plan.id, "offer.pdf", PDF)
    plan.name, plan.plan_type = "Autumn campaign", plan.plan_type
    session.commit()
    line = session.scalars(select(BudgetLine).filter_by(plan_id=plan.id).limit(1)).one()
    session.delete(line)
    plan.lined_amount -= line.allocated_amount
    session.commit()
    assert people.staff.employee is not None
    with acting_as(SYSTEM):
        make_plan(session, people.staff.employee, quarter=3, name="Foreign plan")
        session.commit()
    page = client.get(f"/plans/history/{plan.id}", headers=PARTIAL).text
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Spring campaign 春季推广 → After: Autumn campaign" in words
    assert "Attachment · offer.pdf" in words
    assert "Budget line" in words
    assert re.search(r"Deleted\s+Budget line", words)
    assert "Milestone · Kick-off" in words
    assert "Quarterly" in words  # not the code
    assert "Apr 1, 2026" in words
    assert "100,000.00" in words
    assert "Foreign plan" not in words
    assert "deleted_at" not in words
    assert people.colleague.browser().get(f"/plans/history/{plan.id}").status_code == 404


def test_the_history_comes_in_pages(people: People, plan: MarketingPlan, session: Session) -> None:
    for number in range(60):
        plan.strategy_text = f"text {number}."
        session.commit()
    client = people.staff.browser()
    first = client.get(f"/plans/history/{plan.id}", headers=PARTIAL).text
    assert first.count('class="events-item"') == 50
    older = re.search(r'hx-get="(/plans/history/[^"]+)"', first)
    assert older is not None
    rest = client.get(older.group(1), headers=PARTIAL).text
    assert "text 0." in rest
    assert "text 59." not in rest


def test_personal_values_stay_hidden_in_the_history(people: People, session: Session) -> None:
    client = people.analyst.browser()
    with acting_as(SYSTEM):
        customer = SampleRows(session, people.analyst).of(Customer)
        session.commit()
        customer.address = "秘密路 1 号"
        session.commit()
    page = client.get(f"/customers/history/{customer.id}").text
    assert "(personal value)" in page
    assert "秘密路" not in page


def test_the_history_asks_a_bounded_number_of_statements(people: People, plan: MarketingPlan) -> None:
    client = people.staff.browser()
    client.get(f"/plans/history/{plan.id}", headers=PARTIAL)
    with statements_of(db.engine) as sent:
        client.get(f"/plans/history/{plan.id}", headers=PARTIAL)
    assert len(sent) <= 15, "\n".join(sent)


def test_related_records_lead_to_the_filtered_list(
    people: People, plan: MarketingPlan, session: Session
) -> None:
    assert people.staff.employee is not None
    with acting_as(SYSTEM):
        child = make_plan(session, people.staff.employee, quarter=2, month=4, plan_type="month", budget="500.00",
                          parent_id=plan.id, parent_type="quarter", name="Child plan")  # fmt: skip
        session.commit()
    client = people.staff.browser()
    page = client.get(f"/plans/related/{plan.id}", headers=PARTIAL).text
    assert f'href="/plans/show/{child.id}"' in page
    links = re.findall(r'href="(/\w[^"]*/list/\?[^"]+)"', page)
    for link in links:
        assert client.get(link).status_code == 200
    department = (
        people.director.browser().get(f"/departments/related/{people.marketing.id}", headers=PARTIAL).text
    )
    (link,) = [one for one in re.findall(r'href="([^"]+)"', department) if one.startswith("/plans/list/")]
    assert link == f"/plans/list/?f.department_id.in={people.marketing.id}"
    inspector = people.stranger.browser()
    assert inspector.get(f"/plans/related/{plan.id}").status_code == 403


@pytest.mark.parametrize("who", ["staff", "inspector"])
def test_rows_out_of_scope_are_not_related(people: People, session: Session, who: str) -> None:
    """The colleague's plan of the other department is nothing to the staff member, and is to the inspector."""
    person: Person = getattr(people, who)
    assert people.colleague.employee is not None
    with acting_as(SYSTEM):
        foreign = make_plan(session, people.colleague.employee)
        session.commit()
    page = person.browser().get(f"/departments/related/{people.sales.id}", headers=PARTIAL).text
    assert (f'href="/plans/show/{foreign.id}"' in page) is (who == "inspector")
