"""Reads CSV and XLSX as a stream of rows with their line numbers; what a file is, its content decides.

CSV: UTF-8 with or without mark, UTF-16, GB18030; comma, semicolon, tab or bar; plain, .gz or .xz.
Whatever is wrong with the file ends as `BadInput` with a sentence that says what to do.
"""

import codecs
import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import BadInput
from app.core.i18n import lazy_gettext as _l
from app.imports.packed import GZIP, MOST_BYTES, UNPACK_ERRORS, XZ, ZIP, damaged, open_unpacked, too_large
from app.imports.workbook import open_workbook

MOST_ROWS = 2_000_000
MOST_COLUMNS = 200
MOST_CELL = 10_000
"""Characters of one cell."""
SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".csv.xz", ".tsv.gz", ".tsv.xz", ".txt.gz", ".txt.xz", ".xlsx")
_PIECE = 128 * 1024
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_NEVER_IN_A_NAME = {"Cc", "Cn", "Co", "Cs"}
"""Kinds of signs (control, unassigned, private) that show that something else was read as text."""
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"

Cells = list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file.

    Attributes:
        headers: the cells of its first line, trimmed, each once.
        rows: (number of the line in the file, its cells as text), without blank lines.
        lines: number of lines, about; for a progress bar.
        form: how it was read, for example `CSV, gb18030, “;”`.
    """

    headers: Cells
    rows: Iterator[tuple[int, Cells]]
    lines: int
    form: str


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file as it lies there, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def open_table(path: Path, name: str | None = None) -> Iterator[Table]:
    """Open a file and yield its table.

    Args:
        name: the file's name if it lies under another one.

    Raises:
        BadInput: the file is no table, is damaged, too large, or not what its name says; the rows
            raise it too, when they are read.
    """
    shown = name or path.name
    _check_name(shown)
    with path.open("rb") as raw:
        start = raw.read(4096)
    is_workbook = start.startswith(ZIP)
    _check_content(start, shown, is_workbook=is_workbook)
    if is_workbook:
        with open_workbook(path, MOST_BYTES) as (rows, lines):
            yield _table(rows, lines, "XLSX")
        return
    try:
        encoding, lines = _detect_encoding(path)
        delimiter = _detect_delimiter(path, encoding)
        with open_unpacked(path) as file, io.TextIOWrapper(file, encoding, newline="") as stream:
            yield _table(_csv_rows(stream, delimiter), lines, f"CSV, {encoding}, “{delimiter}”")
    except UNPACK_ERRORS as error:
        raise damaged() from error


def _check_name(name: str) -> None:
    if not name.lower().endswith(SUFFIXES):
        raise BadInput(
            "file-kind",
            _l(
                "Only CSV (also packed as .gz or .xz) and XLSX can be imported; the file is named “%(name)s”.",
                name=name,
            ),
        )


def _check_content(start: bytes, name: str, *, is_workbook: bool) -> None:
    if not start.strip():
        raise BadInput("file-empty", _l("The file is empty."))
    if start.startswith(_OLD_EXCEL):
        raise BadInput(
            "file-old-excel",
            _l("This is a workbook of the old or of a protected kind. Save it as XLSX or CSV."),
        )
    lower = name.lower()
    is_packed = start.startswith((XZ, GZIP))
    if lower.endswith(".xlsx") != is_workbook or lower.endswith((".gz", ".xz")) != is_packed:
        raise BadInput(
            "file-disguised",
            _l("The file “%(name)s” is not what its ending says. Save it anew as CSV or XLSX.", name=name),
        )


def _table(rows: Iterator[tuple[int, Cells]], lines: int, form: str) -> Table:
    first = next(rows, None)
    if first is None:
        raise BadInput("file-empty", _l("The file is empty."))
    headers = [unicodedata.normalize("NFC", cell.strip()) for cell in first[1]]
    while headers and not headers[-1]:
        headers.pop()
    named = [header for header in headers if header]
    if any(unicodedata.category(sign) in _NEVER_IN_A_NAME for header in named for sign in header):
        raise _no_text()
    twice = next((header for header in named if named.count(header) > 1), None)
    if twice is not None:
        raise BadInput(
            "header-twice", _l("Two columns are headed “%(header)s”. Rename one of them.", header=twice[:60])
        )
    if not named or len(headers) > MOST_COLUMNS:
        raise BadInput(
            "no-header",
            _l("The first line must hold the names of the columns, %(most)s at most.", most=MOST_COLUMNS),
        )
    return Table(headers, _limited(rows), lines, form)


def _limited(rows: Iterator[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
    for count, (line, cells) in enumerate(rows, start=1):
        if count > MOST_ROWS:
            raise BadInput(
                "too-many-rows", _l("The file has more than %(most)s rows. Split it.", most=MOST_ROWS)
            )
        if len(cells) > MOST_COLUMNS or max(map(len, cells)) > MOST_CELL:
            raise BadInput(
                "cell-too-long",
                _l("Line %(line)s holds a cell that is too long, or too many cells. Is a quotation mark left open before it?",
                   line=line),
            )  # fmt: skip
        yield line, cells


def _detect_encoding(path: Path) -> tuple[str, int]:
    """Return the encoding in which the whole file is valid text, and its number of lines."""
    with open_unpacked(path) as file:
        start = file.read(4096)
    candidates: tuple[str, ...] = ("utf-8", "gb18030")
    if start.startswith(codecs.BOM_UTF8):
        candidates = ("utf-8-sig",)
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ("utf-16",)
    elif b"\x00" in start:
        candidates = _utf16_without_mark(start)
    elif start.lstrip().startswith((b"<", b"%PDF", b"{\\rtf")):
        raise _no_text()
    for encoding in candidates:
        lines = _lines_in(path, encoding)
        if lines is not None:
            return encoding, lines
    raise _no_text()


def _utf16_without_mark(start: bytes) -> tuple[str, ...]:
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if even == 0 and odd > len(start) // 8:
        return ("utf-16-le",)
    if odd == 0 and even > len(start) // 8:
        return ("utf-16-be",)
    return ()


def _lines_in(path: Path, encoding: str) -> int | None:
    """Return the number of lines, or None if the file is no text in this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = size = 0
    with open_unpacked(path) as file:
        while piece := file.read(_PIECE):
            size += len(piece)
            if size > MOST_BYTES:
                raise too_large()
            if not encoding.startswith("utf-16") and _CONTROL.search(piece):
                return None
            try:
                lines += decoder.decode(piece).count("\n")
            except UnicodeDecodeError:
                return None
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return lines + 1


def _no_text() -> BadInput:
    return BadInput("file-no-text", _l("The file is no readable text. Save it as CSV in UTF-8, or as XLSX."))


def _detect_delimiter(path: Path, encoding: str) -> str:
    """Return the separator that the first line holds most often outside of quotation marks."""
    with open_unpacked(path) as file, io.TextIOWrapper(file, encoding) as stream:
        first = stream.readline(MOST_COLUMNS * 500)
    bare = re.sub(r'"[^"]*"', "", first)
    return max(",;\t|", key=bare.count)


def _csv_rows(stream: io.TextIOWrapper, delimiter: str) -> Iterator[tuple[int, Cells]]:
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if cells and any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadInput(
            "bad-quotes",
            _l(
                "The quotation marks of the row that begins on line %(line)s do not match. Correct it.",
                line=line,
            ),
        ) from error
