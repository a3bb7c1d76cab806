"""Proves the chain: everything is computed anew, and the first entry that does not fit is named.

What can be proved from the database alone: that no entry was changed, removed from the middle,
inserted or moved. A cut-off end, and a chain written anew with correct hashes, show only against a
checkpoint that was kept elsewhere (`app.audit.checkpoint`).
"""

import contextvars
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Engine

from app.audit.canonical import GENESIS
from app.audit.checkpoint import Checkpoint, read_checkpoints, take_checkpoint, write_checkpoint
from app.audit.keys import instance_folder, public_key_text, signing_key
from app.audit.stored import StoredChain, StoredEntry
from app.core.db import db, declare_read_only

CHECKPOINT_FOLDER = "checkpoints"


class Damage(StrEnum):
    """What is wrong with the first bad entry."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    SWAPPED = "swapped"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"
    FALSE_CHECKPOINT = "false checkpoint"


@dataclass(frozen=True, slots=True)
class Finding:
    """The first bad entry: its number, what is wrong, and one plain sentence."""

    seq: int
    damage: Damage
    text: str


@dataclass(frozen=True, slots=True)
class Proof:
    """The outcome of a verification.

    Attributes:
        entries: number of entries computed anew.
        size: number of the last entry seen; `head` is its hash.
        checkpoints: number of checkpoints compared.
        finding: the first damage, or None when the chain is intact.
    """

    entries: int
    size: int
    head: str
    checkpoints: int
    finding: Finding | None

    @property
    def is_intact(self) -> bool:
        """Whether nothing is wrong."""
        return self.finding is None


def verify(
    since: int | None = None,
    checkpoint_file: Path | None = None,
    *,
    bind: Engine | Connection | None = None,
    public_key: str | None = None,
) -> Proof:
    """Compute the chain anew and compare it with what is stored and with checkpoints.

    Args:
        since: number of the first entry to check; the hash before it is believed. All by default.
        checkpoint_file: a checkpoint, or a folder of them.
        bind: where to read; the portal's engine by default.
        public_key: whose checkpoints to believe, 64 hexadecimal digits; this instance's by default.

    Raises:
        CheckpointError: a checkpoint cannot be read.
        SQLAlchemyError: the database cannot be read.
        OSError, ValueError: the key of this instance cannot be read.
    """
    checkpoints = read_checkpoints(checkpoint_file) if checkpoint_file else []
    if checkpoints and public_key is None:
        public_key = public_key_text(instance_folder())
    walk = _Walk(
        StoredChain(bind if bind is not None else db.engine), since or 1, checkpoints, public_key or ""
    )
    return contextvars.copy_context().run(_reading, walk)


def checkpoint(folder: Path | None = None, *, bind: Engine | Connection | None = None) -> Path:
    """Write a signed checkpoint and return its file.

    Args:
        folder: where to; `checkpoints` in the instance folder by default.
        bind: where to read; the portal's engine by default.

    Raises:
        OSError, ValueError: the file or the key cannot be written or read.
        SQLAlchemyError: the database cannot be read.
    """
    home = instance_folder()
    key = signing_key(home)
    if isinstance(bind, Connection):
        taken = take_checkpoint(bind, key)
    else:
        with (bind or db.engine).connect() as connection:
            taken = take_checkpoint(connection, key)
    return write_checkpoint(taken, folder or home / CHECKPOINT_FOLDER)


def _reading(walk: "_Walk") -> Proof:
    declare_read_only(True)  # on SQLite a writer need not wait for the proof
    return walk.proof()


class _Walk:
    """One verification from entry `first` to the end."""

    def __init__(
        self, chain: StoredChain, first: int, checkpoints: list[Checkpoint], public_key: str
    ) -> None:
        self._chain = chain
        self._first = first
        self._checkpoints = checkpoints
        self._public_key = public_key
        self._entries = 0
        self._size = first - 1
        self._head = GENESIS

    def proof(self) -> Proof:
        finding = self._start() or self._links() or self._against_checkpoints()
        return Proof(self._entries, self._size, self._head, len(self._checkpoints), finding)

    def _start(self) -> Finding | None:
        if self._first == 1:
            return None
        before = self._chain.at(self._first - 1)
        if before is None:
            return _removed(self._first - 1, self._first - 1)
        self._head = before.hash
        return None

    def _links(self) -> Finding | None:
        size, head = self._size, self._head
        finding = None
        for entry in self._chain.entries(self._first):
            if entry.seq != size + 1:
                finding = _removed(size + 1, entry.seq - 1)
                break
            link = entry.link(head)
            if link != entry.row["hash"] or head != entry.row["prev_hash"]:
                finding = _diagnose(self._chain, entry, head)
                break
            size, head = size + 1, link
        self._entries += size - self._size
        self._size, self._head = size, head
        return finding

    def _against_checkpoints(self) -> Finding | None:
        agreed = 0
        for item in self._checkpoints:
            if not item.is_authentic(self._public_key):
                text = f"the checkpoint of {item.time} (size {item.size}) is not signed by the trusted key"
                return Finding(item.size, Damage.FALSE_CHECKPOINT, text)
            if item.size > self._size:
                text = f"entries {self._size + 1} to {item.size} were cut off: the checkpoint of {item.time} saw them"
                return Finding(self._size + 1, Damage.TRUNCATED, text)
            stored = self._chain.at(item.size)
            if (GENESIS if item.size == 0 else stored and stored.hash) != item.head:
                text = (
                    f"the chain was written anew between entries {agreed + 1} and {item.size}: "
                    f"the checkpoint of {item.time} saw another hash"
                )
                return Finding(agreed + 1, Damage.REWRITTEN, text)
            agreed = item.size
        return None


def _removed(first: int, last: int) -> Finding:
    what = f"entry {first} was" if first == last else f"entries {first} to {last} were"
    return Finding(first, Damage.REMOVED, f"{what} removed")


def _diagnose(chain: StoredChain, entry: StoredEntry, prev: str) -> Finding:
    """Tell what happened to an entry that does not follow `prev`, the last good link."""
    seq = entry.seq
    following = chain.at(seq + 1)
    home = _original_number(chain, entry)
    if home is not None:
        other = chain.at(home)
        if other is not None and other.link(prev, seq) == other.hash:
            return Finding(seq, Damage.SWAPPED, f"entries {seq} and {home} were swapped")
        return Finding(seq, Damage.REMOVED, f"entry {seq} was removed; the one in its place was entry {home}")
    if following is not None and following.prev_hash == prev and following.link(prev, seq) == following.hash:
        return Finding(
            seq, Damage.INSERTED, f"entry {seq} was inserted; the one after it followed entry {seq - 1}"
        )
    computed = entry.link(prev)
    if computed and computed == entry.hash:
        return Finding(seq, Damage.CHANGED, f"entry {seq} was changed: it names another predecessor")
    if following is not None and computed and computed == following.prev_hash:
        return Finding(seq, Damage.CHANGED, f"entry {seq} was changed: its hash no longer fits its content")
    if entry.prev_hash == prev:
        return Finding(seq, Damage.CHANGED, f"entry {seq} was changed: its content no longer fits its hash")
    return Finding(seq, Damage.INSERTED, f"entry {seq} was inserted: it never followed entry {seq - 1}")


def _original_number(chain: StoredChain, entry: StoredEntry) -> int | None:
    """Return the number under which the entry was written, if it is whole but stands elsewhere."""
    before = chain.by_hash(entry.prev_hash)
    candidates = {entry.seq + 1, entry.seq - 1} | ({before.seq + 1} if before is not None else {1})
    for seq in candidates - {entry.seq}:
        if entry.link(entry.prev_hash, seq) == entry.hash:
            return seq
    return None
