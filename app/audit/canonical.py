"""One text for one content: canonical JSON, digests and chain links. Pure: no Flask, no SQLAlchemy, no rows.

Two programs that hold the same content must arrive at the same digest, whatever the database, the
language of the reader or the way a number was typed. So keys are sorted, no spaces are written,
text is in Unicode NFC, an exact decimal is its shortest plain text, an instant is UTC to the microsecond.

A link is built like a node of RFC 6962: the first byte tells a leaf (0x00) from a link (0x01), so
that no body can pass for a link.

    leaf = H(0x00 || canonical body)        link = H(0x01 || previous link || leaf)
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

__all__ = [
    "ALGORITHMS",
    "DEFAULT_ALGORITHM",
    "GENESIS",
    "canonical_json",
    "digest_of",
    "instant_text",
    "json_text",
    "link_hash",
    "link_of_text",
    "normal_form",
]

ALGORITHMS = ("sha256", "sm3")
"""Digests that an entry may name; each has 32 bytes. SM3 is the national standard GB/T 32905."""
DEFAULT_ALGORITHM = "sha256"
GENESIS = "0" * 64
"""The previous link of the first entry of any chain."""


class _Digest(Protocol):
    def digest(self) -> bytes: ...
    def hexdigest(self) -> str: ...


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
).encode


def json_text(normal: Any) -> str:
    """Return the JSON text of a value that already is in normal form (fast; used by the verifier).

    Raises:
        ValueError, TypeError: the value is not in normal form.
    """
    return _encode(normal)


def canonical_json(value: Any) -> str:
    """Return the canonical JSON text of `value`.

    Raises:
        TypeError: a value of a kind that has no canonical form (a translated label, a row, a set).
        ValueError: a number that is not finite, or two keys of one object that become equal.
    """
    return _encode(normal_form(value))


def digest_of(payload: Any, algorithm: str = DEFAULT_ALGORITHM) -> str:
    """Return the digest, 64 hexadecimal digits, of the canonical JSON of `payload`.

    Store `normal_form(payload)` when the content must be digested again later: it reads back equal
    from every database.

    Raises:
        TypeError, ValueError: see `canonical_json`; the algorithm is unknown.
    """
    return _hasher(algorithm)(canonical_json(payload).encode()).hexdigest()


def link_hash(prev: str, body: Mapping[str, Any], algorithm: str = DEFAULT_ALGORITHM) -> str:
    """Return the link, 64 hexadecimal digits, that ties `body` to the previous link `prev`.

    Args:
        prev: the previous link, 64 hexadecimal digits; `GENESIS` for the first entry.
        body: what the entry says, without its own hash.
        algorithm: one of `ALGORITHMS`.

    Raises:
        TypeError, ValueError: see `canonical_json`; `prev` is not hexadecimal; the algorithm is unknown.
    """
    return link_of_text(prev, canonical_json(body), algorithm)


def link_of_text(prev: str, text: str, algorithm: str = DEFAULT_ALGORITHM) -> str:
    """Return the link over a body that already is canonical JSON text; see `link_hash`."""
    hasher = _hasher(algorithm)
    leaf = hasher(b"\x00" + text.encode()).digest()
    return hasher(b"\x01" + bytes.fromhex(prev) + leaf).hexdigest()


def normal_form(value: Any) -> Any:
    """Return `value` made of dict, list, str, int, bool and None only; applying it twice changes nothing.

    - text: Unicode NFC; what no database can hold (NUL, half a surrogate pair) becomes U+FFFD;
    - exact decimal: shortest plain text, so that 100, 100.0 and 1E+2 are equal;
    - float: a whole number as integer, else the text of its shortest decimal;
    - instant: UTC to the microsecond with Z; a date-time without zone stays as it is; date: ISO 8601;
    - enum member: its value; bytes: hexadecimal digits; object keys: text.

    Raises:
        TypeError, ValueError: see `canonical_json`.
    """
    if value is None or value is True or value is False:
        return value
    convert = _BY_TYPE.get(type(value))
    if convert is None:
        convert = _converter_of_subclass(value)
    return convert(value)


def _hasher(algorithm: str) -> Callable[[bytes], _Digest]:
    if algorithm == "sha256":
        return hashlib.sha256
    if algorithm not in ALGORITHMS:
        message = f"unknown digest algorithm {algorithm!r}"
        raise ValueError(message)
    return lambda data: hashlib.new(algorithm, data)


def _text(value: str) -> str:
    if value.isascii():
        plain = str(value)
        return plain.replace("\x00", "\ufffd") if "\x00" in plain else plain
    return unicodedata.normalize("NFC", _UNSTORABLE.sub("\ufffd", value))


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        message = "a number that is not finite has no canonical form"
        raise ValueError(message)
    plain = format(value, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain == "-0" else plain


def _float(value: float) -> int | str:
    # JSONB gives 1e22 back as an integer; both spellings must stay one number.
    if value.is_integer():
        return int(value)
    return _decimal(Decimal(repr(value)))


def instant_text(value: datetime) -> str:
    """Return the canonical text of an instant: UTC to the microsecond, `2026-01-31T08:00:00.000000Z`."""
    if value.tzinfo is None:
        return value.isoformat(timespec="microseconds")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    result = {_key(key): normal_form(item) for key, item in value.items()}
    if len(result) != len(value):
        message = "two keys of one object are equal in canonical form"
        raise ValueError(message)
    return result


def _key(key: Any) -> str:
    plain = key.value if isinstance(key, Enum) else key
    if isinstance(plain, str):
        return _text(plain)
    if isinstance(plain, int) and not isinstance(plain, bool):
        return str(plain)
    message = f"a key of an object cannot be a {type(key).__name__}"
    raise TypeError(message)


def _list(value: list[Any] | tuple[Any, ...]) -> list[Any]:
    return [normal_form(item) for item in value]


def _enum(value: Enum) -> Any:
    return normal_form(value.value)


_BY_TYPE: dict[type, Callable[[Any], Any]] = {
    str: _text,
    int: int,
    Decimal: _decimal,
    float: _float,
    datetime: instant_text,
    date: date.isoformat,
    time: time.isoformat,
    dict: _mapping,
    list: _list,
    tuple: _list,
    bytes: bytes.hex,
    UUID: str,
}
# The order matters: an enum may also be a text or a number, and a date-time is also a date.
_BY_BASE: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (Enum, _enum),
    (str, _text),
    (int, int),
    (float, _float),
    (Decimal, _decimal),
    (datetime, instant_text),
    (date, date.isoformat),
    (Mapping, _mapping),
    (list, _list),
    (tuple, _list),
)


def _converter_of_subclass(value: Any) -> Callable[[Any], Any]:
    for base, convert in _BY_BASE:
        if isinstance(value, base):
            return convert
    message = f"a {type(value).__name__} has no canonical form"
    raise TypeError(message)
