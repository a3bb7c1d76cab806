"""Checked rows wait on disk, not in memory, until all of a file is read."""

import json
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

CHUNK = 2_000


class Spool:
    """A list of JSON-ready rows in a temporary file; written once, read as often as needed."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  closed by __exit__
        self._pending: list[Any] = []
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def append(self, row: Any) -> None:
        """Add a row."""
        self._pending.append(row)
        self.count += 1
        if len(self._pending) >= CHUNK:
            self._write()

    def chunks(self) -> Iterator[list[Any]]:
        """Yield the rows in order, `CHUNK` at a time."""
        if self._pending:
            self._write()
        self._file.seek(0)
        while text := self._file.readline():
            yield json.loads(text)

    def _write(self) -> None:
        self._file.seek(0, 2)
        self._file.write(json.dumps(self._pending, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._pending = []
