"""Uploaded files: under random names in the storage folder, until they are stored, discarded or forgotten."""

import os
import secrets
import shutil
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from flask import current_app

from app.core.clock import utc_now

KEEP_DAYS = 7
"""A file that nobody came back to is deleted after so many days, at the next upload."""
_DAY = 86_400


def upload_folder() -> Path:
    """Return the folder of uploads, made when it is missing; readable by its owner only."""
    url = current_app.config["YINGCE_SETTINGS"].storage_url
    folder = Path(unquote(urlsplit(url).path)) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keep_upload(content: IO[bytes]) -> Path:
    """Write an upload to disk for good and return its path.

    Raises:
        OSError: the disk is full or cannot be written; nothing is left behind.
    """
    folder = upload_folder()
    _sweep(folder)
    path = folder / secrets.token_hex(16)
    draft = path.with_suffix(".part")
    try:
        with draft.open("xb") as file:
            shutil.copyfileobj(content, file)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return path


def upload_path(name: str) -> Path:
    """Return where the upload with this random name lies; it may be gone."""
    return upload_folder() / Path(name).name


def forget_upload(name: str | None) -> None:
    """Delete an upload; one that is gone already is fine."""
    if name:
        upload_path(name).unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    oldest = utc_now().timestamp() - KEEP_DAYS * _DAY
    for path in folder.iterdir():
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
