"""Between a record's columns and JSON: exact answers, strict input (R005, R015).

Amounts and other decimals travel as text ("12.34"), days as `2026-03-31`, instants in UTC with `Z`, choices
by value, a relation as the key of the related row with its title beside it. What comes in must have exactly
the type that goes out: no number for an amount, no `true` for a 1, no text for a key.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Response, abort, request

from app.core.errors import BadInput, RuleViolation
from app.core.i18n import lazy_gettext as _l
from views.fields import MAX_INTEGER, Field, Kind

BODY_LIMIT = 1024 * 1024
"""Largest JSON body in bytes; files do not travel as JSON."""
TEXT_LIMIT = 100_000
"""Longest text, in characters, of a column that names no length of its own."""
DATE_PATTERN = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DATE = re.compile(DATE_PATTERN)
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL and halves of surrogate pairs: no database takes them, no browser sends them."""

Encoder = Callable[[Any], Any]
_DECIMALS = frozenset({Kind.DECIMAL, Kind.MONEY, Kind.PERCENT})


# -- out ----------------------------------------------------------------------------------------------


def json_answer(
    body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a JSON answer whose values the encoders of this module have made plain already."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, headers, content_type="application/json")


def _decimal_text(value: Decimal) -> str:
    return format(value, "f")


def instant_text(value: datetime) -> str:
    """Return an instant in UTC, as every answer writes it: `2026-03-31T08:00:00Z`."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def encoder_of(described: Field) -> Encoder | None:
    """Return what turns a stored value into a JSON value; nothing if it is one already."""
    if described.kind in _DECIMALS:
        return _decimal_text
    if described.kind is Kind.DATE:
        return date.isoformat
    if described.kind is Kind.INSTANT:
        return instant_text
    return str if described.kind is Kind.CHOICE else None


def title_name(described: Field) -> str | None:
    """Return the name under which an answer carries a related row's title, for a relation only."""
    return f"{described.relation}_title" if described.kind is Kind.RELATION and described.target else None


class RowEncoder:
    """Turns the tuples of `views.listing` into JSON objects; made once per resource.

    Args:
        columns: the columns of a row, in the order in which the tuples carry them after the key.
    """

    def __init__(self, columns: Sequence[Field]) -> None:
        self._columns = [(column.name, title_name(column), encoder_of(column)) for column in columns]

    def __call__(self, row: Sequence[Any]) -> dict[str, Any]:
        """Return one row: its key, then each column; a relation gives its key and its title."""
        shown: dict[str, Any] = {"id": row[0]}
        for (name, title, encode), value in zip(self._columns, row[1:], strict=True):
            if title is not None:
                shown[name], text = value
                shown[title] = text if text is None else str(text)  # a title may be a number or a choice
            elif encode is None or value is None:
                shown[name] = value
            else:
                shown[name] = encode(value)
        return shown


def encode(described: Field, value: Any) -> Any:
    """Return one value of a column as JSON."""
    encoder = encoder_of(described)
    return value if value is None or encoder is None else encoder(value)


# -- in -----------------------------------------------------------------------------------------------


def read_object() -> dict[str, Any]:
    """Return the JSON object in the request's body; decimals stay exact.

    Raises:
        BadInput: the body is no JSON, is nested too deeply, or is no object.
        HTTPException: 415 for another content type, 413 for more than `BODY_LIMIT` bytes.
    """
    if not request.is_json:
        abort(415)
    request.max_content_length = BODY_LIMIT
    try:
        body = json.loads(request.get_data(cache=False), parse_float=Decimal, parse_constant=_no_constant)
    except RecursionError as problem:
        raise BadInput("bad-json", _l("The JSON is nested too deeply.")) from problem
    except (ValueError, InvalidOperation) as problem:
        raise BadInput("bad-json", _l("The body of the request is not valid JSON.")) from problem
    if not isinstance(body, dict):
        raise BadInput("not-an-object", _l("The body of the request must be a JSON object."))
    return body


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are JavaScript, not JSON


class Refused(ValueError):
    """One value of the body is refused; `code` is the machine's name of the reason, the message the person's."""

    def __init__(self, code: str, message: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def decimal_pattern(described: Field) -> str:
    """Return the regular expression of a decimal's text: as many digits as the column stores exactly."""
    whole = min(15, 18 - described.places) - 1  # 64 bits hold 18 digits, however many stand behind the point
    fraction = rf"(\.[0-9]{{1,{described.places}}})?" if described.places else ""
    return rf"-?(0|[1-9][0-9]{{0,{whole}}}){fraction}"


def _text(described: Field, value: Any) -> str | None:
    if not isinstance(value, str):
        raise TypeError(value)
    if _UNSTORABLE.search(value):
        raise Refused("bad-value", _l("The value contains a character that cannot be stored."))
    text = value.strip()
    limit = described.max_length or TEXT_LIMIT
    if len(text) > limit:
        raise Refused(
            "too-long",
            _l("“%(label)s” takes at most %(count)s characters.", label=described.label, count=limit),
        )
    return text or None


def _integer(_described: Field, value: Any) -> int:
    if type(value) is not int or abs(value) > MAX_INTEGER:
        raise TypeError(value)
    return value


def _decimal(described: Field, value: Any) -> Decimal:
    if not isinstance(value, str) or not re.fullmatch(decimal_pattern(described), value, re.ASCII):
        raise TypeError(value)
    return Decimal(value) + 0  # turns -0 into 0


def _date(_described: Field, value: Any) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise TypeError(value)
    return date.fromisoformat(value)


def _instant(_described: Field, value: Any) -> datetime:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise TypeError(value)
    return datetime.fromisoformat(value.upper()).astimezone(UTC)


def _boolean(_described: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _choice(described: Field, value: Any) -> str:
    assert described.choices is not None
    if not isinstance(value, str):
        raise TypeError(value)
    return str(described.choices(value).value)


_DECODERS: dict[Kind, Callable[[Field, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.MULTILINE: _text,
    Kind.INTEGER: _integer,
    Kind.RELATION: _integer,
    Kind.DECIMAL: _decimal,
    Kind.MONEY: _decimal,
    Kind.PERCENT: _decimal,
    Kind.DATE: _date,
    Kind.INSTANT: _instant,
    Kind.BOOLEAN: _boolean,
    Kind.CHOICE: _choice,
}
_EXPECTED: dict[Kind, Any] = {
    Kind.TEXT: _l("text"),
    Kind.MULTILINE: _l("text"),
    Kind.INTEGER: _l("a whole number"),
    Kind.RELATION: _l("the key of a record, a whole number"),
    Kind.DECIMAL: _l('a decimal number as text, such as "12.5"'),
    Kind.MONEY: _l('an amount as text, such as "12.34"'),
    Kind.PERCENT: _l('a percentage as text, such as "12.5"'),
    Kind.DATE: _l('a day as text, such as "2026-03-31"'),
    Kind.INSTANT: _l('an instant with its time zone as text, such as "2026-03-31T08:00:00Z"'),
    Kind.BOOLEAN: _l("true or false"),
    Kind.CHOICE: _l("one of the listed values"),
}
WRITABLE = frozenset(_DECODERS)
"""Kinds that a program may write; the others are made by the portal itself."""


def decode_value(described: Field, value: Any, *, is_nullable: bool) -> Any:
    """Return the typed value of one column.

    Raises:
        Refused: the value is missing, has another type, is too large or is not in the list.
    """
    decoded = None
    if value is not None:
        try:
            decoded = _DECODERS[described.kind](described, value)
        except Refused:
            raise
        except (TypeError, ValueError, OverflowError, InvalidOperation) as problem:
            message = _l(
                "“%(label)s” must be %(expected)s.", label=described.label, expected=_EXPECTED[described.kind]
            )
            raise Refused("bad-value", message) from problem
    if decoded is None and not is_nullable:
        raise Refused("value-missing", _l("“%(label)s” is required.", label=described.label))
    return decoded


def decode(
    body: Mapping[str, Any],
    columns: Mapping[str, Field],
    *,
    nullable: frozenset[str],
    required: Iterable[str],
) -> dict[str, Any]:
    """Return the typed values of a body; every refused field is named in `details.errors`.

    Args:
        columns: what the body may carry.
        nullable: columns that take `null`.
        required: columns that the body must carry.

    Raises:
        RuleViolation: a field is unknown, missing, or has a refused value.
    """
    values: dict[str, Any] = {}
    errors: list[tuple[str, str, Any]] = []
    for name, value in body.items():
        described = columns.get(name)
        shown = _UNSTORABLE.sub("�", name)[:60]
        if described is None:
            errors.append((shown, "unknown-field", _l("There is no field “%(name)s” to write.", name=shown)))
            continue
        try:
            values[name] = decode_value(described, value, is_nullable=name in nullable)
        except Refused as refused:
            errors.append((name, refused.code, refused.message))
    for name in required:
        if name not in body:
            message = _l("“%(label)s” is required.", label=columns[name].label)
            errors.append((name, "value-missing", message))
    if errors:
        name, code, message = errors[0]
        listed = [
            {"field": name, "code": code, "message": str(message)} for name, code, message in errors[:50]
        ]
        raise RuleViolation(code, message, field=name, details={"errors": listed})
    return values
