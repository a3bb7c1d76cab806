"""Exports: what is seen, typed, safe, within rights and scope, noted in the trail; long ones as a background job."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from os import utime
from pathlib import Path
from threading import Event
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from app.exports.files import KEEP_DAYS, export_folder, export_path, new_token
from app.exports.workbook import SheetColumn, plain_text, write_workbook
from app.jobs.registry import JOBS
from app.jobs.runner import run_job
from models.audit import AuditEvent
from models.outbox import Job, JobStatus
from models.plans import MarketingPlan
from tests.factories.plans import make_plan
from tests.fixtures_people import People, Person, fresh_context
from tests.screens.reading import last_entry, post
from views import exporting
from views.exporting import KIND, XLSX

Cells = list[tuple[Any, ...]]
FIRST_DAY = datetime(2026, 4, 1)  # noqa: DTZ001  a cell has no time zone


def _plan(session: Session, person: Person, name: str, **columns: Any) -> int:
    with acting_as(SYSTEM):
        assert person.employee is not None
        plan = make_plan(session, person.employee, name=name, **columns)
        session.commit()
        return plan.id


def _cells(content: bytes) -> Cells:
    book = openpyxl.load_workbook(BytesIO(content))
    assert len(book.worksheets) == 1
    return [tuple(cell.value for cell in row) for row in book.worksheets[0].iter_rows()]


def test_a_workbook_has_what_is_seen_in_typed_cells(people: People, session: Session) -> None:
    _plan(session, people.staff, "=HYPERLINK(1)", budget="1234.50")
    _plan(session, people.staff, "秋季\x07计划")
    client = people.director.browser()
    answer = post(client, "/plans/export.xlsx?f.budget_amount.lt=2000&sort=name")
    assert answer.status_code == 200
    assert answer.mimetype == XLSX
    assert "filename=marketing_plan.xlsx" in answer.headers["Content-Disposition"]
    header, *rows = _cells(answer.data)
    assert header == ("Number", "Name", "Plan type", "Department", "Responsible person", "Budget", "Status")
    assert len(rows) == 1, "the filter holds"
    assert rows[0][1] == "'=HYPERLINK(1)", "no formula"
    assert rows[0][2:] == ("Quarterly", "市场部", "Staff 4", 1234.5, "Draft")
    assert len(_cells(post(client, "/plans/export.xlsx").data)) == 3
    chosen = _cells(post(client, "/plans/export.xlsx?cols=name,start_on,budget_amount&q=秋季").data)
    assert chosen == [("Name", "Starts on", "Budget"), ("秋季计划", FIRST_DAY, 100000)]
    entry = last_entry(session, "export")
    assert entry.record_type == "marketing_plan"
    assert entry.changes == {
        "columns": ["name", "start_on", "budget_amount"], "filters": {"has_search_text": True},
    }  # fmt: skip


def test_headers_and_choices_speak_the_language_of_the_person(people: People, session: Session) -> None:
    _plan(session, people.staff, "计划")
    people.director.user.language = "zh"
    session.commit()
    header, row = _cells(post(people.director.browser(), "/plans/export.xlsx?cols=name,status").data)
    assert header == ("名称", "状态")
    assert row == ("计划", "草稿")


def test_scope_and_right_hold_for_both_formats(people: People, session: Session) -> None:
    _plan(session, people.colleague, "销售部的计划")
    mine = _plan(session, people.staff, "市场部的计划")
    director = people.director.browser()
    assert [row[1] for row in _cells(post(director, "/plans/export.xlsx").data)[1:]] == ["市场部的计划"]
    text = director.get("/plans/export.csv").text
    assert "市场部的计划" in text
    assert "销售部的计划" not in text
    entries = session.scalar(select(func.count()).select_from(AuditEvent).filter_by(action="export"))
    staff = people.staff.browser()
    assert post(staff, "/plans/export.xlsx").status_code == 403
    assert staff.get("/plans/export.csv").status_code == 403
    assert post(people.inspector.browser(), "/plans/export.xlsx?bin=1").status_code == 403
    assert director.get("/plans/export.xlsx").status_code == 405, "a job may come of it, so no reading"
    assert entries == session.scalar(select(func.count()).select_from(AuditEvent).filter_by(action="export"))
    assert mine


def test_ticked_rows_alone_are_exported(people: People, session: Session) -> None:
    keys = [_plan(session, people.staff, f"计划 {number}") for number in range(3)]
    others = _plan(session, people.colleague, "别人的")
    client = people.director.browser()
    found = _cells(post(client, "/plans/bulk?q=计划", action="xlsx", row=[keys[0], keys[2], others]).data)
    assert [row[1] for row in found[1:]] == ["计划 0", "计划 2"]
    assert last_entry(session, "export").changes["rows"] == [keys[0], keys[2], others]
    text = post(client, "/plans/bulk", action="csv", row=[keys[1]]).text
    assert "计划 1" in text
    assert "计划 0" not in text


def _folder(app: Flask) -> Path:
    with app.app_context():
        return export_folder()


def _ask(people: People, monkeypatch: pytest.MonkeyPatch, address: str = "/plans/export.xlsx") -> int:
    """Ask for an export that counts as long and return the key of its task."""
    monkeypatch.setattr(exporting, "MOST_AT_ONCE", 1)
    answer = post(people.director.browser(), address)
    assert answer.status_code == 302
    assert answer.location.startswith("/my-jobs/show/")
    return int(answer.location.rsplit("/", 1)[-1])


def _run(app: Flask, session: Session, key: int) -> Job:
    session.commit()
    with fresh_context(app):
        run_job(key, Event())
    return session.get_one(Job, key, populate_existing=True)


def test_a_long_export_is_a_task_whose_file_only_its_asker_gets(
    app: Flask, people: People, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        _plan(session, people.staff, f"计划 {number}")
    _plan(session, people.colleague, "别人的")
    job = _run(app, session, _ask(people, monkeypatch, "/plans/export.xlsx?cols=name&q=计划"))
    assert job.status == JobStatus.DONE.value, job.error
    assert job.result is not None
    assert job.result["rows"] == 3
    assert (job.done_units, job.total_units) == (3, 3)
    url = job.result["url"]
    answer = people.director.browser().get(url)
    assert answer.status_code == 200
    content = answer.data
    answer.close()
    assert _cells(content) == [("Name",), ("计划 0",), ("计划 1",), ("计划 2",)]
    assert url in people.director.browser().get(f"/my-jobs/show/{job.id}").text
    assert people.senior.browser().get(url).status_code == 404
    assert people.administrator.browser().get(url).status_code == 404
    for bad in ("x", "../secret", "0" * 32, f"{people.director.user_id}-{'0' * 32}"):
        assert people.director.browser().get(f"/my-exports/{bad}").status_code == 404
    assert last_entry(session, "export").user_id == people.director.user_id


def test_the_task_runs_with_the_rights_of_that_moment(
    app: Flask, people: People, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        _plan(session, people.staff, f"计划 {number}")
    key = _ask(people, monkeypatch)
    before = set(_folder(app).iterdir())
    with acting_as(SYSTEM):
        role = session.scalars(select(Role).filter_by(name=people.director.role)).one()
        pairs = session.scalars(select(PermissionView)).unique()
        taken = {pair.id for pair in pairs if (pair.permission.name, pair.view_menu.name) == ("can_export", "MarketingPlanView")}  # fmt: skip
        role.permissions = [pair for pair in role.permissions if pair.id not in taken]
        session.commit()
    job = _run(app, session, key)
    assert job.status == JobStatus.FAILED.value
    assert job.error == "Your role does not allow this."
    assert set(_folder(app).iterdir()) == before


def test_a_cancelled_export_leaves_no_file(
    app: Flask, people: People, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        _plan(session, people.staff, f"计划 {number}")
    key = _ask(people, monkeypatch)
    before = set(_folder(app).iterdir())
    chosen = exporting.Selection.pages

    def cancelled_meanwhile(self: Any) -> Any:
        with acting_as(SYSTEM):
            session.execute(Job.__table__.update().where(Job.id == key).values(cancel_requested=True))
            session.commit()
        yield from chosen(self)

    monkeypatch.setattr(exporting.Selection, "pages", cancelled_meanwhile)
    assert _run(app, session, key).status == JobStatus.CANCELLED.value
    assert set(_folder(app).iterdir()) == before


def test_old_files_are_removed_and_new_ones_kept(app: Flask, people: People) -> None:
    with app.app_context():
        old, new = (export_path(people.director.user_id, new_token()) for _ in range(2))
        assert old is not None
        assert new is not None
        for path, age in ((old, KEEP_DAYS + 1), (new, KEEP_DAYS - 1)):
            path.write_bytes(b"x")
            then = (datetime.now(UTC) - timedelta(days=age)).timestamp()
            utime(path, (then, then))
        found = JOBS["clean-exports"].function(None)
        assert found is not None
        assert found["removed"] >= 1
        assert not old.exists()
        assert new.exists()
    assert JOBS["clean-exports"].is_nightly
    assert JOBS[KIND].is_read_only


def test_a_full_sheet_goes_on_in_another(tmp_path: Path) -> None:
    columns = [
        SheetColumn("+Head", "General", plain_text),
        SheetColumn("Sum", "#,##0.00", lambda value: value),
    ]
    pages: list[Cells] = [[("a", Decimal("1.10")), ("@b", None)], [("", Decimal("-3"))]]
    write_workbook(tmp_path / "x.xlsx", "Plans: [2026]", columns, pages, most_rows=2)
    first, second = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets
    assert first.title == "Plans   2026"
    assert [[cell.value for cell in row] for row in first.iter_rows()] == [
        ["'+Head", "Sum"],
        ["a", 1.1],
        ["'@b", None],
    ]
    assert first["B2"].number_format == "#,##0.00"
    assert first["A2"].data_type == "s"
    assert [cell.value for cell in second[2]] == [None, -3]


def test_pages_that_fail_leave_nothing(tmp_path: Path) -> None:
    def broken() -> Any:
        yield [("a",)]
        raise LookupError

    with pytest.raises(LookupError):
        write_workbook(tmp_path / "x.xlsx", "x", [SheetColumn("A", "General", plain_text)], broken())
    assert list(tmp_path.iterdir()) == []


def test_no_workbook_is_made_of_a_plan_nobody_sees(people: People, session: Session) -> None:
    assert session.scalar(select(func.count()).select_from(MarketingPlan)) == 0
    assert _cells(post(people.director.browser(), "/plans/export.xlsx").data)[1:] == []
