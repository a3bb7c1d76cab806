"""The pages of the audit trail: found, read, paged, proved; never altered."""

import re
from datetime import UTC, datetime
from threading import Event

from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.chain import record
from app.core.actor import SYSTEM, acting_as
from app.core.clock import frozen_at, today
from app.jobs.audit_check import KIND
from app.jobs.runner import run_job
from models.audit import AuditEvent
from models.org import Department, DepartmentKind
from models.outbox import Job, JobStatus
from tests.fixtures_people import People, PortalClient, fresh_context
from tests.screens.reading import last_entry, post, role_named


def _numbers(client: PortalClient, address: str) -> list[int]:
    """Return the numbers of the listed entries, in the order of the page."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return [
        int(number)
        for number in re.findall(r'<td class="k-integer"[^>]*><a href="/audit/show/(\d+)"', answer.text)
    ]


def test_the_newest_entries_come_first_and_pages_leave_none_out(people: People, session: Session) -> None:
    client = people.inspector.browser()
    with acting_as(SYSTEM):
        for number in range(130):
            record(session, action="test.step", record_type="department", record_id=number % 3)
        session.commit()
    address, seen = "/audit/list/?action=test.step", list[int]()
    for expected in (50, 50, 30):
        page = client.get(address)
        numbers = _numbers(client, address)
        assert len(numbers) == expected
        seen += numbers
        following = re.search(r'rel="next" href="([^"]+)"', page.text)
        assert (following is None) == (expected == 30)
        address = following.group(1).replace("&amp;", "&") if following else ""
    assert seen == sorted(seen, reverse=True)
    assert set(seen) == set(session.scalars(select(AuditEvent.seq).filter_by(action="test.step")))
    assert len(_numbers(client, "/audit/list/?record_type=department&record_id=1&action=test.step")) == 43


def test_found_by_person_record_and_period(people: People, session: Session) -> None:
    source = role_named(session, "Staff").id
    assert post(people.administrator.browser(), "/roles/add", source=source, name="Deputy").status_code == 302
    entry = last_entry(session, "create")
    client = people.inspector.browser()
    by_name = f"who={people.administrator.username}"
    assert entry.seq in _numbers(client, f"/audit/list/?{by_name}")
    employee = people.administrator.employee
    assert employee is not None
    for who in (employee.code, employee.name):
        assert entry.seq in _numbers(client, f"/audit/list/?who={who}&action=create")
    assert entry.seq not in _numbers(client, f"/audit/list/?who={people.staff.username}")
    assert _numbers(client, "/audit/list/?who=nobody-of-this-name") == []
    assert entry.seq in _numbers(client, f"/audit/list/?since={today()}&until={today()}")
    assert _numbers(client, "/audit/list/?until=2020-01-01") == []
    assert _numbers(client, "/audit/list/?since=2100-01-01") == []


def test_a_period_is_found_although_the_clock_stepped_back(people: People, session: Session) -> None:
    client = people.inspector.browser()
    days = (1, 2, 3, 3, 5, 4, 5, 6, 8)  # of March 2090; the second 4 is written after a 5
    with acting_as(SYSTEM):
        for day in days:
            with frozen_at(datetime(2090, 3, day, 4, tzinfo=UTC)):
                record(session, action="test.day", reason=f"day {day}")
                session.commit()
    for since, until in ((1, 8), (3, 3), (4, 4), (5, 5), (6, 7), (7, 7)):
        address = f"/audit/list/?action=test.day&since=2090-03-0{since}&until=2090-03-0{until}"
        expected = [day for day in reversed(days) if since <= day <= until]
        assert [
            int(day) for day in re.findall(r"<td[^>]*>day (\d)</td>", client.get(address).text)
        ] == expected


def test_an_entry_shows_old_and_new_but_nothing_secret(people: People, session: Session) -> None:
    with acting_as(SYSTEM):
        department = session.get(Department, people.marketing.id)
        assert department is not None
        with force_locale("en"):  # the people of the tests read English
            before = str(DepartmentKind(department.kind).label)
        department.name, department.kind = "新市场部", "research"
        session.flush()
        people.staff.user.email = "hidden-address@example.com"
        people.staff.user.password = "hidden-hash"
        session.commit()
    client = people.inspector.browser()
    changed = session.scalars(
        select(AuditEvent)
        .filter_by(record_type="department", action="update")
        .order_by(AuditEvent.seq.desc())
    ).first()
    assert changed is not None
    rows = re.findall(
        r"<tr><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td></tr>",
        client.get(f"/audit/show/{changed.seq}").text,
    )
    assert ("Name", "市场部", "新市场部") in rows
    assert ("Kind", before, "Market research") in rows
    page = client.get(f"/audit/show/{last_entry(session, 'update').seq}").text
    assert "(secret value)" in page
    assert "(personal value)" in page
    assert "hidden-" not in page


def test_the_chain_is_checked_once_at_a_time_and_the_outcome_stands_on_the_page(
    app: Flask, people: People, session: Session
) -> None:
    client = people.inspector.browser()
    assert "has not been checked" in client.get("/audit/list/").text
    assert post(client, "/audit/verify").status_code == 302
    assert post(people.senior.browser(), "/audit/verify").status_code == 302
    (job,) = session.scalars(select(Job).filter_by(kind=KIND)).all()
    assert job.user_id == people.inspector.user_id
    assert "has not ended" in client.get("/audit/list/").text
    key, entries = job.id, session.scalar(select(func.max(AuditEvent.seq)))
    with fresh_context(app):
        run_job(key, Event())
    session.expire_all()
    assert session.get_one(Job, key).status == JobStatus.DONE.value, session.get_one(Job, key).error
    page = client.get("/audit/list/").text
    assert "The chain was intact" in page
    result = session.get_one(Job, key).result or {}
    assert result["entries"] >= (entries or 0) > 10
    assert f"{result['entries']} entries" in page
    session.get_one(Job, key).result = {**result, "seq": 7, "finding": "entry 7 was changed"}
    session.commit()
    assert "BROKEN at entry 7: entry 7 was changed" in client.get("/audit/list/").text
