"""A small company for tests of rows: two departments, three people, a plan, a channel, goods and a source."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.approvals.lock import engine_writes
from app.approvals.registry import type_of
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.services import nouns
from app.services.crud import service_of
from models import (
    Channel,
    CustomerSource,
    Department,
    Employee,
    FabModel,
    MarketingPlan,
    Partner,
    Position,
    Product,
    ProductLine,
    Region,
)

assert nouns.NOUNS  # imported so that every noun's service is registered
SHA = "0" * 64
NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
PROOF = {"status": "in_force", "approved_at": NOON, "approved_sha256": SHA}
"""What makes an approvable row approved."""


@dataclass
class World:
    """The stored rows that others refer to, and the actor who owns them."""

    session: Session
    department: Department
    sales: Department
    boss: Employee
    staff: Employee
    colleague: Employee
    plan: MarketingPlan
    channel: Channel
    region: Region
    line: ProductLine
    product: Product
    scarf: Product
    partner: Partner
    source: CustomerSource

    @property
    def owned(self) -> dict[str, int]:
        """The owner and the department of a new row."""
        return {"owner_id": self.staff.id, "department_id": self.department.id}

    @property
    def actor(self) -> Actor:
        """The staff member who acts."""
        return Actor(user_id=None, name="staff", employee_id=self.staff.id, department_id=self.department.id)

    def save(self, record: Any) -> Any:
        """Create a record, or change a stored one, as a screen does: by its service, then flush."""
        service, is_new = service_of(type(record)), record.id is None
        try:
            (service.create if is_new else service.update)(self.actor, record=record)
        except RuleViolation:
            if is_new and record in self.session:
                self.session.expunge(record)
            raise
        self.session.flush()
        return record

    def change(self, record: Any, **values: Any) -> None:
        """Change a stored record by its service; after a refusal the record is as it was stored."""
        try:
            with self.session.no_autoflush:
                for name, value in values.items():
                    setattr(record, name, value)
                self.save(record)
        except RuleViolation:
            self.session.refresh(record)
            raise

    def delete(self, record: Any) -> None:
        """Delete a record by its service."""
        service_of(type(record)).delete(self.actor, record=record)
        self.session.flush()

    def force(self, record: Any, **values: Any) -> None:
        """Set what only the approval engine may set."""
        with engine_writes(self.session):
            for name, value in values.items():
                setattr(record, name, value)

    def submittable(self, record: Any) -> None:
        """Check that a record may be submitted."""
        self.session.flush()
        self.session.expire(record)
        type_of(record).check_ready(self.actor, record)

    def store(self, *records: Any) -> Any:
        """Flush rows into the open transaction and return the first."""
        self.session.add_all(records)
        self.session.flush()
        return records[0]


@pytest.fixture
def world(session: Session) -> World:
    """The small company, stored in the transaction of the test; the portal's own guards are on."""
    with engine_writes(session):
        return _make_world(session)


@pytest.fixture
def unguarded_world(session: Session) -> Iterator[World]:
    """The same without the lock of approved records, so that what remains is the database's own refusal."""
    with engine_writes(session):
        yield _make_world(session)


def _make_world(session: Session) -> World:
    marketing = Department(code="D-1", name="市场部", kind="promotion")
    sales = Department(code="D-2", name="销售部", kind="sales")
    position = Position(code="P-1", title="专员", level=1)
    session.add_all([marketing, sales, position])
    session.flush()
    people = [
        Employee(
            code=f"E-{number}",
            name=name,
            department_id=marketing.id,
            position_id=position.id,
            hired_on=date(2020, 1, 1),
        )
        for number, name in enumerate(("王总", "李明", "张伟"))
    ]
    channel = Channel(code="CH-1", name="天猫", kind="online")
    region = Region(code="RG-1", name="浙江")
    line = ProductLine(code="PL-1", name="连衣裙")
    source = CustomerSource(code="SO-1", name="官网", kind="shop_system")
    session.add_all([*people, channel, region, line, source])
    session.flush()
    owned = {"owner_id": people[1].id, "department_id": marketing.id}
    plan = MarketingPlan(
        code="MP-1",
        name="2026 年度计划",
        plan_type="year",
        fiscal_year=2026,
        start_on=date(2026, 1, 1),
        end_on=date(2026, 12, 31),
        budget_amount=Decimal(1000000),
        **owned,
        **PROOF,
    )
    product = Product(sku="LX-001", name="真丝连衣裙", product_line_id=line.id)
    scarf = Product(sku="LX-002", name="围巾", product_line_id=line.id)
    partner = Partner(code="PA-1", name="杭州传媒", kind="media", **owned)
    session.add_all([plan, product, scarf, partner])
    session.flush()
    boss, staff, colleague = people
    return World(
        session=session,
        department=marketing,
        sales=sales,
        boss=boss,
        staff=staff,
        colleague=colleague,
        plan=plan,
        channel=channel,
        region=region,
        line=line,
        product=product,
        scarf=scarf,
        partner=partner,
        source=source,
    )


def refused(session: Session, constraint: str, *records: Any, **changes: Any) -> None:
    """Check that the database refuses rows, or changes of one stored row, by the named constraint.

    Args:
        constraint: its name; two names joined by `|` where the row offends both and a database may name either.
        changes: values to set on the only record given; without any, the records are added.
    """
    with pytest.raises(IntegrityError) as caught:
        _store_or_change(session, *records, **changes)
    assert _named(caught.value, session.get_bind().dialect.name) in _spellings(constraint, session)
    for record in records:
        if record in session:
            session.refresh(record)


def _store_or_change(session: Session, *records: Any, **changes: Any) -> None:
    with session.begin_nested():
        for name, value in changes.items():
            setattr(records[0], name, value)
        session.add_all(records)
        session.flush()


def _named(error: IntegrityError, dialect: str) -> str:
    """Return what the database says of the constraint: PostgreSQL its name, SQLite a sentence."""
    diag = getattr(error.orig, "diag", None)
    return str(diag.constraint_name) if dialect == "postgresql" and diag is not None else str(error.orig)


def _spellings(constraint: str, session: Session) -> set[str]:
    names = constraint.split("|")
    return (
        set(names)
        if session.get_bind().dialect.name == "postgresql"
        else {_sqlite_text(name) for name in names}
    )


def _sqlite_text(constraint: str) -> str:
    """Return what SQLite says; it names a CHECK, but of a key only the columns or nothing."""
    if constraint.startswith("ck_"):
        return f"CHECK constraint failed: {constraint}"
    for table in FabModel.metadata.tables.values():
        known: list[Any] = [*table.constraints, *table.indexes]
        for item in known:
            if item.name != constraint:
                continue
            if isinstance(item, ForeignKeyConstraint):
                return "FOREIGN KEY constraint failed"
            assert isinstance(item, (UniqueConstraint, Index))
            return "UNIQUE constraint failed: " + ", ".join(f"{table.name}.{c.name}" for c in item.columns)
    message = f"no constraint is called {constraint}"
    raise AssertionError(message)
