"""Which column holds which field, and how the text of a cell becomes a value, strictly.

Columns are found by their headers (English and Chinese), or named by hand. A value that can be read
in two ways is refused: nobody notices a month that became a day.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from app.core.clock import company_zone
from app.core.errors import BadInput
from app.core.i18n import lazy_gettext as _l
from app.imports.problems import RowRefused

Parser = Callable[[str], Any]

_NUMBER = re.compile(r"([+-]?)([0-9]{1,12})(?:\.([0-9]{0,20}))?")
_SPREADSHEET_NUMBER = re.compile(r"[0-9]+\.0")
_TIME = r"(?:[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?\s*(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})" + _TIME)
_CHINESE = re.compile(r"([0-9]{4})(年)([0-9]{1,2})月([0-9]{1,2})日" + _TIME)
_COMPACT = re.compile(r"([0-9]{4})()([0-9]{2})([0-9]{2})" + _TIME)
_DAY_FIRST = re.compile(r"([0-9]{1,2})(\.)([0-9]{1,2})\.([0-9]{4})" + _TIME)


@dataclass(frozen=True, slots=True)
class Field:
    """What an importer takes from a row.

    Attributes:
        name: its key, as in `--map name=header`.
        parser: from the order's zone to the function that turns a cell's text into a value.
        synonyms: further headers under which it is found; upper and lower case, blanks, hyphens
            and underscores do not matter.
    """

    name: str
    label: Any
    parser: Callable[[ZoneInfo], Parser]
    is_required: bool = False
    synonyms: tuple[str, ...] = ()


def fold_header(text: str) -> str:
    """Return a header in the form in which headers are compared."""
    return re.sub(r"[\s_\-./:：()（）]+", "", unicodedata.normalize("NFKC", text)).casefold()


def detect(fields: Iterable[Field], headers: Sequence[str]) -> dict[str, str]:
    """Return field → header for the fields that the headers name."""
    by_fold = {fold_header(header): header for header in reversed(headers) if header}
    found: dict[str, str] = {}
    for field in fields:
        names = (field.name, str(field.label), *field.synonyms)
        header = next((by_fold[fold] for fold in map(fold_header, names) if fold in by_fold), None)
        if header is not None and header not in found.values():
            found[field.name] = header
    return found


def complete(fields: Sequence[Field], headers: Sequence[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return field → header: what was chosen, the rest as detected; an empty header leaves a field out.

    Raises:
        BadInput: a chosen field or header does not exist, a header is used twice, or a required
            field has no column.
    """
    known = {field.name for field in fields}
    for name, header in chosen.items():
        if name not in known:
            raise BadInput("no-such-field", _l("There is no field “%(name)s”; there are: %(known)s", name=name, known=", ".join(sorted(known))))  # fmt: skip
        if header and header not in headers:
            raise BadInput("no-such-column", _l("The file has no column “%(name)s”; it has: %(known)s", name=header, known=", ".join(headers)[:500]))  # fmt: skip
    detected = {name: header for name, header in detect(fields, headers).items()
                if name not in chosen and header not in chosen.values()}  # fmt: skip
    columns = {name: header for name, header in {**detected, **chosen}.items() if header}
    twice = next((header for header in columns.values() if list(columns.values()).count(header) > 1), None)
    if twice is not None:
        raise BadInput("column-twice", _l("The column “%(name)s” is used for two fields.", name=twice))
    missing = [field for field in fields if field.is_required and field.name not in columns]
    if missing:
        raise BadInput(
            "column-missing",
            _l(
                "No column was found for: %(fields)s. The file has: %(known)s",
                fields=", ".join(f"{field.label} ({field.name})" for field in missing),
                known=", ".join(headers)[:500],
            ),
        )
    return {field.name: columns[field.name] for field in fields if field.name in columns}


class RowMapper:
    """Turns the cells of a row into values by field name."""

    def __init__(
        self, fields: Sequence[Field], headers: Sequence[str], columns: Mapping[str, str], zone: ZoneInfo
    ) -> None:
        """Take the header line and field → header as `complete` gave it."""
        self._width = len(headers)
        self._steps = [
            (headers.index(columns[field.name]), field.name, field.parser(zone), field.is_required)
            for field in fields
            if field.name in columns
        ]
        self._absent = dict.fromkeys(field.name for field in fields)

    def read(self, cells: list[str], values: dict[str, Any]) -> None:
        """Fill `values`; None for an empty cell or a field without a column.

        Raises:
            RowRefused: at the first cell that cannot be read; `values` keeps what came before it.
        """
        values.update(self._absent)
        width = self._width
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        is_whole = len(cells) == width
        for index, name, parse, is_required in self._steps if is_whole else self._steps[:1]:
            text = cells[index].strip() if index < len(cells) else ""
            if text:
                try:
                    values[name] = parse(text)
                except RowRefused as refusal:
                    raise RowRefused(refusal.reason, name, text, refusal.detail) from None
            elif is_required and is_whole:
                raise RowRefused("missing", name)
        if not is_whole:
            raise RowRefused("cells", detail=f"{len(cells)} / {width}")


