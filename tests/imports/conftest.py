"""The portal, a source and a responsible employee, and the real file of invoice lines."""

import lzma
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from app.core.clock import today
from app.imports.order import ImportOrder, Outcome
from app.imports.run import run_import
from app.search.quick import match
from models.base import FabModel
from models.customers import Customer
from models.numbering import NumberSeries
from models.org import Department, Employee, Position
from models.sources import CustomerSource
from tests.fixtures_app import app, session
from tests.fixtures_people import people

__all__ = ["app", "desk", "people", "real_file", "session", "some_real_lines"]

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "online_retail_2010-12_to_2011-05.csv.xz"
OUTSIDE = {"audit_event", "import_batch", "outbox_message"}
"""Tables that tell what happened; everything else is as before after an undo."""


@dataclass
class Desk:
    """Somebody who imports files."""

    session: Session
    folder: Path
    source_id: int
    owner_id: int
    department_id: int

    def file(self, content: str | bytes, name: str = "file.csv") -> Path:
        """Write a file and return its path."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def order(self, path: Path, kind: str = "purchases", **changes: Any) -> ImportOrder:
        """Return the order to import a file."""
        values: dict[str, Any] = {
            "kind": kind, "path": path, "file_name": path.name, "source_id": self.source_id,
            "zone": ZoneInfo("Europe/London"), "owner_id": self.owner_id, "department_id": self.department_id,
            "currency": "GBP", **changes,
        }  # fmt: skip
        return ImportOrder(**values)

    def run(
        self,
        content: str | bytes | Path,
        kind: str = "purchases",
        *,
        name: str = "file.csv",
        dry_run: bool = False,
        **changes: Any,
    ) -> Outcome:
        """Import a file or a content."""
        path = content if isinstance(content, Path) else self.file(content, name)
        with acting_as(SYSTEM):
            return run_import(
                self.order(path, kind, **changes), dry_run=dry_run, progress=lambda _done, _total: None
            )

    def found(self, words: str) -> list[str]:
        """Return the names of the customers that the quick search finds."""
        dialect = self.session.connection().dialect.name
        return list(self.session.scalars(select(Customer.name).where(match(Customer, words, dialect))))

    def digests(self) -> dict[str, tuple[int, str]]:
        """Return table → number of rows and a digest over all of them."""
        connection = self.session.connection()
        found = {}
        for table in FabModel.metadata.sorted_tables:
            if table.name not in OUTSIDE:
                found[table.name] = _digest(connection.execute(select(table)))
        return found


def _digest(rows: Any) -> tuple[int, str]:
    lines = sorted(repr(tuple(row)) for row in rows)
    return len(lines), sha256("\n".join(lines).encode()).hexdigest()


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    """A source, a department and an employee, stored in the transaction of the test."""
    department = Department(code="D-1", name="市场部", kind="promotion")
    position = Position(code="P-1", title="专员", level=1)
    source = CustomerSource(code="SO-1", name="官网", kind="shop_system")
    session.add_all(
        [department, position, source, NumberSeries(prefix="CU", year=today().year, last_number=7)]
    )
    session.flush()
    owner = Employee(code="E-1", name="李明", department_id=department.id, position_id=position.id,
                     hired_on=date(2020, 1, 1))  # fmt: skip
    session.add(owner)
    session.commit()
    return Desk(session, tmp_path, source.id, owner.id, department.id)


@pytest.fixture(scope="session")
def real_file() -> Path:
    """The real invoice lines, which lie beside the project and are no part of it."""
    if not REAL.exists():
        pytest.fail(
            f"The real data are missing: put {REAL.name} into {REAL.parent} (UCI “Online Retail”, CC BY 4.0)."
        )
    return REAL


@pytest.fixture(scope="session")
def some_real_lines(real_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Return a function that cuts the first lines out of the real file."""

    def cut(lines: int) -> Path:
        path = tmp_path_factory.mktemp("real") / "first.csv"
        with (
            lzma.open(real_file, "rt", encoding="utf-8", newline="") as whole,
            path.open("w", encoding="utf-8", newline="") as part,
        ):
            part.writelines(line for line, _number in zip(whole, range(lines + 1), strict=False))
        return path

    return cut
