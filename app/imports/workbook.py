"""Reads the first sheet of an XLSX file, row by row, values only; formulas are read as their last result."""

import logging
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl

from app.core.errors import BadInput, RuleViolation
from app.core.i18n import lazy_gettext as _l
from app.imports.packed import too_large

_log = logging.getLogger(__name__)
_MOST_SHARED_TEXT = 64 * 1024 * 1024
"""Bytes of the table of texts: the only part of a workbook that is held in memory."""
_SHARED = "xl/sharedStrings.xml"


@contextmanager
def open_workbook(path: Path, most_bytes: int) -> Iterator[tuple[Iterator[tuple[int, list[str]]], int]]:
    """Yield the rows of the first sheet as (line, texts), and about how many there are.

    Raises:
        BadInput: the file is no workbook, is damaged, or unpacks to more than `most_bytes`.
    """
    _check_package(path, most_bytes)
    with path.open("rb") as file:  # opened here, because the reader leaves it open when it fails
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheet: Any = next(iter(book.worksheets), None)
            lines = int(sheet.max_row or 0) if sheet is not None else 0
        except Exception as error:
            raise _damaged(error) from error
        if sheet is None:
            raise BadInput("no-sheet", _l("The workbook has no sheet with cells."))
        sheet.reset_dimensions()  # the stored size is a claim; the rows themselves count
        try:
            yield _rows(sheet), lines
        finally:
            book.close()


def _check_package(path: Path, most_bytes: int) -> None:
    try:
        with zipfile.ZipFile(path) as package:
            sizes = {info.filename: info.file_size for info in package.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(error) from error
    if "[Content_Types].xml" not in sizes or "xl/workbook.xml" not in sizes:
        raise BadInput(
            "file-disguised", _l("The packed file holds no workbook. Save the table as XLSX or CSV.")
        )
    if sum(sizes.values()) > most_bytes or sizes.get(_SHARED, 0) > _MOST_SHARED_TEXT:
        raise too_large()


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    width = 0
    try:
        for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            texts = [cell_text(value) for value in cells]
            while texts and not texts[-1]:
                texts.pop()
            width = width or len(texts)
            if texts:
                # a sheet ends each row at its last filled cell
                yield line, texts + [""] * (width - len(texts))
    except RuleViolation:
        raise
    except Exception as error:
        raise _damaged(error) from error


def cell_text(value: Any) -> str:
    """Return a cell's value as the text that a CSV file would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        plain = format(value, ".15g")  # the digits that a workbook itself guarantees
        return plain if "e" not in plain else format(value, ".15f").rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _damaged(error: Exception) -> BadInput:
    _log.info("a workbook was refused: %s", type(error).__name__)
    return BadInput(
        "file-damaged",
        _l("The workbook cannot be read; it is damaged or protected. Save it anew as XLSX or CSV."),
    )
