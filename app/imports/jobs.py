"""Trying, storing and undoing an import in the background; each is whole or has not happened."""

from typing import Any

from app.core.i18n import lazy_gettext as _l
from app.imports.drafts import check_right, order_of
from app.imports.order import Outcome
from app.imports.run import run_import
from app.imports.undo import undo_import
from app.imports.uploads import forget_upload
from app.jobs.registry import JobContext, job

TRY, STORE, UNDO = "import-try", "import-store", "import-undo"


def _run(context: JobContext, batch_id: int, *, dry_run: bool) -> Outcome:
    check_right(context.actor)
    order = order_of(batch_id)

    def tell(done: int, total: int) -> None:
        context.stop_if_cancelled()
        context.progress(done, total)

    return run_import(order, dry_run=dry_run, progress=tell, draft_id=batch_id)


def _result(batch_id: int, outcome: Outcome) -> dict[str, Any]:
    return {
        "read": outcome.read, "stored": outcome.stored, "unchanged": outcome.unchanged, "refused": outcome.refused,
        "url": f"/imports/show/{outcome.batch_id or batch_id}",
    }  # fmt: skip


@job(TRY, label=_l("Trial of an import"), restartable=True)
def try_draft(context: JobContext, *, batch_id: int) -> dict[str, Any]:
    """Do everything but store; the draft keeps counts and refused rows."""
    return _result(batch_id, _run(context, batch_id, dry_run=True))


@job(STORE, label=_l("Import"), restartable=True)
def store_draft(context: JobContext, *, batch_id: int) -> dict[str, Any]:
    """Store a draft's rows and delete its file."""
    name = order_of(batch_id).path.name
    outcome = _run(context, batch_id, dry_run=False)
    if not outcome.is_repeated:
        forget_upload(name)
    return _result(batch_id, outcome)


@job(UNDO, label=_l("Undo of an import"), restartable=True)
def undo_batch(context: JobContext, *, batch_id: int) -> dict[str, Any]:
    """Remove what a batch stored."""
    check_right(context.actor)
    return {**undo_import(batch_id=batch_id), "url": f"/imports/show/{batch_id}"}
