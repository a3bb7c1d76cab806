"""Runs an import: reads and checks the whole file first, then stores it in one transaction.

Reading needs no database, so that on SQLite nobody waits for it; the transaction that follows only
writes. A dry run does the same and rolls back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.chain import record
from app.core.clock import utc_now
from app.core.db import db, unit_of_work
from app.core.errors import BadInput, Conflict
from app.core.i18n import lazy_gettext as _l
from app.imports.batches import change_batch, create_batch, posted_batch, take_turn
from app.imports.bulk import table_of
from app.imports.mapping import RowMapper, complete
from app.imports.order import ImportOrder, Outcome, Progress, Stored
from app.imports.problems import Problems, RowRefused, to_json
from app.imports.reading import Table, file_digest, open_table
from app.imports.registry import IMPORTERS, Import
from app.imports.spool import Spool
from app.search.index import reindex
from models.customers import Customer
from models.imports import ImportStatus

TELL_EVERY = 1_000


class _DryRun(Exception):  # not an error: it rolls the transaction back
    """Ends the transaction of a dry run."""


@dataclass(slots=True)
class _Reading:
    """What reading gave: the rows wait in the import; `read` counts them."""

    running: Import
    problems: Problems
    columns: dict[str, str]
    form: str
    sha256: str
    read: int = 0


def run_import(
    order: ImportOrder, *, dry_run: bool, progress: Progress, draft_id: int | None = None
) -> Outcome:
    """Import a file, or try to.

    Args:
        dry_run: do everything but commit. A draft then keeps counts and refused rows.
        progress: told (done, total); reading counts as the first half, storing as the second.
        draft_id: a draft batch that becomes the batch of this import.

    Raises:
        BadInput: the file or the mapping cannot be used; `TooManyProblems` is one of them.
        Conflict: somebody stored one of the same records meanwhile; nothing was stored.
    """
    sha256 = file_digest(order.path)
    with unit_of_work() as session:
        earlier = posted_batch(session, order.kind, sha256)
    db.session().rollback()
    if earlier is not None:
        return Outcome(batch_id=earlier, is_repeated=True)
    with Spool() as spool:
        reading = _read(order, sha256, spool, progress)
        outcome = _store(order, reading, dry_run=dry_run, progress=progress, draft_id=draft_id)
    if dry_run and draft_id is not None:
        with unit_of_work() as session:
            values = _batch_values(order, reading, outcome)
            values["mapping"]["file"] = order.path.name
            change_batch(session, draft_id, **values)
    return outcome


def _read(order: ImportOrder, sha256: str, spool: Spool, progress: Progress) -> _Reading:
    importer = IMPORTERS[order.kind]
    with open_table(order.path, order.file_name) as table:
        columns = complete(importer.fields, table.headers, order.columns)
        problems = Problems(columns)
        reading = _Reading(importer.begin(order, problems, spool), problems, columns, table.form, sha256)
        mapper = RowMapper(importer.fields, table.headers, columns, order.zone)
        _take_rows(table, mapper, reading, progress)
    if not reading.read:
        raise BadInput("no-rows", _l("The file has a header but no rows."))
    return reading


def _take_rows(table: Table, mapper: RowMapper, reading: _Reading, progress: Progress) -> None:
    for line, cells in table.rows:
        reading.read += 1
        values: dict[str, Any] = {}
        try:
            mapper.read(cells, values)
            reading.running.take(line, values)
        except RowRefused as refusal:
            reading.running.refused(line, values)
            reading.problems.add(line, refusal)
        if reading.read % TELL_EVERY == 0:
            total = max(table.lines, reading.read)
            progress(reading.read, 2 * total)


def _store(
    order: ImportOrder, reading: _Reading, *, dry_run: bool, progress: Progress, draft_id: int | None
) -> Outcome:
    def second_half(done: int, total: int) -> None:
        progress(total + done, 2 * total)

    outcome: Outcome | None = None
    session = db.session()
    try:
        with unit_of_work():
            take_turn(session)
            earlier = posted_batch(session, order.kind, reading.sha256)
            if earlier is not None:
                return Outcome(batch_id=earlier, is_repeated=True)
            batch_id = draft_id or create_batch(
                session,
                kind=order.kind,
                source_id=order.source_id,
                file_name=order.file_name[-200:],
                sha256=reading.sha256,
            )
            stored = reading.running.store(session, batch_id, second_half)
            outcome = _outcome(reading, stored, batch_id)
            _post(session, order, reading, stored, outcome)
            _stop_if(dry_run)
    except _DryRun:
        assert outcome is not None
    except IntegrityError as error:
        raise Conflict(
            _l("Somebody stored one of these records at the same time. Nothing was imported; try again."),
            code="import-raced",
        ) from error
    return outcome


def _stop_if(dry_run: bool) -> None:
    if dry_run:
        raise _DryRun


def _outcome(reading: _Reading, stored: Stored, batch_id: int) -> Outcome:
    problems = reading.problems.sorted()
    return Outcome(
        batch_id=batch_id, read=reading.read, stored=stored.rows, unchanged=stored.unchanged, refused=len(problems),
        created=dict(stored.created), problems=problems, columns=reading.columns, form=reading.form, digest=stored.digest,
    )  # fmt: skip


def _post(session: Session, order: ImportOrder, reading: _Reading, stored: Stored, outcome: Outcome) -> None:
    assert outcome.batch_id is not None
    values = _batch_values(order, reading, outcome)
    values["mapping"] |= {"created": stored.created, "numbers": stored.numbers}
    values |= {"status": ImportStatus.POSTED.value, "posted_at": utc_now()}
    change_batch(session, outcome.batch_id, **values)
    if stored.created.get("customer"):
        customer = table_of(Customer)
        made = session.connection().scalars(
            customer.select()
            .with_only_columns(customer.c.id)
            .where(customer.c.import_batch_id == outcome.batch_id)
        )
        reindex(session.connection(), Customer, list(made))
    record(
        session,
        action=f"import.{order.kind}",
        record_type="import_batch",
        record_id=outcome.batch_id,
        changes={
            "file_sha256": reading.sha256, "source_id": order.source_id, "read": outcome.read,
            "stored": outcome.stored, "unchanged": outcome.unchanged, "refused": outcome.refused,
            "created": dict(outcome.created), "rows_sha256": outcome.digest,
        },
    )  # fmt: skip


def _batch_values(order: ImportOrder, reading: _Reading, outcome: Outcome) -> dict[str, Any]:
    mapping: Mapping[str, Any] = {
        "columns": reading.columns, "zone": order.zone.key, "currency": order.currency, "form": reading.form,
        "rows_sha256": outcome.digest, "owner_id": order.owner_id, "department_id": order.department_id,
    }  # fmt: skip
    return {
        "read_rows": outcome.read, "stored_rows": outcome.stored, "unchanged_rows": outcome.unchanged,
        "refused_rows": outcome.refused, "problems": to_json(outcome.problems), "mapping": dict(mapping),
    }  # fmt: skip
