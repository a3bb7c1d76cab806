"""Signed checkpoints: what the chain looked like at one moment, to be kept where nobody can reach it.

Whoever owns the database can write the whole chain anew, with every hash correct. He cannot make it
agree with a checkpoint that left the machine earlier. So: hourly, with each export, mailed to the
auditor, printed in the footer of compliance documents.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, select

from app.audit.canonical import GENESIS, canonical_json, instant_text
from app.audit.entries import TABLE
from app.core.clock import utc_now

_PURPOSE = b"yingce audit checkpoint 1\n"
"""Signed along, so that a signature made for another purpose never passes for a checkpoint."""


class CheckpointError(Exception):
    """A checkpoint file cannot be read; the text is one plain line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The length of the chain and its last hash, with the time (UTC) and the signer.

    `head`, `public_key` and `signature` are hexadecimal digits; an empty chain has size 0.
    """

    size: int
    head: str
    time: str
    public_key: str
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """Return what the signature covers."""
        facts = asdict(self)
        del facts["signature"]
        return _PURPOSE + canonical_json(facts).encode()

    def is_authentic(self, public_key: str) -> bool:
        """Whether the owner of `public_key` (hexadecimal) signed exactly this."""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
            key.verify(bytes.fromhex(self.signature), self.signed_bytes())
        except (InvalidSignature, ValueError):
            return False
        return True


def take_checkpoint(connection: Connection, key: Ed25519PrivateKey) -> Checkpoint:
    """Return a signed checkpoint of the chain as `connection` sees it."""
    last = connection.execute(select(TABLE.c.seq, TABLE.c.hash).order_by(TABLE.c.seq.desc()).limit(1)).first()
    bare = Checkpoint(
        size=0 if last is None else int(last.seq),
        head=GENESIS if last is None else str(last.hash),
        time=instant_text(utc_now()),
        public_key=key.public_key().public_bytes_raw().hex(),
    )
    return Checkpoint(**{**asdict(bare), "signature": key.sign(bare.signed_bytes()).hex()})


def write_checkpoint(checkpoint: Checkpoint, folder: Path) -> Path:
    """Store a checkpoint as a file of its own, named by time and size, and return its path.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stamp = checkpoint.time.replace(":", "").replace("-", "")
    path = folder / f"audit-{stamp}-{checkpoint.size}.json"
    with path.open("w", encoding="utf-8") as file:
        json.dump(asdict(checkpoint), file, indent=1, sort_keys=True)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    return path


def read_checkpoints(path: Path) -> list[Checkpoint]:
    """Return the checkpoint of a file, or those of all `*.json` files of a folder, shortest chain first.

    Raises:
        CheckpointError: there is none, or a file is not a checkpoint.
    """
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        message = f"there is no checkpoint in {path}"
        raise CheckpointError(message)
    return sorted((_read(file) for file in files), key=lambda item: (item.size, item.time))


def _read(path: Path) -> Checkpoint:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        checkpoint = Checkpoint(**fields)
    except (OSError, ValueError, TypeError) as error:
        message = f"{path} is not a readable checkpoint: {error}"
        raise CheckpointError(message) from error
    if any(type(value) is not (int if name == "size" else str) for name, value in fields.items()):
        message = f"{path} is not a checkpoint: a field has the wrong type"
        raise CheckpointError(message)
    return checkpoint
