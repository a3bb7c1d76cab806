"""CSV of a list in key order, read in batches: constant memory for any number of rows."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from app.exports.cells import safe_cell, safe_column

BATCH = 5_000
BOM = "\ufeff"
"""Without it, the usual spreadsheet reads UTF-8 as the local code page."""


def batches(session: Session, statement: Select[Any], key: Any) -> Iterator[Sequence[Any]]:
    """Yield the rows of a statement of columns by ascending key, `BATCH` at a time.

    Args:
        statement: selects the key first; it is ordered and limited here.
        key: the key's column.
    """
    last: Any = None
    while True:
        clause: ColumnElement[bool] | None = None if last is None else key > last
        batch = statement if clause is None else statement.where(clause)
        # by the connection: plain tuples need nothing of what the session does for mapped rows
        rows = session.connection().execute(batch.order_by(key).limit(BATCH)).all()
        if not rows:
            return
        yield rows
        if len(rows) < BATCH:
            return
        last = rows[-1][0]


def stream_csv(header: Iterable[str], pages: Iterable[Iterable[Sequence[Any]]]) -> Iterator[str]:
    """Yield the lines of a CSV file with a header, one text per batch."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BOM)
    writer.writerow([safe_cell(str(name)) for name in header])
    for rows in pages:
        columns = [safe_column(column) for column in zip(*rows, strict=True)]
        writer.writerows(zip(*columns, strict=True))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()
