"""Entries as the database holds them, read byte by byte: the verifier trusts no conversion.

A column type that parses would hide changes (a date with another separator parses to the same
date), or stop at the first one that it cannot parse. So SQLite's texts are read raw.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    LargeBinary,
    String,
    Text,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy.exc import OperationalError

from app.audit.canonical import json_text, link_of_text
from app.audit.entries import TABLE, body_text

BATCH = 5000
_NAMES = tuple(column.name for column in TABLE.columns)
_TEXTS = frozenset(column.name for column in TABLE.columns if isinstance(column.type, String)) | {
    "at",
    "changes",
}
_POSTGRESQL: list[ColumnElement[Any]] = [
    func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    if column.name == "at"
    else (cast(column, Text()) if column.name == "changes" else column)
    for column in TABLE.columns
]
_SQLITE: list[ColumnElement[Any]] = [
    type_coerce(column, Text()) if column.name in {"at", "changes"} else column for column in TABLE.columns
]
_SQLITE_BYTES: list[ColumnElement[Any]] = [
    cast(column, LargeBinary) if column.name in _TEXTS else column for column in TABLE.columns
]


@dataclass(slots=True)
class StoredEntry:
    """One row; `at` and `changes` are the canonical texts that the stored values stand for."""

    seq: int
    row: dict[str, Any]
    at: str
    changes: str

    @property
    def prev_hash(self) -> str:
        """Return the link that the row names as its predecessor."""
        return str(self.row["prev_hash"])

    @property
    def hash(self) -> str:
        """Return the link that the row claims for itself."""
        return str(self.row["hash"])

    def link(self, prev: str, seq: int | None = None) -> str:
        """Return the link that this content has after `prev`, as entry number `seq`; "" if it has none."""
        row = self.row if seq is None else {**self.row, "seq": seq}
        try:
            return link_of_text(prev, body_text(row, self.at, self.changes), str(row["algorithm"]))
        except (ValueError, TypeError):  # not hexadecimal, no such algorithm, bytes instead of text
            return ""


class StoredChain:
    """Reads entries in batches, each in a short transaction of its own, so that no writer waits."""

    def __init__(self, bind: Engine | Connection) -> None:
        self._bind = bind
        self._is_sqlite = bind.dialect.name == "sqlite"

    def entries(self, first: int) -> Iterator[StoredEntry]:
        """Yield the entries from number `first` on, in order."""
        while batch := self._fetch(TABLE.c.seq >= first):
            yield from batch
            first = batch[-1].seq + 1

    def at(self, seq: int) -> StoredEntry | None:
        """Return entry number `seq`."""
        return next(iter(self._fetch(TABLE.c.seq == seq)), None)

    def by_hash(self, link: str) -> StoredEntry | None:
        """Return the entry that claims this link."""
        return next(iter(self._fetch(TABLE.c.hash == link)), None)

    def _fetch(self, condition: ColumnElement[bool]) -> list[StoredEntry]:
        with self._connected() as connection:
            if not self._is_sqlite:
                query = select(*_POSTGRESQL).where(condition).order_by(TABLE.c.seq).limit(BATCH)
                return [_from_postgresql(row) for row in connection.execute(query).all()]
            query = select(*_SQLITE).where(condition).order_by(TABLE.c.seq).limit(BATCH)
            try:
                return [_from_sqlite(row) for row in connection.execute(query).all()]
            except OperationalError:
                # Some text is no UTF-8 any more; read the batch as bytes, and it will not fit its hash.
                parts = [
                    cast(column, LargeBinary) if column.name in _TEXTS else column for column in TABLE.columns
                ]
                query = select(*parts).where(condition).order_by(TABLE.c.seq).limit(BATCH)
                return [_from_sqlite([_decoded(value) for value in row]) for row in connection.execute(query)]

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        if isinstance(self._bind, Connection):
            yield self._bind
        else:
            with self._bind.connect() as connection:
                yield connection


def _from_postgresql(values: Sequence[Any]) -> StoredEntry:
    row = dict(zip(_NAMES, values, strict=True))
    return StoredEntry(row["seq"], row, row["at"], json_text(json.loads(row["changes"])))


def _from_sqlite(values: Sequence[Any]) -> StoredEntry:
    row = dict(zip(_NAMES, values, strict=True))
    at = str(row["at"])
    if at[10:11] == " ":
        at = f"{at[:10]}T{at[11:]}Z"
    return StoredEntry(row["seq"], row, at, str(row["changes"]))


def _decoded(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
