"""Files of a record: the list, attaching, removing, reading, and showing pictures and PDFs in place."""

from typing import Any, ClassVar

from flask import Response, abort, current_app, flash, redirect, request, send_file, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import format_decimal

from app.core.actor import current_actor
from app.core.db import unit_of_work
from app.core.errors import BadInput, RuleViolation
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.services import attachments
from app.services.comments import refuse_outsiders
from app.services.file_types import PICTURES, SHOWN, TYPES
from app.storage import FileStore, attachment_store
from models.attachments import Attachment
from views.errors import log_refusal
from views.interface import row_key
from views.record_tabs import is_part, part_or_page
from views.screen_base import Answer, ScreenBase

MOST_AT_ONCE = 20
THUMBNAIL_MOST = 2 * 1024 * 1024
"""Larger pictures are shown when they are asked for, not as a small picture in the table."""
IN_PLACE = {
    "content_security_policy": {
        "default-src": "'none'",
        "sandbox": "",
        "frame-ancestors": "'self'",
    },
    "frame_options": "SAMEORIGIN",
}
"""The headers of a file that is shown: whatever stands in it, it runs nothing and is nobody's page."""


class AttachmentPages(ScreenBase):
    """The files of a record."""

    file_types: ClassVar[str] = ",".join(f".{ending}" for ending in TYPES)

    @expose("/files/<pk>", methods=["GET"])
    @has_access
    @permission_name("show")
    def files(self, pk: str) -> Answer:
        """Show the record's files with their versions."""
        return self._files_part(self._with_files(pk))

    @expose("/attach/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def attach(self, pk: str) -> Answer:
        """Attach files; each stands for itself, so that a refused one does not take the others with it."""
        self._with_files(pk)
        uploads = [upload for upload in request.files.getlist("file") if upload.filename]
        problems = [] if uploads else [_("Choose a file.")]
        if len(uploads) > MOST_AT_ONCE:
            raise BadInput("too-many-files", _l("At most %(count)s files at a time.", count=MOST_AT_ONCE))
        for upload in uploads:
            try:
                with unit_of_work():
                    attachments.attach(
                        current_actor(), store=_store(), record=self._find(pk),
                        file_name=upload.filename or "", content=upload.stream,
                    )  # fmt: skip
            except RuleViolation as refusal:
                problems.append(str(refusal))
                log_refusal(refusal, record_type=self.datamodel.obj.__tablename__, record_id=row_key(pk))
        return self._after_files(pk, problems)

    @expose("/detach/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def detach(self, pk: str) -> Answer:
        """Take a file off the record."""
        record = self._with_files(pk)
        key = row_key(request.form.get("file", ""))
        try:
            with unit_of_work():
                attachments.remove(current_actor(), record=record, attachment_id=key or 0)
        except RuleViolation as refusal:
            log_refusal(refusal, record_type=self.datamodel.obj.__tablename__, record_id=row_key(pk))
            return self._after_files(pk, [str(refusal)])
        return self._after_files(pk, [])

    @expose("/file/<pk>", methods=["GET"])
    @has_access
    @permission_name("show")
    def file(self, pk: str) -> Response:
        """Send one version of a file (`id=KEY`) to be stored, never to be shown."""
        return self._send(self._asked_file(pk), as_attachment=True)

    @expose("/preview/<pk>", methods=["GET"])
    @has_access
    @permission_name("show")
    def preview(self, pk: str) -> Response:
        """Send a picture or a PDF (`id=KEY`) to be shown in place, in a sandbox."""
        version = self._asked_file(pk)
        if version.media_type not in SHOWN:
            abort(404)
        return self._send(version, as_attachment=False)

    preview.talisman_view_options = IN_PLACE

    def _with_files(self, pk: str) -> Any:
        record = self._find(pk)
        refuse_outsiders(current_actor())
        return record

    def _asked_file(self, pk: str) -> Attachment:
        record = self._with_files(pk)
        return attachments.find(record=record, attachment_id=row_key(request.args.get("id", "")) or 0)

    def _send(self, version: Attachment, *, as_attachment: bool) -> Response:
        path = _store().path_of(version.sha256)
        if not path.is_file():
            current_app.logger.error("the content of attachment %s is missing", version.id)
            abort(404)
        answer = send_file(
            path, mimetype=version.media_type, as_attachment=as_attachment, download_name=version.file_name,
            etag=version.sha256, max_age=0,
        )  # fmt: skip
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _after_files(self, pk: str, problems: list[str]) -> Answer:
        status = 422 if problems else 200
        if is_part():
            return self._files_part(self._find(pk), problems), status
        for problem in problems:
            flash(problem, "danger")
        return redirect(url_for(f"{type(self).__name__}.files", pk=pk))

    def _files_part(self, record: Any, problems: list[str] | None = None) -> str:
        found = attachments.files_of(record)
        return part_or_page(
            "screen/record/files.html", screen=self, record=record, title=_("Attachments"), files=found,
            problems=problems or [], may_attach=self.may("edit") and not attachments.is_frozen(record),
            most_bytes=attachments.MOST_BYTES, size_of=size_of, has_thumbnail=has_thumbnail, shown=SHOWN,
            pictures=PICTURES,
        )  # fmt: skip


def has_thumbnail(version: Attachment) -> bool:
    """Whether the table shows a small picture of the file."""
    return version.media_type in PICTURES and version.size_bytes <= THUMBNAIL_MOST


def size_of(size_bytes: int) -> str:
    """Return a size as people read it: 812 B, 14.2 KB, 3.1 MB."""
    if size_bytes < 1024:
        return f"{size_bytes} B"
    if size_bytes < 1024 * 1024:
        return f"{format_decimal(round(size_bytes / 1024, 1))} KB"
    return f"{format_decimal(round(size_bytes / 1024 / 1024, 1))} MB"


def _store() -> FileStore:
    return attachment_store(current_app.config["YINGCE_SETTINGS"].storage_url)
