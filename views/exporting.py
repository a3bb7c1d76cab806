"""Exports of a list: what is seen, all of it, within the scope, noted in the audit trail (R106, R109).

A CSV is streamed and a workbook of up to `MOST_AT_ONCE` rows is answered at once; a longer one is made by
the background job of `views.export_job`, with the rights and the scope that the person has when it runs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, flash, redirect, request, send_file, stream_with_context, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import get_timezone
from sqlalchemy import ColumnElement, Select, func, select

from app.audit.chain import record_apart
from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import RuleViolation
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.exports.csv_stream import batches, stream_csv
from app.exports.files import new_token
from app.exports.workbook import SheetColumn, write_workbook
from app.jobs.registry import enqueue
from views.export_columns import sheet_columns
from views.fields import Field
from views.list_pages import ListPages
from views.listing import ListQuery, clause_of
from views.row_statements import row_statement, shown_only
from views.screen_base import Answer

MOST_AT_ONCE = 5_000
"""Rows of a workbook that are worth waiting for; more are a background job."""
KIND = "export-list"
"""Name of the background job."""
TASKS = ("can_view", "MyJobView")
"""The right to see one's own tasks, where the finished file is fetched."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Selection:
    """Which rows and columns are taken away.

    Attributes:
        asked: what the audit entry tells: columns, filters, ticked keys; no personal value.
    """

    model: type[Any]
    columns: tuple[Field, ...]
    clauses: tuple[ColumnElement[bool], ...]
    asked: dict[str, Any]

    def statement(self) -> Select[Any]:
        """Select the key and one shown value per column."""
        rows = row_statement(self.model, self.columns, self.model.id)
        return shown_only(rows, self.columns).where(*self.clauses)

    def count(self, most: int | None = None) -> int:
        """Return how many rows there are, counting no further than `most`."""
        keys = select(self.model.id).where(*self.clauses).limit(most).subquery()
        return db.session.scalar(select(func.count()).select_from(keys)) or 0

    def pages(self) -> Iterator[list[Sequence[Any]]]:
        """Yield the values of the rows by key, a batch at a time."""
        for rows in batches(db.session(), self.statement(), self.model.id):
            yield [row[1:] for row in rows]

    def note(self) -> None:
        """Write the audit entry; no row leaves without it (R109)."""
        record_apart(
            current_actor(), action="export", record_type=self.model.__tablename__, changes=self.asked
        )

    def only(self, keys: Sequence[int]) -> "Selection":
        """Return the selection of these rows alone."""
        return replace(
            self,
            clauses=(*self.clauses, self.model.id.in_(keys)),
            asked={**self.asked, "rows": list(keys)},
        )


class ExportPages(ListPages):
    """How the rows of a list are taken away."""

    @expose("/export.csv")
    @has_access
    def export(self) -> Response:
        """Stream the rows that the list shows as CSV."""
        return self.csv_answer(self.selection(self.parse(request.args)))

    @expose("/export.xlsx", methods=["POST"])
    @has_access
    @permission_name("export")
    def export_xlsx(self) -> Answer:
        """Answer a workbook of the rows that the list shows, or ask for it in the background."""
        chosen = self.selection(self.parse(request.args))
        if chosen.count(MOST_AT_ONCE + 1) > MOST_AT_ONCE:
            return self.start_export([field.name for field in chosen.columns])
        return self.xlsx_answer(chosen)

    def start_export(self, columns: list[str]) -> Answer:
        """Ask for the workbook of the list that the address names and lead to its task (`views.export_job`).

        Raises:
            RuleViolation: the person has no page of tasks from which the file could be fetched.
        """
        actor = current_actor()
        if not actor.may(*TASKS):
            sentence = _l("A workbook holds at most %(count)s rows here. Narrow the filters, or export as CSV.",
                          count=MOST_AT_ONCE)  # fmt: skip
            raise RuleViolation("too-many-rows", sentence)
        order = {
            "screen": type(self).__name__,
            "address": request.query_string.decode(),
            "columns": columns,
            "zone": str(get_timezone()),
            "file": new_token(),
        }
        with unit_of_work():
            task = enqueue(actor, KIND, order).id
        flash(
            _("The list is long: its workbook is made in the background and can be fetched here."), "success"
        )
        return redirect(url_for("MyJobView.show", pk=task))

    def selection(self, query: ListQuery, columns: Sequence[str] | None = None) -> Selection:
        """Return what the list shows to the actor now.

        Args:
            columns: names of the columns to take; by default those that the person sees.
        """
        if query.is_bin and not self.may("restore"):
            abort(403)
        fields = self.export_fields() if columns is None else [self.choosable[name] for name in columns]
        model = self.datamodel.obj
        visible = self.datamodel.visible(current_actor(), deleted=query.is_bin)
        clauses = (visible, *clause_of(model, query, db.session().get_bind().dialect.name))
        asked = {"columns": [field.name for field in fields], "filters": _asked(query)}
        return Selection(model, tuple(fields), clauses, asked)

    def export_fields(self) -> Sequence[Field]:
        """Return the columns that the person sees in the list."""
        return self.shown_fields(request.args)

    def csv_answer(self, chosen: Selection) -> Response:
        """Return the streamed CSV of a selection."""
        chosen.note()
        header = [str(field.label) for field in chosen.columns]
        return Response(
            stream_with_context(stream_csv(header, chosen.pages())),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{chosen.model.__tablename__}.csv"'},
        )

    def xlsx_answer(self, chosen: Selection) -> Response:
        """Return the workbook of a selection, made in memory."""
        chosen.note()
        content = BytesIO()
        write_workbook(content, str(self.title), self.sheet_columns(chosen, get_timezone()), chosen.pages())
        content.seek(0)
        name = f"{chosen.model.__tablename__}.xlsx"
        return send_file(content, mimetype=XLSX, as_attachment=True, download_name=name, max_age=0)

    def sheet_columns(self, chosen: Selection, zone: Any) -> list[SheetColumn]:
        """Return the columns of a selection as a workbook has them, instants in this time zone."""
        return sheet_columns(chosen.columns, ZoneInfo(str(zone)))


def _asked(query: ListQuery) -> dict[str, Any]:
    """Return which filters narrowed the export; a personal value typed as a filter is not kept."""
    asked = {
        f"{item.field.name}.{item.operator}": "…" if item.field.is_personal else item.text
        for item in query.conditions
    }
    return {**asked, "has_search_text": bool(query.text)}
