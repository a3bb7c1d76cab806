"""Finds the customers that a file means, and makes those that are missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from app.core.clock import today
from app.imports.bulk import BulkInsert, RowDigest, portions, table_of
from app.imports.order import ImportOrder, Stored
from app.services.customers import completeness
from app.services.numbering import format_code, next_number
from models.customers import Customer, CustomerKind, CustomerStatus

CUSTOMER = table_of(Customer)
IN_BIN = -1
"""Stands for a customer who lies in the bin."""
COLUMNS = ("code", "name", "kind", "gender", "birthday", "grade", "country", "city", "address",
           "source_customer_no", "note", "completeness")  # fmt: skip


@dataclass(slots=True, kw_only=True)
class NewCustomer:
    """A customer to be made: the columns that a file can tell."""

    name: str
    source_customer_no: str | None = None
    kind: str = CustomerKind.PERSON.value
    gender: str | None = None
    birthday: Any = None
    grade: str | None = None
    country: str | None = None
    city: str | None = None
    address: str | None = None
    note: str | None = None
    region_id: None = None
    has_identity: bool = False

    def row(self, code: str) -> tuple[Any, ...]:
        """Return the values of `COLUMNS`."""
        filled = completeness(self, has_identity=self.has_identity, has_need=False, has_consent=False)
        own = {name: getattr(self, name) for name in COLUMNS if name not in {"code", "completeness"}}
        return tuple({**own, "code": code, "completeness": filled}[name] for name in COLUMNS)


def customers_by_number(connection: Connection, source_id: int, numbers: Iterable[str]) -> dict[str, int]:
    """Return number at the source → key of the customer, or `IN_BIN`; who was merged counts as the other."""
    query = select(
        CUSTOMER.c.source_customer_no, CUSTOMER.c.id, CUSTOMER.c.merged_into_id, CUSTOMER.c.deleted_at
    ).where(CUSTOMER.c.source_id == source_id)
    found: dict[str, int] = {}
    for some in portions(sorted(set(numbers))):
        for row in connection.execute(query.where(CUSTOMER.c.source_customer_no.in_(some))):
            key = row.id if row.merged_into_id is None else _end_of_merges(connection, row.merged_into_id)
            found[row.source_customer_no] = IN_BIN if row.deleted_at is not None else key
    return found


def _end_of_merges(connection: Connection, key: int) -> int:
    row = connection.execute(
        select(CUSTOMER.c.merged_into_id, CUSTOMER.c.deleted_at, CUSTOMER.c.status).where(
            CUSTOMER.c.id == key
        )
    ).one()
    if row.merged_into_id is not None:
        return _end_of_merges(connection, row.merged_into_id)
    return IN_BIN if row.deleted_at is not None or row.status == CustomerStatus.ERASED.value else key


class CustomerMaker:
    """Makes the customers of one batch, with consecutive numbers."""

    def __init__(self, session: Session, order: ImportOrder, batch_id: int, digest: RowDigest) -> None:
        self._session = session
        self._digest = digest
        fixed = {
            "source_id": order.source_id, "owner_id": order.owner_id, "department_id": order.department_id,
            "import_batch_id": batch_id, "status": CustomerStatus.ACTIVE.value,
        }  # fmt: skip
        self._insert = BulkInsert(session.connection(), Customer, COLUMNS, fixed)
        self._numbers: tuple[int, int, int] | None = None
        self.keys: list[int] = []

    def make(self, customers: Sequence[NewCustomer]) -> list[int]:
        """Store customers and return their keys in the same order."""
        if not customers:
            return []
        first = next_number(self._session, Customer.__series__, count=len(customers))
        last = first + len(customers) - 1
        self._numbers = (today().year, self._numbers[1] if self._numbers else first, last)
        rows = [
            customer.row(format_code(Customer.__series__, first + place))
            for place, customer in enumerate(customers)
        ]
        keys = self._insert.store_with_keys(rows)
        for row in rows:
            self._digest.add("customer", row)
        self.keys.extend(keys)
        return keys

    def tell(self, stored: Stored) -> None:
        """Note what was made."""
        stored.created["customer"] = self._insert.count
        stored.numbers = self._numbers
