"""Two secrets of the trail, each a file in the instance folder that only its owner may read.

`audit-signing.key` signs checkpoints. `audit-personal.key` makes personal values comparable without
telling them. Both are made when first asked for. Keep the second out of the usual backup: throwing
it away is what makes the marks of erased persons meaningless.
"""

import os
import secrets
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app

SIGNING_FILE = "audit-signing.key"
PERSONAL_FILE = "audit-personal.key"


def instance_folder() -> Path:
    """Return the folder of all data of the running portal (an application context is needed)."""
    folder: Path = current_app.config["YINGCE_SETTINGS"].instance
    return folder


def personal_key(folder: Path) -> bytes:
    """Return the key under which personal values are marked, 32 bytes.

    Raises:
        OSError, ValueError: the file cannot be read, written or understood.
    """
    return _key(folder / PERSONAL_FILE)


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """Return the key that signs checkpoints.

    Raises:
        OSError, ValueError: the file cannot be read, written or understood.
    """
    return Ed25519PrivateKey.from_private_bytes(_key(folder / SIGNING_FILE))


def public_key_text(folder: Path) -> str:
    """Return the public half of the signing key, 64 hexadecimal digits; give it to the auditor.

    Raises:
        OSError, ValueError: see `signing_key`.
    """
    return signing_key(folder).public_key().public_bytes_raw().hex()


def _key(path: Path) -> bytes:
    if not path.exists():
        _make(path)
    return bytes.fromhex(path.read_text(encoding="ascii").strip())


def _make(path: Path) -> None:
    # A link appears whole or not at all, so two processes that start together use one key.
    handle, name = tempfile.mkstemp(dir=path.parent)  # made with mode 600
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        return  # the other process was faster; its key counts
    finally:
        draft.unlink()
