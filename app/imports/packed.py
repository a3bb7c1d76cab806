"""Opens plain, gzip and xz files as bytes, within limits of size and memory."""

import gzip
import io
import lzma
import zlib
from pathlib import Path
from typing import Any, BinaryIO, cast

from app.core.errors import BadInput
from app.core.i18n import lazy_gettext as _l

MOST_BYTES = 512 * 1024 * 1024
"""Largest size of a file once unpacked."""
_XZ_MEMORY = 96 * 1024 * 1024
_PIECE = 256 * 1024
XZ, GZIP, ZIP = b"\xfd7zXZ\x00", b"\x1f\x8b", b"PK\x03\x04"
UNPACK_ERRORS = (lzma.LZMAError, zlib.error, EOFError, gzip.BadGzipFile)


class XzReader(io.RawIOBase):
    """Unpacks an xz file piece by piece; a file that asks for too much memory is refused.

    Raises:
        LZMAError: the file is damaged or asks for more memory than allowed.
        EOFError: the file ends too early.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._unpack = self._new()
        self._is_fresh = True

    def _new(self) -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)

    def readable(self) -> bool:
        """A reader."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with unpacked bytes; 0 at the end."""
        while True:
            if self._unpack.eof:
                rest = self._unpack.unused_data or self._file.read(_PIECE)
                if not rest.strip(b"\x00"):
                    return 0
                self._unpack, data = self._new(), rest
            else:
                data = self._file.read(_PIECE) if self._unpack.needs_input else b""
                if not data and self._unpack.needs_input:
                    message = "the packed file ends too early"
                    raise EOFError(message)
            piece = self._unpack.decompress(data, max_length=len(buffer))
            if piece:
                buffer[: len(piece)] = piece
                return len(piece)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def open_unpacked(path: Path) -> BinaryIO:
    """Return the content of a file as bytes, unpacked if it is packed."""
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(XZ):
        return cast(BinaryIO, io.BufferedReader(XzReader(path), _PIECE))
    if start.startswith(GZIP):
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb")


def damaged() -> BadInput:
    """Return the refusal of a packed file that cannot be unpacked."""
    return BadInput(
        "file-damaged", _l("The packed file is damaged or cut off. Pack it again, or import it unpacked.")
    )


def too_large() -> BadInput:
    """Return the refusal of a file that is too large once unpacked."""
    return BadInput(
        "file-too-large",
        _l("The file is larger than %(size)s MB once unpacked. Split it.", size=MOST_BYTES // 1024 // 1024),
    )
