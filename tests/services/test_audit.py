"""What a transaction changes it also tells: inside itself, completely, and without personal data in clear."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import Engine, create_engine, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from app.audit.chain import install, record, record_apart, record_refusal
from app.audit.verify import verify
from app.core.actor import SYSTEM, Actor, acting_as
from app.core.clock import utc_now
from app.core.db import db, unit_of_work
from models import (
    AuditEvent,
    Department,
    Employee,
    FabModel,
    MarketingPlan,
    PlanMilestone,
    PortalUser,
    Position,
)
from models.audit import AuditEvent as Trail

CLERK = Actor(
    user_id=None, name="李明", employee_id=7, session_id="s-1", address="192.0.2.7", request_id="r-1"
)


def department(number: int = 1, **values: Any) -> Department:
    return Department(**{"code": f"D-{number}", "name": f"市场部 {number}", "kind": "promotion", **values})


def told(session: Session) -> list[tuple[str, str | None, dict[str, Any]]]:
    """Return (action, record type, changes) of every entry, in order."""
    rows = session.execute(
        select(AuditEvent.action, AuditEvent.record_type, AuditEvent.changes).order_by(AuditEvent.seq)
    )
    return [tuple(row) for row in rows]


def last(session: Session) -> AuditEvent:
    return session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1)).one()


@contextmanager
def intact(session: Session) -> Iterator[None]:
    yield
    proof = verify(bind=session.connection())
    assert proof.is_intact
    assert proof.size == session.scalar(select(func.count()).select_from(Trail))


def test_create_change_delete_restore_remove(session: Session) -> None:
    with intact(session), acting_as(CLERK):
        row = department(name_en=None)
        session.add(row)
        session.commit()
        row.name, row.name_en = "推广部", "Promotion"
        session.commit()
        row.deleted_at = utc_now()
        session.commit()
        row.deleted_at = None
        session.commit()
        session.delete(row)
        session.commit()
    entries = told(session)
    assert [entry[0] for entry in entries] == ["create", "update", "delete", "restore", "delete"]
    assert entries[0][2] == {"code": [None, "D-1"], "name": [None, "市场部 1"], "kind": [None, "promotion"]}
    assert entries[1][2] == {"name": ["市场部 1", "推广部"], "name_en": [None, "Promotion"]}
    assert list(entries[2][2]) == list(entries[3][2]) == ["deleted_at"]
    assert entries[4][2]["name"] == ["推广部", None]
    entry = last(session)
    assert (entry.actor_name, entry.session_id, entry.address, entry.request_id) == (
        "李明",
        "s-1",
        "192.0.2.7",
        "r-1",
    )
    assert entry.record_type == "department"
    assert session.scalars(select(AuditEvent.record_version).order_by(AuditEvent.seq)).all() == [
        1,
        2,
        3,
        4,
        4,
    ]


def test_nothing_is_told_of_what_did_not_change(session: Session) -> None:
    row = department()
    session.add(row)
    session.commit()
    row.name = str(row.name)
    row.name_en = None
    session.commit()
    assert len(told(session)) == 1


def test_a_rollback_leaves_nothing_and_no_gap(session: Session) -> None:
    with intact(session):
        session.add(department(1))
        session.commit()
        session.add(department(2))
        session.flush()
        record(session, action="plan.submit")
        session.rollback()
        assert len(told(session)) == 1
        session.add(department(3))
        session.commit()
    assert [entry[2]["code"][1] for entry in told(session)] == ["D-1", "D-3"]


def test_an_entry_without_other_changes_is_forgotten_by_a_rollback(session: Session) -> None:
    record(session, action="export")
    session.rollback()
    session.commit()
    assert told(session) == []
    record(session, action="export")
    session.commit()
    assert [entry[0] for entry in told(session)] == ["export"]


def test_an_inner_rollback_drops_only_its_entries(session: Session) -> None:
    with intact(session):
        session.add(department(1))
        with session.begin_nested():
            session.add(department(2))
            inner = session.begin_nested()
            session.add(department(3))
            session.flush()
            inner.rollback()
        with pytest.raises(IntegrityError):
            record_and_collide(session)
        with session.begin_nested():
            session.add(department(5))
        assert told(session) == []  # nothing before the commit
        session.commit()
    assert [entry[2]["code"][1] for entry in told(session)] == ["D-1", "D-2", "D-5"]


def record_and_collide(session: Session) -> None:
    with session.begin_nested():
        session.add(department(4, code="D-1"))
        record(session, action="lost")


def test_a_row_changed_while_the_commit_flushes_is_told_too(session: Session) -> None:
    session.add(department(1))
    session.commit()
    row = session.scalars(select(Department)).one()
    row.name = "推广部"  # not flushed: the commit does it
    session.commit()
    assert told(session)[-1][2] == {"name": ["市场部 1", "推广部"]}


def test_old_values_are_known_without_having_been_loaded(session: Session) -> None:
    session.add_all([department(1), department(2)])
    session.commit()
    first, second = session.scalars(select(Department).order_by(Department.code))
    session.expire_all()
    first.name = "推广部"
    session.commit()
    assert told(session)[-1][2] == {"name": ["市场部 1", "推广部"]}
    session.expire_all()
    second.parent = first
    session.commit()
    assert told(session)[-1][2] == {"parent_id": [None, first.id]}
    session.expire_all()
    session.delete(second)
    session.commit()
    assert told(session)[-1][2]["name"] == ["市场部 2", None]


def test_a_value_computed_by_the_database_is_told(session: Session) -> None:
    row = department(1)
    session.add(row)
    session.commit()
    setattr(row, "name", Department.name + "!")  # noqa: B010  mypy knows that a name is no expression
    session.commit()
    assert told(session)[-1][2] == {"name": ["市场部 1", "市场部 1!"]}


def test_statements_past_the_objects_are_told_row_by_row(session: Session) -> None:
    with intact(session):
        session.add_all([department(1), department(2), department(3)])
        session.commit()
        before = len(told(session))
        session.execute(update(Department).where(Department.code != "D-2").values(name_en="X"))
        session.execute(update(Department).where(Department.code == "D-9").values(name_en="Y"))
        session.commit()
        assert [entry[2] for entry in told(session)[before:]] == [{"name_en": [None, "X"]}] * 2
        session.query(Department).where(Department.code == "D-3").delete()
        session.commit()
        assert told(session)[-1][0] == "delete"
        assert told(session)[-1][2]["code"] == ["D-3", None]
        ids = session.scalars(select(Department.id).order_by(Department.id)).all()
        by_key = [{"id": number, "name_en": f"N{number}", "row_version": 1} for number in ids]
        session.execute(update(Department), by_key)
        session.commit()
        assert told(session)[-1][2] == {"name_en": [None, f"N{ids[-1]}"]}
        before = len(told(session))
        session.execute(update(Department).values(name_en="Z").execution_options(audit_covered=True))
        session.commit()
        assert len(told(session)) == before


def test_a_line_taken_out_of_its_document_is_told(session: Session) -> None:
    home, position = department(1), Position(code="P-1", title="专员", level=1)
    session.add_all([home, position])
    session.flush()
    person = Employee(
        code="E-1", name="李明", department_id=home.id, position_id=position.id, hired_on=date(2020, 1, 1)
    )
    session.add(person)
    session.flush()
    year = {
        "plan_type": "year",
        "fiscal_year": 2026,
        "start_on": date(2026, 1, 1),
        "end_on": date(2026, 12, 31),
    }
    plan = MarketingPlan(code="MP-1", name="年度计划", owner_id=person.id, department_id=home.id, **year)
    day = date(2026, 3, 1)
    plan.milestones = [PlanMilestone(name="启动", planned_on=day, due_on=day, owner_id=person.id)]
    session.add(plan)
    session.commit()
    assert told(session)[-1][1:] == (
        "plan_milestone",
        {
            "plan_id": [None, plan.id],
            "name": [None, "启动"],
            "planned_on": [None, "2026-03-01"],
            "due_on": [None, "2026-03-01"],
            "status": [None, "open"],
            "owner_id": [None, person.id],
        },
    )
    plan.budget_amount = Decimal("12.30")
    session.commit()
    assert told(session)[-1][2] == {"budget_amount": ["0", "12.3"]}
    plan.milestones.clear()
    session.commit()
    assert told(session)[-1][:2] == ("delete", "plan_milestone")
    assert told(session)[-1][2]["name"] == ["启动", None]


def account(username: str = "li.ming", **values: Any) -> PortalUser:
    facts = {
        "first_name": "明",
        "last_name": "李",
        "username": username,
        "email": f"canary-{username}@example.org",
        "password": "scrypt:canary-hash",
        "active": True,
    }
    return PortalUser(**facts | values)


def whole_trail(session: Session) -> str:
    return " ".join(str(tuple(row)) for row in session.execute(select(*Trail.__table__.columns)))


def test_accounts_are_told_without_secrets_and_personal_values(session: Session) -> None:
    user = account()
    session.add(user)
    session.commit()
    created = told(session)[-1]
    assert created[:2] == ("create", "ab_user")
    assert created[2]["username"] == [None, "li.ming"]
    assert created[2]["password"] == [None, "secret:set"]
    first = created[2]["email"][1]
    assert first.startswith("personal:")
    user.email, user.password = "canary-other@example.org", "scrypt:canary-second"
    session.commit()
    changed = told(session)[-1][2]
    assert changed["password"] == ["secret:set", "secret:set"]
    assert changed["email"][0] == first != changed["email"][1]
    user.email = "canary-li.ming@example.org"
    session.commit()
    assert told(session)[-1][2]["email"][1] == first  # changed back is visible
    user.login_count = 5
    session.commit()
    assert len(told(session)) == 3  # a log-in is an entry of its own
    assert "canary" not in whole_trail(session)


def test_marks_of_two_persons_with_equal_values_differ(session: Session) -> None:
    session.add_all([account("a", email="canary@example.org"), account("b", email="canary2@example.org")])
    session.commit()
    one, other = session.scalars(select(PortalUser).order_by(PortalUser.username))
    one.email = "canary0@example.org"
    session.flush()
    other.email = "canary@example.org"
    session.commit()
    marks = {value for entry in told(session) for value in entry[2].get("email", []) if value}
    assert len(marks) == 4


def test_grants_and_revocations_are_told_by_name(session: Session) -> None:
    role, other = Role(name="Director"), Role(name="Inspector")
    user = account(roles=[role])
    session.add_all([other, user])
    session.commit()
    assert {"added": ["Director"], "removed": []} in [entry[2].get("roles") for entry in told(session)]
    user.roles = [other]
    session.commit()
    assert told(session)[-1] == (
        "update",
        "ab_user",
        {"roles": {"added": ["Inspector"], "removed": ["Director"]}},
    )
    role.user.append(user)  # from the other side
    session.commit()
    assert told(session)[-1] == ("update", "ab_user", {"roles": {"added": ["Director"], "removed": []}})


def test_a_refusal_is_stored_although_the_command_is_not(app: Flask, session: Session) -> None:
    with pytest.raises(RuntimeError, match="unit of work"), unit_of_work():
        refuse()
    assert told(session) == []
    session.add(department(1))
    session.flush()
    session.rollback()
    refuse()
    entry = last(session)
    assert (entry.action, entry.record_type, entry.record_id) == ("denied", "marketing_plan", "5")
    assert entry.changes == {"action": "plan.approve", "code": "self-approval"}
    assert entry.reason == "Nobody approves his own plan."
    assert entry.actor_name == "李明"
    record_apart(SYSTEM, action="export", changes={"rows": 3})
    assert last(session).actor_name == "system"


def refuse() -> None:
    record_refusal(
        CLERK,
        action="plan.approve",
        record_type="marketing_plan",
        record_id=5,
        code="self-approval",
        reason="Nobody approves his own plan.",
    )


def test_long_and_unstorable_facts_fit(session: Session) -> None:
    with intact(session), acting_as(Actor(user_id=3, name="长" * 500, address="\x00" * 99)):
        record(session, action="login-failed", record_id="9" * 99, reason="e\u0301\x00\ud800")
        session.commit()
    entry = last(session)
    assert len(entry.actor_name) == 120
    assert entry.reason == "é\ufffd\ufffd"


def test_without_the_trail_an_entry_is_refused() -> None:
    with pytest.raises(RuntimeError, match="not installed"):
        record(Session(), action="export")


def test_install_twice_tells_once(session: Session) -> None:
    for source in (db.session, db.session.session_factory, type(session)):
        install(source)
    session.add(department(1))
    session.commit()
    assert len(told(session)) == 1


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    fresh = create_engine(database_url)
    FabModel.metadata.create_all(fresh)
    yield fresh
    fresh.dispose()


def test_writers_take_turns(engine: Engine) -> None:
    sessions = sessionmaker(engine)
    install(sessions)
    failures: list[BaseException] = []
    start = threading.Barrier(4)

    def work(number: int) -> None:
        try:
            start.wait()
            for turn in range(25):
                with sessions.begin() as own:
                    for part in range(3):
                        record(own, action="decide", record_id=f"{number}/{turn}/{part}")
        except BaseException as error:  # noqa: BLE001  a thread's failure must reach the test
            failures.append(error)

    run_all([partial(work, number) for number in range(4)])
    assert failures == []
    proof = verify(bind=engine)
    assert proof.is_intact
    assert proof.entries == proof.size == 300
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT record_id FROM audit_event ORDER BY seq")).scalars().all()
    assert len(set(rows)) == 300
    # the three entries of one transaction stand together
    assert all(len({row.rsplit("/", 1)[0] for row in rows[at : at + 3]}) == 1 for at in range(0, 300, 3))


def run_all(tasks: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()


def test_a_waiting_writer_continues_the_other_ones_chain(engine: Engine) -> None:
    sessions = sessionmaker(engine)
    install(sessions)
    with sessions() as first:
        record(first, action="first")
        first.commit()
        record(first, action="second")
        first.flush()
        with sessions() as second:  # begins earlier, commits later
            assert second.scalar(text("SELECT 1")) == 1 if engine.dialect.name == "postgresql" else True
            first.commit()
            record(second, action="third")
            second.commit()
    proof = verify(bind=engine)
    assert (proof.is_intact, proof.size) == (True, 3)
