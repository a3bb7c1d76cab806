"""Importing in the browser: upload, mapping with the first rows, trial, storing, undo; list of batches (R070, R106)."""

from typing import Any

from flask import Response as Answer
from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.audit.chain import record_apart
from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import BadInput
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.imports import jobs
from app.imports.drafts import choose, discard, open_draft, preview
from app.imports.problems import counted, cure_of, from_json, problems_csv, text_of
from app.imports.registry import IMPORTERS
from app.imports.uploads import forget_upload
from app.jobs.registry import enqueue
from models.imports import ImportBatch, ImportKind, ImportStatus
from models.sources import CustomerSource
from views.interface import row_key
from views.zones import ZONES

PAGE = 50
SHOWN = 100
"""Refused rows on the page; the download has them all."""


class ImportView(BaseView):
    """Imports of customers and purchases."""

    route_base = "/imports"
    default_view = "list"
    title = _l("Imports")

    @expose("/list/")
    @has_access
    @permission_name("import")
    def list(self) -> str:
        """Show the form for a new file and the batches, newest first."""
        statement = select(ImportBatch)
        before = request.args.get("before", "")
        if before:
            key = row_key(before)
            if key is None:
                raise BadInput("bad-page", _l("The list has no such page."))
            statement = statement.where(ImportBatch.id < key)
        rows = db.session.scalars(statement.order_by(ImportBatch.id.desc()).limit(PAGE + 1)).all()
        sources = db.session.scalars(
            select(CustomerSource).where(CustomerSource.deleted_at.is_(None)).order_by(CustomerSource.code)
        ).all()
        return render_template(
            "pages/imports.html", screen=self, rows=rows[:PAGE], older=rows[PAGE - 1].id if len(rows) > PAGE else None,
            importers=IMPORTERS, sources=sources, kind_of=ImportKind, status_of=ImportStatus,
        )  # fmt: skip

    @expose("/upload", methods=["POST"])
    @has_access
    @permission_name("import")
    def upload(self) -> Response:
        """Keep an uploaded file as a draft and go to its page."""
        file = request.files.get("file")
        source_id = row_key(request.form.get("source_id", ""))
        source = None if source_id is None else db.session.get(CustomerSource, source_id)
        if file is None or not file.filename:
            raise BadInput("file-missing", _l("Choose a file."), field="file")
        if source is None or source.is_deleted:
            raise BadInput("source-missing", _l("Choose the source of the data."), field="source_id")
        key = source.id
        db.session.rollback()
        batch_id, is_repeated = open_draft(
            current_actor(),
            kind=request.form.get("kind", ""),
            source_id=key,
            content=file.stream,
            file_name=file.filename,
        )
        if is_repeated:
            flash(_("This file was imported before; nothing was changed."), "success")
        return redirect(url_for("ImportView.show", pk=batch_id))

    @expose("/show/<pk>")
    @has_access
    @permission_name("import")
    def show(self, pk: str) -> str:
        """Show a batch: its mapping and first rows while it is a draft, its figures, its refused rows."""
        batch = _find(pk)
        is_draft = batch.status == ImportStatus.DRY_RUN.value
        problems = from_json(batch.problems)
        first = {problem.reason: problem for problem in reversed(problems)}
        return render_template(
            "pages/import.html", screen=self, batch=batch, importer=IMPORTERS[batch.kind], zones=_zones(batch),
            status=ImportStatus(batch.status), is_draft=is_draft, preview=preview(batch) if is_draft else None,
            problems=[(one, text_of(one), cure_of(one)) for one in problems[:SHOWN]],
            reasons=[(text_of(first[reason]), rows) for reason, rows in counted(problems)], shown=SHOWN,
        )  # fmt: skip

    @expose("/refused/<pk>")
    @has_access
    @permission_name("import")
    def refused(self, pk: str) -> Answer:
        """Download all refused rows with line, column, value, reason and cure."""
        batch = _find(pk)
        key, problems = batch.id, from_json(batch.problems)
        record_apart(current_actor(), action="import.download-refused", record_type="import_batch", record_id=key,
                     changes={"rows": len(problems)})  # fmt: skip
        answer = Answer("".join(problems_csv(problems)), mimetype="text/csv")
        answer.headers["Content-Disposition"] = f'attachment; filename="refused-{key}.csv"'
        return answer

    @expose("/try/<pk>", methods=["POST"])
    @has_access
    @permission_name("import")
    def try_out(self, pk: str) -> Response:
        """Take the mapping and try the import in the background."""
        batch = _find(pk)
        columns = {
            field.name: request.form.get(f"column.{field.name}", "") for field in IMPORTERS[batch.kind].fields
        }
        with unit_of_work():
            choose(current_actor(), batch=batch, columns=columns, zone=request.form.get("zone", ""),
                   currency=request.form.get("currency", ""))  # fmt: skip
            task = enqueue(current_actor(), jobs.TRY, {"batch_id": batch.id}).id
        return redirect(url_for("MyJobView.show", pk=task))

    @expose("/store/<pk>", methods=["POST"])
    @has_access
    @permission_name("import")
    def store(self, pk: str) -> Response:
        """Store a tried draft in the background."""
        return self._start(pk, jobs.STORE)

    @expose("/undo/<pk>", methods=["POST"])
    @has_access
    @permission_name("import")
    def undo(self, pk: str) -> Response:
        """Take a batch back in the background."""
        return self._start(pk, jobs.UNDO)

    @expose("/discard/<pk>", methods=["POST"])
    @has_access
    @permission_name("import")
    def discard(self, pk: str) -> Response:
        """Delete a draft and its file."""
        batch = _find(pk)
        name = batch.mapping.get("file")
        with unit_of_work():
            discard(current_actor(), batch=batch)
        forget_upload(name)
        flash(_("The draft was deleted."), "success")
        return redirect(url_for("ImportView.list"))

    def _start(self, pk: str, kind: str) -> Response:
        batch = _find(pk)
        with unit_of_work():
            task = enqueue(current_actor(), kind, {"batch_id": batch.id}).id
        return redirect(url_for("MyJobView.show", pk=task))


def _find(pk: str) -> ImportBatch:
    key = row_key(pk)
    batch: ImportBatch | None = None if key is None else db.session.get(ImportBatch, key)
    if batch is None:
        abort(404)
    return batch


def _zones(batch: ImportBatch) -> tuple[Any, ...]:
    chosen = batch.mapping.get("zone")
    return ZONES if chosen in ZONES or not chosen else (chosen, *ZONES)
