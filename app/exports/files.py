"""Workbooks that wait to be fetched: in the storage folder, named by the account that asked, for some days."""

import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app

from app.core.clock import utc_now
from app.core.i18n import lazy_gettext as _l
from app.jobs.registry import JobContext, job

KEEP_DAYS = 7
"""A file is deleted after so many days, fetched or not."""
_DAY = 86_400
_TOKEN = re.compile(r"[0-9a-f]{32}")


def export_folder() -> Path:
    """Return the folder of finished exports, made when it is missing; readable by its owner only."""
    url = current_app.config["YINGCE_SETTINGS"].storage_url
    folder = Path(unquote(urlsplit(url).path)) / "exports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def new_token() -> str:
    """Return the random name of a file to be made."""
    return secrets.token_hex(16)


def export_path(user_id: int | None, token: str) -> Path | None:
    """Return where an account's export lies; None for what can be no token.

    The account is part of the name, so that nobody reaches the file of another whatever he knows of it.
    """
    if user_id is None or not _TOKEN.fullmatch(token):
        return None
    return export_folder() / f"{user_id}-{token}.xlsx"


@job(
    "clean-exports", label=_l("Remove old export files"), restartable=True, is_read_only=True, is_nightly=True
)
def clean_exports(_context: JobContext) -> dict[str, Any]:
    """Delete the exports that are older than `KEEP_DAYS`, also those that were never finished."""
    oldest = utc_now().timestamp() - KEEP_DAYS * _DAY
    removed = 0
    for path in export_folder().iterdir():
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            removed += 1
    return {"removed": removed}
