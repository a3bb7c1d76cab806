# ruff: noqa: S608  every statement is made of this file's own constants
"""What the database itself refuses, whoever asks: changing history, and changing a published route."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.canonical import GENESIS
from app.audit.chain import record
from migrations.triggers import create_triggers, drop_triggers, triggers_of
from models import (
    ApprovalEvent,
    ApprovalInstance,
    Department,
    Employee,
    FlowDefinition,
    FlowVersion,
    Position,
    RecordSnapshot,
)

SHA = "0" * 64
NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
HISTORY = ("audit_event", "approval_event", "record_snapshot")
COUNT = {name: f"SELECT count(*) FROM {name}" for name in (*HISTORY, "flow_version")}


@pytest.fixture
def history(session: Session) -> Connection:
    """A connection on which each protected table has a row; the route has a retired, a published and a draft version."""
    home, position = (
        Department(code="D-1", name="市场部", kind="promotion"),
        Position(code="P-1", title="专员", level=1),
    )
    flow = FlowDefinition(code="FL-1", key="plan", record_type="marketing_plan", name="计划审批")
    snapshot = RecordSnapshot(
        record_type="marketing_plan", record_id=1, version_no=1, payload={"a": 1}, sha256=SHA
    )
    session.add_all([home, position, flow, snapshot])
    session.flush()
    person = Employee(
        code="E-1", name="李明", department_id=home.id, position_id=position.id, hired_on=date(2020, 1, 1)
    )
    proof = {"sha256": SHA, "published_at": NOON}
    versions = [
        FlowVersion(definition_id=flow.id, number=number, spec={"n": number}, state=state, **proof)
        for number, state in ((1, "retired"), (2, "published"), (3, "draft"))
    ]
    session.add_all([person, *versions])
    session.flush()
    instance = ApprovalInstance(
        record_type="marketing_plan",
        record_id=1,
        record_title="计划",
        flow_version_id=versions[1].id,
        submitter_id=person.id,
        submitter_department_id=home.id,
        snapshot_id=snapshot.id,
        expected_route=[],
    )
    session.add(instance)
    session.flush()
    event = ApprovalEvent(
        instance_id=instance.id,
        seq=1,
        round_no=1,
        verb="submit",
        actor_kind="system",
        snapshot_sha256=SHA,
        flow_sha256=SHA,
        request_key="k",
        prev_hash=GENESIS,
        hash=SHA,
    )
    session.add(event)
    record(session, action="plan.submit")
    session.commit()
    return session.connection()


def refused(connection: Connection, statement: str, message: str) -> None:
    """Check that the statement fails with the trigger's own message."""
    savepoint = connection.begin_nested()
    with pytest.raises(IntegrityError, match=message):
        connection.execute(text(statement))
    savepoint.rollback()


def rows(connection: Connection, table: str) -> int:
    return int(connection.execute(text(COUNT[table])).scalar_one())


CHANGES = {
    "audit_event": "action = 'x'",
    "approval_event": "comment = 'x'",
    "record_snapshot": "sha256 = 'x'",
}


@pytest.mark.parametrize("table", HISTORY)
def test_history_is_neither_changed_nor_removed(history: Connection, table: str) -> None:
    before = rows(history, table)
    assert before > 0
    message = f"{table} is append-only"
    refused(history, f"UPDATE {table} SET {CHANGES[table]}", message)
    refused(history, f"DELETE FROM {table}", message)
    if history.dialect.name == "postgresql":
        refused(history, f"TRUNCATE {table} CASCADE", "append-only")
    assert rows(history, table) == before


@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize("is_portal", [True, False])
def test_history_is_not_replaced(history: Connection, table: str, is_portal: bool) -> None:
    message = f"{table} is append-only"
    if history.dialect.name == "postgresql":
        first = "seq" if table == "audit_event" else "id"
        refused(
            history,
            f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({first}) DO UPDATE SET {CHANGES[table]}",
            message,
        )
        return
    history.exec_driver_sql(f"PRAGMA recursive_triggers = {'ON' if is_portal else 'OFF'}")
    try:
        refused(history, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}", message)
    finally:
        history.exec_driver_sql("PRAGMA recursive_triggers = ON")


