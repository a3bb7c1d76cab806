"""One's own tasks and notices: seen, stopped, read; never somebody else's."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from app.jobs.audit_check import KIND
from models.outbox import Job, JobStatus, Notice, OutboxMessage
from tests.fixtures_people import People, Person
from tests.screens.reading import denied_codes, post


def _job(session: Session, person: Person | None, status: JobStatus, **values: Any) -> int:
    with acting_as(SYSTEM):
        row = Job(kind=KIND, user_id=person.user_id if person else None, status=status.value, **values)
        session.add(row)
        session.commit()
        return row.id


def _status(session: Session, key: int) -> str:
    return session.get_one(Job, key, populate_existing=True).status


def _notice(session: Session, person: Person, **payload: Any) -> int:
    with acting_as(SYSTEM):
        message = OutboxMessage(topic="approval.assigned", payload={})
        session.add(message)
        session.flush()
        row = Notice(
            message_id=message.id, user_id=person.user_id, topic="approval.assigned", payload=payload
        )
        session.add(row)
        session.commit()
        return row.id


def test_ones_own_tasks_with_progress_and_result(people: People, session: Session) -> None:
    running = _job(session, people.staff, JobStatus.RUNNING, total_units=200, done_units=50)
    done = _job(
        session, people.staff, JobStatus.DONE, result={"rows": 12345, "url": "/plans/list/", "deep": {"x": 1}}
    )
    failed = _job(
        session,
        people.staff,
        JobStatus.FAILED,
        error="Line 7 <b>is bad</b>",
        result={"url": "//evil.example"},
    )
    other = _job(session, people.colleague, JobStatus.DONE, result={"url": "/secret"})
    client = people.staff.browser()
    listed = client.get("/my-jobs/").text
    assert "Check the audit trail" in listed
    assert '<progress value="50" max="200">25 %</progress> 25 %' in listed
    assert f"/my-jobs/show/{other}" not in listed
    assert f"/my-jobs/show/{done}" not in client.get("/my-jobs/?f.status.in=running").text
    shown = client.get(f"/my-jobs/show/{done}").text
    assert 'href="/plans/list/"' in shown
    assert "12,345" in shown
    assert '<progress value="50"' in client.get(f"/my-jobs/show/{running}").text
    shown = client.get(f"/my-jobs/show/{failed}").text
    assert "Line 7 &lt;b&gt;" in shown
    assert "evil.example" not in shown
    assert client.get(f"/my-jobs/show/{other}").status_code == 404


def test_only_ones_own_unfinished_tasks_can_be_stopped(people: People, session: Session) -> None:
    waiting, running = (
        _job(session, people.staff, JobStatus.QUEUED),
        _job(session, people.staff, JobStatus.RUNNING),
    )
    done, other = (
        _job(session, people.staff, JobStatus.DONE),
        _job(session, people.colleague, JobStatus.QUEUED),
    )
    client = people.staff.browser()
    for key in (waiting, running, done):
        assert post(client, f"/my-jobs/cancel/{key}").status_code == 302
    assert post(client, f"/my-jobs/cancel/{other}").status_code == 404
    assert [_status(session, key) for key in (waiting, running, done, other)] == [
        "cancelled",
        "running",
        "done",
        "queued",
    ]
    assert session.get_one(Job, running).cancel_requested
    assert denied_codes(session) == ["job-ended"]
    assert "told to stop" in client.get(f"/my-jobs/show/{running}").text


def test_administrators_see_and_stop_everybodys_tasks(people: People, session: Session) -> None:
    mine, system = _job(session, people.staff, JobStatus.QUEUED), _job(session, None, JobStatus.QUEUED)
    client = people.administrator.browser()
    listed = client.get("/jobs/list/").text
    assert people.staff.username in listed
    assert "the portal itself" in listed
    for key in (mine, system):
        assert post(client, f"/jobs/cancel/{key}").status_code == 302
        assert _status(session, key) == "cancelled"


def test_notices_are_listed_counted_read_and_lead_to_their_record(people: People, session: Session) -> None:
    first = _notice(
        session,
        people.staff,
        title="春季<计划>",
        actor_name="李雷",
        record_type="marketing_plan",
        record_id=7,
    )
    second = _notice(session, people.staff, title="夏季计划", actor_name="李雷", comment="请核对预算")
    other = _notice(session, people.colleague, title="别人的", actor_name="李雷")
    client = people.staff.browser()
    page = client.get("/notices/").text
    assert "春季&lt;计划&gt;" in page
    assert "请核对预算" in page
    assert "别人的" not in page
    assert page.index("夏季计划") < page.index("春季&lt;计划&gt;"), "newest first"
    assert '<span class="visually-hidden">Notices</span> <span class="count">2</span>' in page
    assert post(client, f"/notices/open/{first}").location == "/go/marketing_plan/7"
    assert client.get("/go/marketing_plan/7").location == "/plans/show/7"
    assert post(client, "/notices/read", id=[second, other]).status_code == 302
    assert post(client, f"/notices/open/{other}").status_code == 404
    session.expire_all()
    unread = session.scalars(select(Notice.id).where(Notice.read_at.is_(None))).all()
    assert list(unread) == [other]
    assert '<span class="count">' not in client.get("/notices/").text
    assert post(client, "/notices/read", id=["x"]).status_code == 400


def test_old_notices_are_on_the_next_page(people: People, session: Session) -> None:
    for number in range(53):
        _notice(session, people.staff, title=f"Nr{number:02}.")
    client = people.staff.browser()
    page = client.get("/notices/").text
    oldest_shown = session.scalars(select(Notice.id).order_by(Notice.id.desc()).offset(49).limit(1)).one()
    assert f'href="/notices/?before={oldest_shown}"' in page
    assert "Nr03." in page
    assert "Nr02." not in page
    page = client.get(f"/notices/?before={oldest_shown}").text
    assert "Nr02." in page
    assert "Nr03." not in page
    assert session.scalar(select(func.count()).select_from(Notice)) == 53
