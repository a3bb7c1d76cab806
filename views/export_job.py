"""The workbook of a long list: made in the background, fetched by the person who asked for it, and nobody else."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl

from flask import Response, abort, current_app, send_file
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.datastructures import MultiDict

from app.core.actor import current_actor
from app.core.errors import NotAllowed
from app.core.i18n import lazy_gettext as _l
from app.exports.files import export_path
from app.exports.workbook import write_workbook
from app.jobs.registry import JobContext, job
from views.exporting import KIND, XLSX, ExportPages, Selection


@job(KIND, label=_l("List export"), restartable=True, is_read_only=True)
def export_list(
    context: JobContext, *, screen: str, address: str, columns: list[str], zone: str, file: str
) -> dict[str, Any]:
    """Write the workbook with the rights and the row scope that the asker has now.

    Raises:
        NotAllowed: he may no longer see or export the list.
        JobStopped: he has cancelled.
    """
    view = _screen_named(screen)
    if view is None or not (view.may("list") and view.may("export")):
        raise NotAllowed("no-right", _l("Your role does not allow this."))
    query = view.parse(MultiDict(parse_qsl(address, keep_blank_values=True)))
    if query.is_bin and not view.may("restore"):
        raise NotAllowed("no-right", _l("Your role does not allow this."))
    chosen = view.selection(query, columns)
    total = chosen.count()
    path = export_path(context.actor.user_id, file)
    assert path is not None
    chosen.note()
    draft = path.with_suffix(".part")
    try:
        pages = _told(context, chosen, total)
        write_workbook(draft, str(view.title), view.sheet_columns(chosen, zone), pages)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return {"rows": total, "url": f"/my-exports/{file}"}


def _told(context: JobContext, chosen: Selection, total: int) -> Iterator[list[Sequence[Any]]]:
    """Yield the pages and tell how far they are."""
    done = 0
    for rows in chosen.pages():
        context.stop_if_cancelled()
        yield rows
        done += len(rows)
        context.progress(done, max(done, total))


def _screen_named(name: str) -> ExportPages | None:
    views = current_app.extensions["appbuilder"].baseviews
    return next(
        (view for view in views if type(view).__name__ == name and isinstance(view, ExportPages)), None
    )


class ExportFileView(BaseView):
    """Where a finished export is fetched; part of one's own tasks."""

    route_base = "/my-exports"
    class_permission_name = "MyJobView"
    default_view = "fetch"

    @expose("/<token>")
    @has_access
    @permission_name("view")
    def fetch(self, token: str) -> Response:
        """Send a finished workbook to the person who asked for it."""
        path = export_path(current_actor().user_id, token)
        if path is None or not path.is_file():
            abort(404)
        return send_file(path, mimetype=XLSX, as_attachment=True, download_name="export.xlsx", max_age=0)