def test_a_foreign_program_cannot_replace_by_a_second_key(history: Connection) -> None:
    if history.dialect.name == "postgresql":
        refused(
            history, "DELETE FROM record_snapshot WHERE id = 0", "append-only"
        )  # even when no row is meant
        return
    history.exec_driver_sql("PRAGMA recursive_triggers = OFF")
    try:
        refused(
            history,
            "INSERT OR REPLACE INTO record_snapshot SELECT id + 100, record_type, record_id, version_no, payload,"
            " 'x', created_at, created_by_id FROM record_snapshot",
            "append-only",
        )
        refused(
            history,
            "INSERT OR REPLACE INTO flow_version (definition_id, number, state, spec, sha256, published_at, created_at,"
            " changed_at, row_version, custom_data) SELECT definition_id, 9, state, '{}', 'x', published_at,"
            " created_at, changed_at, 1, '{}' FROM flow_version WHERE state = 'published'",
            "published flow_version",
        )
        refused(
            history,
            "UPDATE OR REPLACE flow_version SET number = 2 WHERE number = 3",
            "published flow_version",
        )
        refused(
            history,
            "UPDATE OR REPLACE flow_version SET state = 'published' WHERE number = 3",
            "published flow_version",
        )
    finally:
        history.exec_driver_sql("PRAGMA recursive_triggers = ON")
    assert rows(history, "flow_version") == 3


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize(
    "change",
    [
        "spec = '{\"n\": 7}'",
        "number = 7",
        "sha256 = 'x'",
        "published_at = NULL",
        "state = 'draft'",
        "id = id + 100",
    ],
)
def test_a_published_route_stands(history: Connection, number: int, change: str) -> None:
    refused(history, f"UPDATE flow_version SET {change} WHERE number = {number}", "never changes")


def test_a_published_route_is_not_removed(history: Connection) -> None:
    refused(history, "DELETE FROM flow_version WHERE number = 1", "never changes")
    refused(history, "DELETE FROM flow_version WHERE number = 2", "never changes|foreign key|FOREIGN KEY")
    if history.dialect.name == "postgresql":
        refused(history, "TRUNCATE flow_version CASCADE", "never changes|append-only")


def test_a_retired_route_does_not_come_back(history: Connection) -> None:
    refused(history, "UPDATE flow_version SET state = 'published' WHERE number = 1", "never changes")


def test_a_route_lives_from_draft_to_retired(history: Connection) -> None:
    for change in (
        "spec = '{\"n\": 8}' WHERE number = 3",
        "state = 'retired', row_version = row_version + 1 WHERE number = 2",
        "state = 'published' WHERE number = 3",
    ):
        assert history.execute(text(f"UPDATE flow_version SET {change}")).rowcount == 1
    history.execute(
        text(
            "INSERT INTO flow_version (definition_id, number, state, spec, created_at, changed_at, row_version,"
            " custom_data) SELECT definition_id, 4, 'draft', spec, created_at, changed_at, 1, custom_data"
            " FROM flow_version WHERE number = 3"
        )
    )
    assert history.execute(text("DELETE FROM flow_version WHERE state = 'draft'")).rowcount == 1


def test_triggers_can_be_made_twice_and_dropped(history: Connection) -> None:
    create_triggers(history)
    refused(history, "DELETE FROM audit_event", "append-only")
    drop_triggers(history)
    drop_triggers(history)
    savepoint = history.begin_nested()
    assert history.execute(text("DELETE FROM audit_event")).rowcount > 0
    savepoint.rollback()
    create_triggers(history)
    refused(history, "DELETE FROM audit_event", "append-only")
    names = [trigger.name for trigger in triggers_of(history.dialect.name)]
    assert len(set(names)) == len(names)
