"""The CSV export of a list: what is seen, all of it, within the scope, noted in the audit trail."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, stream_with_context
from sqlalchemy import ColumnElement

from app.audit.chain import record_apart
from app.core.actor import current_actor
from app.core.db import db
from app.exports.csv_stream import batches, stream_csv
from views.fields import Field
from views.listing import ListQuery, clause_of
from views.row_statements import row_statement, shown_only


def export_list(
    model: type[Any], columns: Sequence[Field], query: ListQuery, visible: ColumnElement[bool]
) -> Response:
    """Return the streamed CSV of every row that a list's filters let through, by key.

    The audit entry is written first: no row leaves without it (R109).
    """
    session = db.session()
    clauses = [visible, *clause_of(model, query, session.get_bind().dialect.name)]
    asked = {"columns": [field.name for field in columns], "filters": _asked(query)}
    record_apart(current_actor(), action="export", record_type=model.__tablename__, changes=asked)
    statement = shown_only(row_statement(model, columns, model.id), columns).where(*clauses)
    header = [str(field.label) for field in columns]

    def pages() -> Iterator[list[Any]]:
        for rows in batches(session, statement, model.id):
            yield [row[1:] for row in rows]

    name = f"{model.__tablename__}.csv"
    return Response(
        stream_with_context(stream_csv(header, pages())),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _asked(query: ListQuery) -> dict[str, Any]:
    """Return which filters narrowed the export; a personal value typed as a filter is not kept."""
    asked = {
        f"{item.field.name}.{item.operator}": "…" if item.field.is_personal else item.text
        for item in query.conditions
    }
    return {**asked, "has_search_text": bool(query.text)}
