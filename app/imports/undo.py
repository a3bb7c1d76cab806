"""Takes a batch back: every row that it made is removed, or nothing if something depends on them."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.audit.chain import record
from app.core.clock import utc_now
from app.core.db import unit_of_work
from app.core.errors import NotFound, WrongState
from app.core.i18n import lazy_gettext as _l
from app.imports.batches import BATCH, change_batch, take_turn
from app.imports.bulk import portions, table_of
from app.search.index import reindex
from models.base import FabModel
from models.customers import Customer, CustomerIdentity
from models.imports import ImportStatus
from models.numbering import NumberSeries
from models.purchases import Purchase, PurchaseLine

_LINE, _PURCHASE, _IDENTITY, _CUSTOMER = map(table_of, (PurchaseLine, Purchase, CustomerIdentity, Customer))
_ORDER = (_LINE, _PURCHASE, _IDENTITY, _CUSTOMER)
"""Tables that a batch fills, those that point to others first."""


def undo_import(*, batch_id: int) -> dict[str, int]:
    """Remove what a batch stored and return table → rows removed.

    Raises:
        NotFound: there is no such batch.
        WrongState: it is not posted, or its rows were changed, removed or used since; the sentence
            says by what.
    """
    with unit_of_work() as session:
        take_turn(session)
        connection = session.connection()
        batch = connection.execute(select(BATCH).where(BATCH.c.id == batch_id).with_for_update()).first()
        if batch is None:
            raise NotFound("no-such-batch", _l("There is no import batch %(number)s.", number=batch_id))
        if batch.status != ImportStatus.POSTED.value:
            raise WrongState("batch-not-posted", _l("Only a posted batch can be undone."))
        created = {table.name: int(batch.mapping.get("created", {}).get(table.name, 0)) for table in _ORDER}
        _refuse_if_changed(connection, batch_id, created)
        _refuse_if_used(connection, batch_id)
        removed = _remove(session, batch_id)
        _give_numbers_back(connection, batch.mapping.get("numbers"))
        change_batch(session, batch_id, status=ImportStatus.UNDONE.value, undone_at=utc_now())
        record(
            session, action=f"undo.{batch.kind}", record_type="import_batch", record_id=batch_id,
            changes={"removed": removed, "rows_sha256": batch.mapping.get("rows_sha256")},
        )  # fmt: skip
    return removed


def _mine(table: Table, batch_id: int) -> ColumnElement[bool]:
    """Return the condition that a row was made by the batch."""
    if table is _LINE:
        return table.c.purchase_id.in_(select(_PURCHASE.c.id).where(_mine(_PURCHASE, batch_id)))
    return table.c.import_batch_id == batch_id


def _refuse_if_changed(connection: Connection, batch_id: int, created: dict[str, int]) -> None:
    for table in _ORDER:
        row = connection.execute(
            select(func.count(), func.coalesce(func.max(table.c.row_version), 1)).where(
                _mine(table, batch_id)
            )
        ).one()
        if row[0] != created[table.name] or row[1] != 1:
            raise WrongState(
                "batch-changed",
                _l("Rows of this batch were changed, added or removed since (%(table)s); undo would lose that.",
                   table=table.name),
            )  # fmt: skip


def _refuse_if_used(connection: Connection, batch_id: int) -> None:
    """Refuse if a row outside of the batch points to one of its rows, whatever table it is in."""
    for table in FabModel.metadata.sorted_tables:
        for link in table.foreign_keys:
            target = link.column.table
            if target not in _ORDER or target is _LINE:
                continue
            keys: Select[Any] = select(target.c.id).where(_mine(target, batch_id))
            users = select(func.count()).select_from(table).where(link.parent.in_(keys))
            if table in _ORDER:
                users = users.where(_foreign(table, batch_id))
            count = connection.scalar(users) or 0
            if count:
                raise WrongState(
                    "batch-used",
                    _l("%(count)s later records (%(table)s) use rows of this batch; remove them first, or undo their batch.",
                       count=count, table=table.name),
                )  # fmt: skip


def _foreign(table: Table, batch_id: int) -> ColumnElement[bool]:
    if table is _LINE:
        return ~_mine(table, batch_id)
    return or_(table.c.import_batch_id.is_(None), table.c.import_batch_id != batch_id)


def _remove(session: Session, batch_id: int) -> dict[str, int]:
    connection = session.connection()
    customers = list(connection.scalars(select(_CUSTOMER.c.id).where(_mine(_CUSTOMER, batch_id))))
    removed = {
        table.name: connection.execute(delete(table).where(_mine(table, batch_id))).rowcount
        for table in _ORDER
    }
    for some in portions(customers):
        reindex(connection, Customer, some)
    session.expire_all()
    return removed


def _give_numbers_back(connection: Connection, numbers: list[int] | None) -> None:
    """Set the customers' number series back, unless a later customer has taken a number."""
    if numbers is None:
        return
    year, first, last = numbers
    series = table_of(NumberSeries)
    connection.execute(
        update(series)
        .where(series.c.prefix == Customer.__series__, series.c.year == year, series.c.last_number == last)
        .values(last_number=first - 1)
    )
