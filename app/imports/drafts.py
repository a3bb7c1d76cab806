"""A draft: an uploaded file with its mapping, tried as often as needed, then stored or discarded."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from app.audit.chain import record
from app.core.actor import Actor
from app.core.db import db, unit_of_work
from app.core.errors import BadInput, NotAllowed, NotFound, WrongState
from app.core.i18n import lazy_gettext as _l
from app.imports.batches import change_batch, create_batch, posted_batch, remove_draft
from app.imports.mapping import complete, currency_code, detect, zone_named
from app.imports.order import ImportOrder
from app.imports.reading import file_digest, open_table
from app.imports.registry import IMPORTERS
from app.imports.sources import owner_of
from app.imports.uploads import forget_upload, keep_upload, upload_path
from models.imports import ImportBatch, ImportStatus

RIGHT = ("can_import", "ImportView")
PREVIEW = 10
"""Rows shown beside the mapping."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of an uploaded file."""

    headers: list[str]
    rows: list[tuple[int, list[str]]]
    form: str


def check_right(actor: Actor) -> None:
    """Refuse whoever may not import.

    Raises:
        NotAllowed: the actor lacks the right.
    """
    if not actor.may(*RIGHT):
        raise NotAllowed("no-right", _l("Your role does not allow this."))


def open_draft(
    actor: Actor, *, kind: str, source_id: int, content: IO[bytes], file_name: str
) -> tuple[int, bool]:
    """Keep an uploaded file as a draft.

    Returns:
        The key of the batch, and whether it is an earlier one as which this file was imported.

    Raises:
        BadInput: it is no such file, or there is no such kind.
        RuleViolation: the actor is no employee, so that nobody would be responsible.
    """
    check_right(actor)
    if kind not in IMPORTERS:
        raise BadInput("no-such-kind", _l("Choose what the file holds."))
    shown = clean_name(file_name)
    path = keep_upload(content)
    try:
        with open_table(path, shown) as table:
            columns, form = detect(IMPORTERS[kind].fields, table.headers), table.form
        sha256 = file_digest(path)
        with unit_of_work() as session:
            earlier = posted_batch(session, kind, sha256)
            if earlier is not None:
                forget_upload(path.name)
                return earlier, True
            owner_id, department_id = owner_of(session, actor)
            mapping = {
                "file": path.name, "columns": columns, "form": form, "zone": zone_named(None).key, "currency": "CNY",
                "owner_id": owner_id, "department_id": department_id,
            }  # fmt: skip
            key = create_batch(
                session, kind=kind, source_id=source_id, file_name=shown, sha256=sha256, mapping=mapping
            )
            record(session, action="import.upload", record_type="import_batch", record_id=key,
                   changes={"file_sha256": sha256, "kind": kind})  # fmt: skip
    except BaseException:
        forget_upload(path.name)
        raise
    return key, False


def clean_name(name: str) -> str:
    """Return a file's name without folders and signs that do not print; at most its last 200 characters."""
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    return "".join(sign for sign in base if sign.isprintable()).strip()[-200:] or "file"


def preview(batch: ImportBatch) -> Preview:
    """Return the header and the first rows of a draft's file.

    Raises:
        WrongState: the file is gone.
    """
    with open_table(_path(batch), batch.file_name) as table:
        return Preview(table.headers, list(islice(table.rows, PREVIEW)), table.form)


def _path(batch: ImportBatch) -> Any:
    name = batch.mapping.get("file")
    path = upload_path(name) if name else None
    if path is None or not path.exists():
        raise WrongState("upload-gone", _l("The uploaded file was deleted meanwhile. Upload it again."))
    return path


def choose(actor: Actor, *, batch: ImportBatch, columns: Mapping[str, str], zone: str, currency: str) -> None:
    """Set a draft's mapping; what an earlier trial found is forgotten.

    Raises:
        BadInput: the mapping cannot be used.
        WrongState: the batch is no draft.
    """
    check_right(actor)
    _check_is_draft(batch)
    fields = IMPORTERS[batch.kind].fields
    with open_table(_path(batch), batch.file_name) as table:
        complete(fields, table.headers, columns)
    mapping = {
        **batch.mapping,
        "columns": dict(columns),
        "zone": zone_named(zone).key,
        "currency": currency_code(currency),
    }
    change_batch(
        db.session(),
        batch.id,
        mapping=mapping,
        problems=[],
        read_rows=0,
        stored_rows=0,
        unchanged_rows=0,
        refused_rows=0,
    )


def discard(actor: Actor, *, batch: ImportBatch) -> None:
    """Delete a draft; its file follows by `forget_upload` after the commit.

    Raises:
        WrongState: the batch is no draft.
    """
    check_right(actor)
    _check_is_draft(batch)
    remove_draft(db.session(), batch.id)


def _check_is_draft(batch: ImportBatch) -> None:
    if batch.status != ImportStatus.DRY_RUN.value:
        raise WrongState("batch-posted", _l("This file is imported already."))


def order_of(batch_id: int) -> ImportOrder:
    """Return the order that a draft stands for.

    Raises:
        NotFound, WrongState: there is no such batch, it is no draft, or its file is gone.
    """
    with unit_of_work() as session:
        batch = session.get(ImportBatch, batch_id)
        if batch is None:
            raise NotFound("no-such-batch", _l("There is no import batch %(number)s.", number=batch_id))
        _check_is_draft(batch)
        facts = batch.mapping
        return ImportOrder(
            kind=batch.kind, path=_path(batch), file_name=batch.file_name, source_id=batch.source_id,
            zone=zone_named(facts["zone"]), currency=facts["currency"], owner_id=facts["owner_id"],
            department_id=facts["department_id"],
            columns={field.name: facts["columns"].get(field.name, "") for field in IMPORTERS[batch.kind].fields},
        )  # fmt: skip
