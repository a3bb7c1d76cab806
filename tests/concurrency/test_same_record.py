"""Two browsers on one record, and one form sent twice (must-show 4)."""

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.core.db import db, declare_read_only
from models.audit import AuditEvent
from models.plans import MarketingPlan
from tests.concurrency.conftest import browser_of
from tests.fixtures_people import PortalClient, fresh_context

PLAN = {
    "name": "年度计划",
    "plan_type": "year",
    "fiscal_year": "2027",
    "department_id": "7",
    "start_on": "2027-01-01",
    "end_on": "2027-12-31",
    "budget_amount": "1000.00",
}


def _hidden(page: TestResponse) -> dict[str, str]:
    """Return the hidden fields of a page's record form."""
    form = page.text[page.text.index('class="record-form"') :]
    fields = re.findall(r'<input[^>]*type="hidden"[^>]*>', form)
    found = {}
    for field in fields:
        name = re.search(r'name="([^"]+)"', field)
        value = re.search(r'value="([^"]*)"', field)
        if name is not None:
            found[name[1]] = unescape(value[1]) if value is not None else ""
    return found


def _post(client: PortalClient, path: str, hidden: dict[str, str], **values: Any) -> TestResponse:
    answer: TestResponse = client.post(path, data={**hidden, **PLAN, **values})
    return answer


def _plan_count(app: Flask) -> int:
    with fresh_context(app):
        declare_read_only(True)
        return db.session.scalar(select(func.count()).select_from(MarketingPlan)) or 0


def test_stale_edit_is_refused_with_both_values(office: Flask) -> None:
    """Who saves second is shown his own value beside the stored one; nothing is overwritten; it is logged."""
    first, second = browser_of(office, "editor-1"), browser_of(office, "editor-1")
    made = _post(first, "/plans/add", _hidden(first.get("/plans/add")))
    assert made.status_code == 302
    address = made.location.replace("/show/", "/edit/")
    mine, his = _hidden(first.get(address)), _hidden(second.get(address))
    assert _post(first, address, mine, name="第一人的名称").status_code == 302

    refused = _post(second, address, his, name="第二人的名称")

    assert refused.status_code == 409
    assert "第一人的名称" in refused.text
    assert "第二人的名称" in refused.text
    with fresh_context(office):
        declare_read_only(True)
        assert db.session.scalars(select(MarketingPlan.name)).all() == ["第一人的名称"]
        denied = db.session.scalars(select(AuditEvent).filter_by(action="denied")).all()
        assert [entry.changes["code"] for entry in denied] == ["stale-record"]

    knowingly = _post(second, address, _hidden(refused), name="第二人的名称")
    assert knowingly.status_code == 302


def test_one_form_sent_twice_makes_one_record(office: Flask) -> None:
    """A double click, also at the same instant on two threads, finds the first one's record."""
    client = browser_of(office, "editor-1")
    for _turn in range(5):
        before = _plan_count(office)
        hidden = _hidden(client.get("/plans/add"))
        clients = [browser_of(office, "editor-1") for _ in range(4)]
        for other in clients:
            with client.session_transaction() as cookie, other.session_transaction() as copy:
                copy.update(cookie)
        start = Barrier(len(clients))

        def send(
            other: PortalClient, start: Barrier = start, hidden: dict[str, str] = hidden
        ) -> TestResponse:
            start.wait()
            return _post(other, "/plans/add", hidden)

        with ThreadPoolExecutor(len(clients)) as threads:
            answers = list(threads.map(send, clients))

        assert [answer.status_code for answer in answers] == [302] * len(clients)
        assert len({answer.location for answer in answers}) == 1
        assert _plan_count(office) == before + 1
