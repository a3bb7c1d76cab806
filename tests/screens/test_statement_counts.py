"""Gates that count instead of timing, so that they hold on any machine: statements, bytes, options (performance.md)."""

import re
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from app.core.db import db
from models.approvable import Approvable
from models.customers import Customer
from models.sources import CustomerSource
from tests.contracts.sample_rows import SampleRows
from tests.fixtures_people import People, PortalClient
from tests.screens.reading import hidden
from tests.screens.statements import statements_of
from views.registry import SCREENS, ScreenEntry

LIST_MOST, SHOW_MOST, EDIT_MOST, ADD_MOST, POST_MOST = 7, 6, 6, 4, 8
ENGINE_OWN = 4
"""What the page of a record under approval reads on top: its approval, its trail, the route's version and the chain."""
MOST_BYTES = 45 * 1024
MOST_OPTIONS = 50
PAGE = 25
ROWS = 30


@dataclass
class Gauge:
    """Sends a request and tells the statements it took."""

    app: Flask
    client: PortalClient

    def get(self, path: str) -> tuple[str, list[str]]:
        """Ask for a page twice and return the second: the first fills what is kept per process."""
        self.client.get(path)
        with statements_of(db.engine) as sent:
            answer = self.client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text, sent


@pytest.fixture
def gauge(app: Flask, people: People) -> Gauge:
    """The director's browser: his rights reach every screen of the five groups."""
    return Gauge(app, people.director.browser())


@pytest.fixture
def rows(people: People, session: Session) -> SampleRows:
    """Makes one row of any model."""
    return SampleRows(session, people.director)


def _told(path: str, sent: list[str]) -> str:
    return f"{path} sent {len(sent)}:\n" + "\n".join(statement[:160] for statement in sent)


@pytest.mark.parametrize("entry", SCREENS, ids=lambda entry: entry.screen.__name__)
def test_every_screen_keeps_within_its_statements(
    entry: ScreenEntry, gauge: Gauge, people: People, rows: SampleRows
) -> None:
    """List, record, form of a new one and form of a change, each within its number, no option list too long."""
    with acting_as(SYSTEM):
        key = rows.of(entry.screen.datamodel.obj).id
        rows.session.commit()
    base = entry.screen.route_base
    if gauge.client.get(f"{base}/list/").status_code != 200:
        gauge = Gauge(gauge.app, people.administrator.browser())  # he alone keeps the organisation
    more = len(entry.screen.related_views or ())
    if issubclass(entry.screen.datamodel.obj, Approvable):
        more += ENGINE_OWN
    limits = {
        f"{base}/list/": LIST_MOST,
        f"{base}/show/{key}": SHOW_MOST + more,
        f"{base}/add": ADD_MOST,
        f"{base}/edit/{key}": EDIT_MOST + len(entry.screen.inline_lines),  # each kind of lines is read once
    }
    seen = 0
    for path, most in limits.items():
        if gauge.client.get(path).status_code != 200:
            continue  # not this person's right, or a locked record; the list below must have been seen
        text, sent = gauge.get(path)
        seen += 1
        assert len(sent) <= most, _told(path, sent)
        for options in re.findall(r"<select.*?</select>", text, re.DOTALL):
            assert options.count("<option") <= MOST_OPTIONS, path
    assert seen >= 2


def test_a_full_page_is_small_and_every_statement_on_it_is_bounded(
    gauge: Gauge, people: People, session: Session
) -> None:
    """25 customers take at most 45 KB, and no statement reads the table without a limit."""
    _make_customers(session, people)
    for path in (
        "/customers/list/",
        "/customers/list/?sort=name",
        "/customers/list/?q=客",
        "/customers/list/?page=1",
    ):
        text, sent = gauge.get(path)
        assert text.count("<tr>") >= (PAGE if "page=1" not in path else ROWS - PAGE)
        assert len(text.encode()) <= MOST_BYTES
        assert len(sent) <= LIST_MOST, _told(path, sent)
        for statement in sent:
            if "FROM customer" in statement:
                assert "LIMIT" in statement or "customer.id IN (" in statement, statement


def test_a_post_writes_row_trail_and_key_in_few_statements(
    gauge: Gauge, people: People, session: Session
) -> None:
    """A new customer with its number, its search text, its trail and its used key."""
    _make_customers(session, people)
    source = session.query(CustomerSource).first()
    assert source is not None
    form = {"name": "新客户", "kind": "person", "source_id": str(source.id)}
    counts = []
    for _ in range(2):
        page = gauge.client.get("/customers/add")
        form |= {"csrf_token": hidden(page, "csrf_token"), "request_key": hidden(page, "request_key")}
        with statements_of(db.engine) as sent:
            answer = gauge.client.post("/customers/add", data=form)
        assert answer.status_code == 302, answer.text
        counts.append(sent)
    assert len(counts[-1]) <= POST_MOST, _told("POST /customers/add", counts[-1])


def test_a_right_taken_away_is_gone_from_pages_that_were_drawn_before(
    gauge: Gauge, people: People, session: Session
) -> None:
    """What is kept of a page is kept under the rights: without the right to add, no button to add."""
    assert "/customers/add" in gauge.client.get("/customers/list/").text
    with acting_as(SYSTEM):
        role = people.director.user.roles[0]
        role.permissions = [
            pair
            for pair in role.permissions
            if (pair.permission.name, pair.view_menu.name) != ("can_add", "CustomerView")
        ]
        session.commit()
    page = gauge.client.get("/customers/list/")
    assert page.status_code == 200
    assert "/customers/add" not in page.text


def _make_customers(session: Session, people: People) -> None:
    with acting_as(SYSTEM):
        source = CustomerSource(code="SO-T", name="来源", kind="store")
        session.add(source)
        session.flush()
        for number in range(ROWS):
            session.add(
                Customer(code=f"CU-T{number}", name=f"客户{number}", source_id=source.id,
                         owner_id=people.director.employee_id, department_id=people.director.department_id)
            )  # fmt: skip
        session.commit()
