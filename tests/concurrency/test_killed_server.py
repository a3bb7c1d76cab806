"""kill -9 of the server while people decide: what was answered stands, and nothing is half there (must-show 6).

Three cycles per database in the suite; `pytest tests/concurrency/test_killed_server.py --kill-cycles 30`
plays the thirty of the requirement.
"""

import http.client
import os
import random
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.audit.verify import verify
from app.core.actor import SYSTEM, Actor, acting_as
from app.core.db import db, declare_read_only, unit_of_work
from app.services import approvals
from models.approvals import ApprovalEvent, Assignment
from models.audit import AuditEvent
from models.org import Employee
from models.outbox import OutboxMessage
from tests.browser.conftest import Served, serve
from tests.concurrency.conftest import PASSWORD
from tests.factories.plans import make_plan
from tests.fixtures_people import fresh_context

CLIENTS = 4
PER_CYCLE = 30
DECISIONS = ("approve", "reject", "return")


@dataclass
class Visitor:
    """One browser of the approver: a cookie and plain HTTP, so that a dying server is seen as it is."""

    served: Served
    cookie: str = ""
    accepted: dict[int, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, values: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Send a request; return status, location and text. Raises OSError when the server dies."""
        connection = http.client.HTTPConnection(self.served.address.removeprefix("http://"), timeout=15)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, path, urlencode(values or {}), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            given = answer.getheader("Set-Cookie")
            if given:
                self.cookie = given.split(";")[0]
            return answer.status, answer.getheader("Location") or "", text
        finally:
            connection.close()

    def log_in(self, username: str) -> None:
        """Log in by the form."""
        _status, _location, text = self.ask("GET", "/login/")
        values = {"username": username, "password": PASSWORD, "csrf_token": _field(text, "csrf_token")}
        status, _location, text = self.ask("POST", "/login/", values)
        assert status == 302, text

    def decide(self, assignment_id: int, decision: str) -> None:
        """Decide on a to-do; note it as accepted only when the server said so."""
        status, _location, text = self.ask("GET", f"/approvals/{assignment_id}")
        if status != 200 or 'name="seen"' not in text:
            return
        values = {name: _field(text, name) for name in ("csrf_token", "request_key", "seen")}
        path = f"/approvals/{assignment_id}/decide"
        status, location, _text = self.ask("POST", path, {**values, "decision": decision, "comment": "意见"})
        if status == 302 and location.endswith("/approvals/"):
            _status, _location, inbox = self.ask("GET", "/approvals/")
            if "flash-success" in inbox:
                self.accepted[assignment_id] = decision


def _field(text: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]+)"', text)
    assert found is not None, name
    return found[1]


def _submit_plans(app: Flask, count: int) -> list[int]:
    """Let the editor submit plans; return the superior's to-dos."""
    with fresh_context(app), acting_as(SYSTEM):
        declare_read_only(False)
        with unit_of_work() as session:
            editor = session.scalars(select(Employee).filter_by(email="editor-1@lanxu.example")).one()
            person = Actor(editor.user_id, editor.name, editor.id, editor.department_id)
            for _ in range(count):
                plan = make_plan(session, editor)
                approvals.submit(person, record=plan, request_key=f"key-{plan.code}")
            open_ones = select(Assignment.id).filter_by(state="open").order_by(Assignment.id.desc())
            return list(session.scalars(open_ones.limit(count)))


@contextmanager
def _server(app: Flask, folder: Path) -> Iterator[Served]:
    with serve(app.config["SQLALCHEMY_DATABASE_URI"], folder, has_demo=False) as served:
        yield served


def _cycle(app: Flask, folder: Path, chance: random.Random, cookie: str) -> tuple[dict[int, str], str]:
    """Serve, let clients decide, kill the server at a random moment; return what it had answered."""
    to_dos = _submit_plans(app, PER_CYCLE)
    with _server(app, folder) as served:
        first = Visitor(served, cookie)
        if not cookie:
            first.log_in("promo-manager")
        visitors = [Visitor(served, first.cookie) for _ in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS) as threads:
            running = [
                threads.submit(_decide_all, visitors[number], number, to_dos) for number in range(CLIENTS)
            ]
            _wait_for(visitors, running, chance.randint(1, PER_CYCLE // 3))
            time.sleep(chance.uniform(0, 0.05))
            os.kill(served.process.pid, signal.SIGKILL)
            served.process.wait(10)
    accepted: dict[int, str] = {}
    for visitor in visitors:
        for to_do, decision in visitor.accepted.items():
            assert to_do not in accepted, "two winners of one to-do"
            accepted[to_do] = decision
    return accepted, first.cookie


def _decide_all(visitor: Visitor, number: int, to_dos: list[int]) -> None:
    """Decide until the server dies; the second half of the visitors race the first with another answer."""
    for place, to_do in enumerate(to_dos):
        try:
            visitor.decide(to_do, DECISIONS[(place + number // (CLIENTS // 2)) % len(DECISIONS)])
        except (OSError, http.client.HTTPException):
            return


def _wait_for(visitors: list[Visitor], running: list[Future[None]], enough: int) -> None:
    """Wait until so many decisions were accepted, or all visitors are through."""
    longest = time.monotonic() + 60
    while time.monotonic() < longest and not all(task.done() for task in running):
        if sum(len(visitor.accepted) for visitor in visitors) >= enough:
            return
        time.sleep(0.005)


def _torn(app: Flask) -> list[str]:
    """Return every decision whose parts are not all there: to-do, event, audit entry."""
    problems = []
    with fresh_context(app):
        declare_read_only(True)
        session = db.session()
        told = {
            entry.changes["event_hash"]
            for entry in session.scalars(select(AuditEvent).where(AuditEvent.action.startswith("approval.")))
        }
        decided = session.scalars(select(ApprovalEvent).where(ApprovalEvent.verb.in_(DECISIONS))).all()
        to_dos = [event.assignment_id for event in decided]
        problems += [f"event {event.id} is not in the trail" for event in decided if event.hash not in told]
        problems += [f"to-do {key} decided twice" for key in set(to_dos) if to_dos.count(key) > 1]
        closed = session.scalars(select(Assignment.id).where(Assignment.decided_at.is_not(None))).all()
        problems += [f"to-do {key} closed without an event" for key in set(closed) - set(to_dos)]
        problems += [f"to-do {key} decided but open" for key in set(to_dos) - set(closed)]
        if not session.scalar(select(func.count()).select_from(OutboxMessage)):
            problems.append("nothing was announced")
    return problems


def test_what_was_answered_survives(office: Flask, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """No acknowledged decision is lost or contradicted, no record is torn, the audit chain verifies."""
    cycles = int(request.config.getoption("--kill-cycles"))
    chance = random.Random(20261121)
    cookie, acknowledged = "", 0
    for _cycle_no in range(cycles):
        accepted, cookie = _cycle(office, tmp_path, chance, cookie)
        acknowledged += len(accepted)
        with fresh_context(office):
            declare_read_only(True)
            for to_do, decision in accepted.items():
                events = db.session.scalars(
                    select(ApprovalEvent.verb).where(
                        ApprovalEvent.assignment_id == to_do, ApprovalEvent.verb.in_(DECISIONS)
                    )
                ).all()
                assert events == [decision]
        assert _torn(office) == []
    with fresh_context(office):
        declare_read_only(True)
        proof = verify()
        assert proof.finding is None
    assert acknowledged >= cycles
    print(f"{cycles} kills, {acknowledged} acknowledged decisions, {proof.entries} audit entries")  # noqa: T201
