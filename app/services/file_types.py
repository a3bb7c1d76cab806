"""What a file is, told by its content and not by its name (R016, R090).

An allow-list: what is none of these is refused, and so is a name whose ending says something else. No
file of these types can run as a script of the portal; macros are refused inside Office files too.
"""

from pathlib import Path
from zipfile import BadZipFile, ZipFile

from app.core.errors import BadInput
from app.core.i18n import lazy_gettext as _l

_OOXML = "application/vnd.openxmlformats-officedocument."
TYPES: dict[str, str] = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "xlsx": f"{_OOXML}spreadsheetml.sheet",
    "docx": f"{_OOXML}wordprocessingml.document",
    "pptx": f"{_OOXML}presentationml.presentation",
    "csv": "text/csv",
    "txt": "text/plain",
    "zip": "application/zip",
}
"""Ending of the name → media type."""
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
SHOWN = PICTURES | {"application/pdf"}
"""Types that a page may show in place."""
_TEXTS = frozenset({"text/csv", "text/plain"})
_BEGINNINGS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_OFFICE_PARTS = {
    "xl/workbook.xml": TYPES["xlsx"],
    "word/document.xml": TYPES["docx"],
    "ppt/presentation.xml": TYPES["pptx"],
}
_HEAD = 64 * 1024


def media_type_of(path: Path, file_name: str) -> str:
    """Return the media type of a file.

    Raises:
        BadInput: the content is of none of the allowed types, or the name's ending says another one.
    """
    claimed = TYPES.get(Path(file_name).suffix.lower().removeprefix("."))
    found = _type_by_content(path)
    if claimed is None or not (claimed == found or (claimed in _TEXTS and found in _TEXTS)):
        raise BadInput(
            "file-type",
            _l(
                "“%(name)s” is not a file of an allowed type (%(types)s), or its content is not what its name says.",
                name=file_name[:80],
                types=", ".join(TYPES),
            ),
            field="file",
        )
    return claimed


def _type_by_content(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for beginning, media_type in _BEGINNINGS:
        if head.startswith(beginning):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _type_of_archive(path)
    return "text/plain" if _is_text(head, is_whole=len(head) < _HEAD) else None


def _type_of_archive(path: Path) -> str | None:
    try:
        with ZipFile(path) as archive:
            names = set(archive.namelist())
    except (BadZipFile, ValueError, NotImplementedError):
        return None
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    if "[Content_Types].xml" in names:
        return next((kind for part, kind in _OFFICE_PARTS.items() if part in names), None)
    return TYPES["zip"]


def _is_text(head: bytes, *, is_whole: bool) -> bool:
    """Whether the beginning is text in UTF-8 or in the Chinese encodings that spreadsheets write."""
    if any(byte < 9 or 13 < byte < 32 for byte in head.removeprefix(b"\xef\xbb\xbf")):
        return False
    if not is_whole:
        head = head.rpartition(b"\n")[0] or head[:-4]  # a character may be cut in two
    for encoding in ("utf-8", "gb18030", "big5"):
        try:
            head.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