def text(longest: int) -> Callable[[ZoneInfo], Parser]:
    """Return the parser of a text: trimmed, Unicode NFC, at most `longest` characters."""

    def parse(value: str) -> str:
        if not value.isprintable():
            value = re.sub(r"[\t\r\n]+", " ", value)
            if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in value):
                raise RowRefused("control")
        if not value.isascii():
            value = unicodedata.normalize("NFC", value)
        if len(value) > longest:
            raise RowRefused("too-long", detail=longest)
        return value

    return lambda _zone: parse


def number_text(longest: int) -> Callable[[ZoneInfo], Parser]:
    """Return the parser of a number that is a name: `17850.0`, as programs write it, means `17850`."""
    plain = text(longest)

    def parser(zone: ZoneInfo) -> Parser:
        parse_text = plain(zone)

        @lru_cache(maxsize=2048)
        def parse(value: str) -> str:
            return str(parse_text(value[:-2] if _SPREADSHEET_NUMBER.fullmatch(value) else value))

        return parse

    return parser


def scaled(_zone: ZoneInfo) -> Parser:
    """Return the parser of an exact decimal with at most 4 places, as a whole number of 1/10,000."""
    return _scaled


def whole(_zone: ZoneInfo) -> Parser:
    """Return the parser of a whole number."""
    return _whole


@lru_cache(maxsize=8192)
def _scaled(value: str) -> int:
    found = _NUMBER.fullmatch(value)
    if found is None:
        raise RowRefused("not-a-number")
    sign, digits, places = found.groups()
    places = (places or "").rstrip("0")
    if len(places) > 4:
        raise RowRefused("places")
    return int(Decimal(f"{sign}{digits}.{places}").scaleb(4))


@lru_cache(maxsize=8192)
def _whole(value: str) -> int:
    found = _NUMBER.fullmatch(value)
    if found is None:
        raise RowRefused("not-a-number")
    sign, digits, places = found.groups()
    if places and places.strip("0"):
        raise RowRefused("not-whole")
    return int(sign + digits)


def choice(words: Mapping[str, str]) -> Callable[[ZoneInfo], Parser]:
    """Return the parser of a word out of a list: word in lower case → stored value."""

    def parse(value: str) -> str:
        found = words.get(unicodedata.normalize("NFKC", value).casefold())
        if found is None:
            raise RowRefused("not-a-choice", detail=", ".join(words))
        return found

    return lambda _zone: parse


def day(_zone: ZoneInfo) -> Parser:
    """Return the parser of a date; a time beside it must be midnight."""

    def parse(value: str) -> date:
        parsed, offset = _wall_time(value)
        if offset is not None or parsed.time() != datetime.min.time():
            raise RowRefused("not-a-date")
        return parsed.date()

    return parse


def instant(zone: ZoneInfo) -> Parser:
    """Return the parser of a time: local in `zone` unless it names its distance to UTC; gives UTC.

    Of a time that occurs twice, when clocks are set back, the first is taken; one that does not
    occur, when they are set forward, is refused.
    """

    @lru_cache(maxsize=4096)
    def parse(value: str) -> datetime:
        wall, offset = _wall_time(value)
        try:
            found = wall.replace(tzinfo=offset or zone).astimezone(UTC)
            is_real = offset is not None or found.astimezone(zone).replace(tzinfo=None) == wall
        except OverflowError as error:
            raise RowRefused("not-a-date") from error
        if not is_real:
            raise RowRefused("no-such-time", detail=zone.key)
        return found

    return parse


def _wall_time(value: str) -> tuple[datetime, timezone | None]:
    try:
        found = _YEAR_FIRST.fullmatch(value) or _CHINESE.fullmatch(value) or _COMPACT.fullmatch(value)
        if found is not None:
            year, _sign, month, day_of_month, hour, minute, second, offset = found.groups()
        elif (found := _DAY_FIRST.fullmatch(value)) is not None:
            day_of_month, _sign, month, year, hour, minute, second, offset = found.groups()
        else:
            raise RowRefused("not-a-date")
        parts = (year, month, day_of_month, hour or 0, minute or 0, second or 0)
        wall = datetime(*map(int, parts))  # type: ignore[arg-type]  # noqa: DTZ001  wall time of a zone named later
        return wall, _offset(offset)
    except ValueError as error:
        raise RowRefused("not-a-date") from error


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def zone_named(name: str | None) -> ZoneInfo:
    """Return a time zone; the company's without a name.

    Raises:
        BadInput: there is no such zone.
    """
    if not name:
        return company_zone()
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadInput(
            "no-such-zone",
            _l("There is no time zone “%(name)s”. Write a name like Europe/London.", name=name[:60]),
        ) from error


def currency_code(text: str | None) -> str:
    """Return a currency's three letters; CNY without a text.

    Raises:
        BadInput: these are not three letters.
    """
    code = (text or "CNY").strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise BadInput("no-such-currency", _l("Write the currency as three letters, for example CNY or GBP."))
    return code
