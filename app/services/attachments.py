"""Files of records: attached in versions, removed into the trail's memory, told apart by content (R016, R106).

Who may edit the record may attach and remove while nobody decides on it; who may show it may read. The
views ask for the rights and find the record in scope; the state of the record is asked here.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import IO, Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import utc_now
from app.core.db import db
from app.core.errors import BadInput, Conflict, NotFound, WrongState
from app.core.i18n import lazy_gettext as _l
from app.services.file_types import media_type_of
from app.storage import FileStore
from models.approvable import Approvable
from models.attachments import Attachment

MOST_BYTES = 25 * 1024 * 1024
"""Largest file; the setting YINGCE_MAX_UPLOAD_MB bounds the whole request."""
MOST_NAMES = 200
_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class FileHistory:
    """A file of a record: its newest version and the earlier ones, newest first."""

    newest: Attachment
    earlier: tuple[Attachment, ...]


def attach(actor: Actor, *, store: FileStore, record: Any, file_name: str, content: IO[bytes]) -> Attachment:
    """Attach a file; the same name again is its next version, the same content again is nothing new.

    Raises:
        BadInput: no name, an empty or too large file, or a type that is not allowed.
        WrongState: the record is under approval, decided or in the bin.
        Conflict: somebody attached the same name at the same moment.
    """
    refuse_frozen(record)
    name = clean_name(file_name)
    draft = store.receive(content, most=MOST_BYTES)
    try:
        if draft.size == 0:
            raise BadInput("file-empty", _l("“%(name)s” is empty.", name=name[:80]), field="file")
        media_type = media_type_of(draft.path, name)
        newest = _newest(record, name)
        if newest is not None and newest.sha256 == draft.sha256 and not newest.is_deleted:
            return newest
        store.keep(draft)
    finally:
        store.discard(draft)
    made = Attachment(
        record_type=record.__tablename__, record_id=record.id, file_name=name,
        version_no=1 if newest is None else newest.version_no + 1, media_type=media_type,
        size_bytes=draft.size, sha256=draft.sha256, uploaded_by_id=actor.user_id,
    )  # fmt: skip
    session = _session()
    session.add(made)
    try:
        session.flush()
    except IntegrityError as problem:
        raise Conflict(
            _l("Somebody attached a file of this name at the same moment. Try again.")
        ) from problem
    return made


def remove(actor: Actor, *, record: Any, attachment_id: int) -> Attachment:
    """Take a file with all its versions off the record; the rows and the contents stay for the trail.

    Raises:
        NotFound: the record has no such file.
        WrongState: the record is under approval, decided or in the bin.
    """
    refuse_frozen(record)
    named = find(record=record, attachment_id=attachment_id)
    versions = _alive(record).where(Attachment.file_name == named.file_name)
    for version in _session().scalars(versions):
        version.deleted_at = utc_now()
    return named


def find(*, record: Any, attachment_id: int) -> Attachment:
    """Return one version of a file of this record.

    Raises:
        NotFound: the record has no such file.
    """
    found: Attachment | None = _session().scalar(_alive(record).where(Attachment.id == attachment_id))
    if found is None:
        raise NotFound("no-such-file", _l("There is nothing here, or it is not yours to see."))
    return found


def files_of(record: Any) -> Sequence[FileHistory]:
    """Return the record's files by name, each with its versions; one statement."""
    newest_first = _alive(record).order_by(Attachment.file_name, Attachment.version_no.desc())
    by_name: dict[str, list[Attachment]] = {}
    for version in _session().scalars(newest_first.limit(MOST_NAMES * 10)):
        by_name.setdefault(version.file_name, []).append(version)
    return [FileHistory(first, tuple(others)) for first, *others in by_name.values()]


def is_frozen(record: Any) -> bool:
    """Whether the record or the document it belongs to is locked by an approval or lies in the bin."""
    document = getattr(record, record.__locked_with__) if record.__locked_with__ else record
    return (
        (isinstance(document, Approvable) and document.is_locked)
        or getattr(document, "is_deleted", False)
        or getattr(record, "is_deleted", False)
    )


def refuse_frozen(record: Any) -> None:
    """Refuse to change the files of a frozen record.

    Raises:
        WrongState: see `is_frozen`.
    """
    if is_frozen(record):
        raise WrongState(
            "record-locked",
            _l("This record is in review, decided or in the bin; its files cannot be changed."),
        )


def clean_name(text: str) -> str:
    """Return a file's name without folders and invisible characters, at most 200 characters with its ending.

    Raises:
        BadInput: nothing is left of it.
    """
    name = PureWindowsPath(PurePosixPath(unicodedata.normalize("NFC", text)).name).name
    name = "".join(sign for sign in name if sign.isprintable()).strip(" .")
    if not name:
        raise BadInput("file-name", _l("The file has no name."), field="file")
    ending = PurePosixPath(name).suffix[:20]
    return name if len(name) <= _NAME_LENGTH else name[: _NAME_LENGTH - len(ending)] + ending


def count_of(record: Any) -> Any:
    """Return the subquery that counts the record's files, for a page that asks several counts at once."""
    return (
        select(func.count(Attachment.file_name.distinct()))
        .where(
            Attachment.record_type == record.__tablename__,
            Attachment.record_id == record.id,
            Attachment.deleted_at.is_(None),
        )
        .scalar_subquery()
    )


def _alive(record: Any) -> Any:
    return select(Attachment).where(
        Attachment.record_type == record.__tablename__,
        Attachment.record_id == record.id,
        Attachment.deleted_at.is_(None),
    )


def _newest(record: Any, name: str) -> Attachment | None:
    """Return the last version of a name, removed ones included: a number is never given twice."""
    found: Attachment | None = _session().scalar(
        select(Attachment)
        .where(
            Attachment.record_type == record.__tablename__,
            Attachment.record_id == record.id,
            Attachment.file_name == name,
        )
        .order_by(Attachment.version_no.desc())
        .limit(1)
    )
    return found


def _session() -> Session:
    session: Session = db.session()
    return session
