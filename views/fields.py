"""One description of a column, read from the model once and used by lists, forms, filters and the API.

The label, help text and choices stand in the column's `info`; the kind follows from its type; a
foreign key becomes a relation with a remote picker, never a list of all rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, String, Text, select
from sqlalchemy.types import JSON

from app.core.db import db
from app.core.enums import LabelEnum
from app.core.errors import BadInput
from app.core.i18n import lazy_gettext as _l
from app.core.types import Instant, Money, Percent, Scaled


class Kind(Enum):
    """What a column holds, as a person sees it."""

    TEXT = "text"
    MULTILINE = "multiline"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    INSTANT = "instant"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    RELATION = "relation"
    JSON = "json"


NUMERIC = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT})
MAX_INTEGER = 2**31 - 1
MAX_SCALED = Decimal(10) ** 15


@dataclass(frozen=True)
class Field:
    """A column as a person and a program see it.

    Attributes:
        name: the column's attribute, for a relation the foreign key (`department_id`).
        relation: the relationship to the related row (`department`), for a relation only.
        target: the related model, for a relation only.
        is_required: whether the form demands a value.
        reaches_up: whether rows of one's own department and of those above may be chosen, beyond the row scope.
    """

    name: str
    kind: Kind
    label: Any
    help: Any
    is_required: bool
    max_length: int | None = None
    places: int = 0
    choices: type[LabelEnum] | None = None
    relation: str | None = None
    target: type[Any] | None = None
    is_personal: bool = False
    is_counter: bool = False
    reaches_up: bool = False

    def parse(self, text: str) -> Any:
        """Return the typed value of what a person or a program wrote.

        Raises:
            BadInput: the text is no value of this kind; the message says what is expected.
        """
        text = text.strip()
        if text == "":
            return None
        if "\x00" in text:
            raise BadInput(
                "bad-value", _l("The value contains a character that cannot be stored."), field=self.name
            )
        try:
            return _PARSERS.get(self.kind, _parse_text)(self, text)
        except (ValueError, InvalidOperation, OverflowError) as problem:
            message = _l(
                "“%(value)s” is not a valid value of “%(label)s”.", value=text[:60], label=self.label
            )
            raise BadInput("bad-value", message, field=self.name) from problem


def _parse_text(field: Field, text: str) -> str:
    if field.max_length is not None and len(text) > field.max_length:
        raise ValueError(field.max_length)
    return text


def _parse_integer(_field: Field, text: str) -> int:
    value = int(text)
    if abs(value) > MAX_INTEGER or not text.isascii():
        raise ValueError(text)
    return value


def _parse_decimal(field: Field, text: str) -> Decimal:
    value = Decimal(text.replace(",", "")) if text.isascii() else Decimal("NaN")
    most = min(MAX_SCALED, Decimal(10) ** (18 - field.places))  # 64 bits hold 18 digits
    if not value.is_finite() or abs(value) >= most or value != round(value, field.places):
        raise ValueError(text)
    return value


def _parse_instant(_field: Field, text: str) -> datetime:
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(text)
    return value.astimezone(UTC)  # at the ends of the calendar there is no such instant: OverflowError


def _parse_boolean(_field: Field, text: str) -> bool:
    return {"true": True, "1": True, "y": True, "on": True, "false": False, "0": False, "n": False}[
        text.lower()
    ]


def _boolean_or_refuse(field: Field, text: str) -> bool:
    try:
        return _parse_boolean(field, text)
    except KeyError as problem:
        raise ValueError(text) from problem


def _parse_choice(field: Field, text: str) -> str:
    assert field.choices is not None
    return str(field.choices(text).value)


_PARSERS = {
    Kind.INTEGER: _parse_integer,
    Kind.RELATION: _parse_integer,
    Kind.DECIMAL: _parse_decimal,
    Kind.MONEY: _parse_decimal,
    Kind.PERCENT: _parse_decimal,
    Kind.DATE: lambda _field, text: date.fromisoformat(text),
    Kind.INSTANT: _parse_instant,
    Kind.BOOLEAN: _boolean_or_refuse,
    Kind.CHOICE: _parse_choice,
}


def _kind(column: "Column[Any]", info: Mapping[str, Any]) -> Kind:
    simple = (
        (Money, Kind.MONEY),
        (Percent, Kind.PERCENT),
        (Scaled, Kind.DECIMAL),
        (Instant, Kind.INSTANT),
        (Boolean, Kind.BOOLEAN),
        (Integer, Kind.INTEGER),
        (Date, Kind.DATE),
        (Text, Kind.MULTILINE),
        (String, Kind.TEXT),
        (JSON, Kind.JSON),
    )
    if "choices" in info:
        return Kind.CHOICE
    for column_type, kind in simple:
        if isinstance(column.type, column_type):
            return Kind.MULTILINE if kind is Kind.TEXT and info.get("multiline") else kind
    return Kind.TEXT


def _relation_of(model: type[Any], column: "Column[Any]") -> tuple[str | None, type[Any] | None]:
    for relation in model.__mapper__.relationships:
        if relation.direction.name == "MANYTOONE" and column in relation.local_columns:
            return relation.key, relation.mapper.class_
    return None, None


@cache
def fields_of(model: Any) -> dict[str, Field]:
    """Return the described columns of a model by attribute name, in order of declaration."""
    found: dict[str, Field] = {}
    for name, column in model.__mapper__.columns.items():
        info = column.info
        if info.get("label") is None or info.get("secret"):
            continue
        relation, target = _relation_of(model, column) if column.foreign_keys else (None, None)
        kind = Kind.RELATION if relation else _kind(column, info)
        has_default = column.default is not None or column.server_default is not None
        found[name] = Field(
            name=name,
            kind=kind,
            label=info["label"],
            help=info.get("help"),
            is_required=not column.nullable and not has_default,
            max_length=getattr(column.type, "length", None),
            places=getattr(column.type, "places", 0),
            choices=info.get("choices"),
            relation=relation,
            target=target,
            is_personal=bool(info.get("personal")),
            is_counter=bool(info.get("counter")),
            reaches_up=bool(info.get("reaches_up")),
        )
    return found


def title_column(model: type[Any]) -> Any:
    """Return the column that stands for a row in lists and pickers."""
    for name in (getattr(model, "__title__", None), "name", "title", "code"):
        if name and name in model.__mapper__.columns:
            return getattr(model, name)
    return model.id


def row_title(field: Field, key: Any) -> str:
    """Return what stands for the related row with this key; the key itself if the row is gone."""
    assert field.target is not None
    found = db.session.scalar(select(title_column(field.target)).where(field.target.id == key))
    return str(key) if found is None else str(found)
