"""Writes rows as an XLSX workbook, in constant memory, with typed cells and no formula in it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from re import sub
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from app.exports.cells import safe_cell

MOST_ROWS = 1_048_575
"""Rows of a sheet below its header; further rows begin another sheet."""
_WIDTH = 18
"""Width of a column in characters; a longer header widens it."""


@dataclass(frozen=True)
class SheetColumn:
    """A column of the sheet.

    Attributes:
        format: number format of its cells, as a spreadsheet writes it.
        convert: turns a stored value that is not None into what the cell holds.
    """

    header: str
    format: str
    convert: Callable[[Any], Any]


def plain_text(value: Any) -> Any:
    """Return a text that a cell can hold and that no spreadsheet takes for a formula."""
    return safe_cell(ILLEGAL_CHARACTERS_RE.sub("", str(value)))


def write_workbook(
    target: Path | IO[bytes],
    title: str,
    columns: Sequence[SheetColumn],
    pages: Iterable[Iterable[Sequence[Any]]],
    *,
    most_rows: int = MOST_ROWS,
) -> None:
    """Write the pages of rows below a header; what `pages` raises leaves nothing half-written behind.

    Args:
        target: path or open file of the workbook.
        title: name of the sheet; what a sheet's name may not hold is left out.
    """
    book = Workbook(write_only=True)
    sheets = [_new_sheet(book, title, columns)]
    left = most_rows
    try:
        for rows in pages:
            for row in rows:
                if not left:
                    sheets.append(_new_sheet(book, title, columns))
                    left = most_rows
                sheets[-1].append(_cells(sheets[-1], columns, row))
                left -= 1
    except BaseException:
        for sheet in sheets:
            sheet.close()
            sheet._writer.cleanup()
        raise
    book.save(target)


def _new_sheet(book: Workbook, title: str, columns: Sequence[SheetColumn]) -> Any:
    sheet: Any = book.create_sheet(sub(r"[\[\]:*?/\\']", " ", title).strip()[:28] or "1")
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = max(_WIDTH, len(column.header) + 4)
    header = []
    for column in columns:
        cell = WriteOnlyCell(sheet, value=plain_text(column.header))
        cell.font = Font(bold=True)
        header.append(cell)
    sheet.append(header)
    return sheet


def _cells(sheet: Any, columns: Sequence[SheetColumn], row: Sequence[Any]) -> list[Any]:
    cells: list[Any] = []
    for column, value in zip(columns, row, strict=True):
        if value is None or value == "":
            cells.append(None)
            continue
        held = column.convert(value)
        if column.format == "General" or isinstance(held, str):
            cells.append(held)
            continue
        cell = WriteOnlyCell(sheet, value=held)
        cell.number_format = column.format
        cells.append(cell)
    return cells
