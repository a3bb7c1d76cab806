"""Two people in eight threads mix lists with different filters and forms with different parents (must-show 4).

The framework keeps a request's filters on one view object for all threads; on it, 3 to 4 of 100 rows
were stored under the other person's parent and most lists showed the other one's filter.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

from flask import Flask
from sqlalchemy import select

from app.core.actor import SYSTEM, acting_as
from app.core.db import db, declare_read_only, unit_of_work
from models.org import Employee
from models.plans import MarketingPlan, PlanMilestone
from tests.concurrency.conftest import browser_of
from tests.fixtures_people import PortalClient, fresh_context

THREADS = 8
READS = 2400
WRITES = 100
"""Per database: 2,400 lists and forms read, 100 rows stored; 5,000 requests on both together."""
PEOPLE = {"editor-1": "北区", "editor-2": "南区"}
"""Person → the word in the names of his plans."""


def _plans(app: Flask) -> dict[str, tuple[int, int]]:
    """Give each person one plan with his word in its name; returns person → keys of plan and employee."""
    keys = {}
    with fresh_context(app), acting_as(SYSTEM), unit_of_work() as session:
        for number, (person, word) in enumerate(PEOPLE.items(), 1):
            employee = session.scalars(select(Employee).where(Employee.email.startswith(f"{person}@"))).one()
            plan = MarketingPlan(
                code=f"MP-T-{number}",
                name=f"{word}年度计划",
                plan_type="year",
                fiscal_year=2027,
                start_on=date(2027, 1, 1),
                end_on=date(2027, 12, 31),
                budget_amount=Decimal(1000),
                owner_id=employee.id,
                department_id=employee.department_id,
            )
            session.add(plan)
            session.flush()
            keys[person] = plan.id, employee.id
    return keys


def _lookups(client: PortalClient, word: str, plan: int, other: str) -> list[str]:
    """Read a filtered list and a form with a parent; return what was wrong."""
    wrong = []
    listed = client.get("/plans/list/", query_string={"f.name.contains": word})
    if listed.status_code != 200 or f'value="{word}"' not in listed.text or other in listed.text:
        wrong.append(f"list {listed.status_code}")
    form = client.get("/plan-milestones/add", query_string={"plan_id": plan})
    chosen = re.search(r'<option value="(\d+)" selected>([^<]*)<', form.text)
    if form.status_code != 200 or chosen is None or chosen.groups() != (str(plan), f"{word}年度计划"):
        wrong.append(f"form {form.status_code}")
    return wrong


def test_no_answer_and_no_row_is_mixed_up(office: Flask) -> None:
    """Every list shows its own filter, every form its own parent, every stored row hangs under its own plan."""
    plans = _plans(office)
    words = list(PEOPLE.values())

    def work(number: int) -> list[str]:
        person = list(PEOPLE)[number % 2]
        word, other = PEOPLE[person], words[1 - number % 2]
        plan, owner = plans[person]
        client = browser_of(office, person)
        wrong = []
        for turn in range(READS // THREADS // 2):
            wrong += _lookups(client, word, plan, other)
            if turn % (READS // 2 // WRITES) == 0:
                answer = client.post(
                    f"/plan-milestones/add?plan_id={plan}",
                    data={
                        "csrf_token": client.csrf_token(),
                        "plan_id": plan,
                        "name": f"{word} {number} {turn}",
                        "planned_on": "2027-02-01",
                        "due_on": "2027-02-02",
                        "owner_id": owner,
                    },
                )
                if answer.status_code != 302:
                    wrong.append(f"post {answer.status_code}")
        return wrong

    with ThreadPoolExecutor(THREADS) as threads:
        wrong = [problem for found in threads.map(work, range(THREADS)) for problem in found]
    assert wrong == []
    with fresh_context(office):
        declare_read_only(True)
        rows = db.session.execute(select(PlanMilestone.plan_id, PlanMilestone.name)).all()
    assert len(rows) >= WRITES - THREADS
    by_word = {PEOPLE[person]: plan for person, (plan, _owner) in plans.items()}
    assert all(by_word[name.split()[0]] == plan for plan, name in rows)
