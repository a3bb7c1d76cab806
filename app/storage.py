"""The file store: contents under their SHA-256, in a folder, each written whole or not at all (R016).

The order is that of security.md 4: draft, fsync, rename, then the row that names the digest is committed.
A crash in between leaves a content that nobody names, never a name without its content. Equal contents
are one file, so nothing here is ever changed; `sweep` removes what no row has named for a day.
"""

import os
import secrets
import tarfile
from collections.abc import Container
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from app.core.clock import utc_now
from app.core.errors import BadInput
from app.core.i18n import lazy_gettext as _l

_PORTION = 1024 * 1024
_DAY = 86_400.0
_DRAFTS = "drafts"


@dataclass(frozen=True, slots=True)
class Draft:
    """A content that was received and not yet kept: where it lies, its digest and its size in bytes."""

    path: Path
    sha256: str
    size: int


class FileStore:
    """A folder of contents, readable by the portal's account only."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made with the first content."""
        self.folder = folder

    def receive(self, content: IO[bytes], *, most: int) -> Draft:
        """Write a content to disk for good, under a random name, and return it as a draft.

        Args:
            most: largest size in bytes.

        Raises:
            BadInput: the content is larger; nothing is left behind.
            OSError: the disk is full or cannot be written; nothing is left behind.
        """
        folder = self._made(_DRAFTS)
        path = folder / secrets.token_hex(16)
        digest, size = sha256(), 0
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                while portion := content.read(_PORTION):
                    size += len(portion)
                    _refuse_larger(size, most)
                    digest.update(portion)
                    file.write(portion)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Draft(path, digest.hexdigest(), size)

    def keep(self, draft: Draft) -> None:
        """Put a draft to its place; a content that stands there already is the same."""
        goal = self.path_of(draft.sha256)
        self._made(goal.parent.name)
        draft.path.replace(goal)
        os.utime(goal)  # named anew: the sweeper leaves it alone until the row is committed

    def discard(self, draft: Draft) -> None:
        """Forget a draft; one that was kept or discarded already is fine."""
        draft.path.unlink(missing_ok=True)

    def path_of(self, digest: str) -> Path:
        """Return where the content with this digest lies.

        Raises:
            ValueError: the text is no digest.
        """
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ValueError(digest)
        return self.folder / digest[:2] / digest

    def sweep(self, used: Container[str]) -> int:
        """Remove contents and drafts older than a day that nobody names; return how many."""
        oldest = utc_now().timestamp() - _DAY
        removed = 0
        for path in self.folder.glob("*/*"):
            if path.name not in used and path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def pack(self, target: Path) -> int:
        """Write all contents into a tar file, not compressed, and return how many there are.

        Called after the copy of the database was made, it holds whatever that copy names: contents are
        only added.
        """
        count = 0
        with tarfile.open(target, "x") as archive:
            for path in sorted(self.folder.glob("??/*")):
                archive.add(path, arcname=path.name, recursive=False)
                count += 1
        return count

    def unpack(self, source: Path) -> int:
        """Put the contents of a tar file into the store and return how many there were.

        Raises:
            ValueError: a content is not what its name says.
        """
        count = 0
        with tarfile.open(source) as archive:
            for member in archive:
                content = archive.extractfile(member)
                if content is None:
                    raise ValueError(member.name)
                draft = self.receive(content, most=member.size)
                if draft.sha256 != member.name:
                    self.discard(draft)
                    raise ValueError(member.name)
                self.keep(draft)
                count += 1
        return count

    def is_whole(self, digest: str) -> bool:
        """Whether the content is there and still has its digest."""
        path = self.path_of(digest)
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest() == digest

    def _made(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder


def _refuse_larger(size: int, most: int) -> None:
    if size > most:
        message = _l("A file may have at most %(size)s MB.", size=most // 1024 // 1024)
        raise BadInput("file-too-large", message, field="file")


def attachment_store(storage_url: str) -> FileStore:
    """Return the store of attachments below the folder of `YINGCE_STORAGE_URL` (`file:///FOLDER`)."""
    return FileStore(Path(unquote(urlsplit(storage_url).path)) / "attachments")
