"""Filters of a list: what each kind of column can be asked, read strictly from the address, and as SQL (R106).

A filter stands in the address as `f.<column>.<operator>=<text>`; “in” and “ne” of a choice or a relation
take several values divided by commas, “between” takes two divided by `..`, “within” a word of
`views.list_periods`, and a day asked of an instant is the reader's day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true
from werkzeug.datastructures import MultiDict

from app.core.actor import current_actor
from app.core.clock import today
from app.core.errors import BadInput
from app.core.i18n import lazy_gettext as _l
from app.search.quick import match
from models.org import Employee
from views.fields import NUMERIC, Field, Kind
from views.list_periods import days_of, instants_of, reader_today

MAX_VALUES = 50
ME = "me"
"""Stands for the reader's own employee in a filter by a person."""
SEVERAL = frozenset({"in", "ne"})
_TIMES = frozenset({Kind.DATE, Kind.INSTANT})
_TEXTS = frozenset({Kind.TEXT, Kind.MULTILINE})
_CHOSEN = frozenset({Kind.CHOICE, Kind.RELATION})
_COMPARED = ("eq", "ne", "ge", "le", "gt", "lt", "between", "empty")

Operator = Callable[[Any, Any], ColumnElement[bool]]
_WORDS = {
    "contains": _l("contains"),
    "lacks": _l("does not contain"),
    "eq": _l("is"),
    "ne": _l("is not"),
    "ge": _l("is at least"),
    "le": _l("is at most"),
    "gt": _l("is more than"),
    "lt": _l("is less than"),
    "between": _l("is between"),
    "prefix": _l("begins with"),
    "in": _l("is one of"),
    "empty": _l("is empty"),
    "filled": _l("is not empty"),
}
_TIME_WORDS = {
    "eq": _l("is on"),
    "ge": _l("is on or after"),
    "le": _l("is on or before"),
    "gt": _l("is after"),
    "lt": _l("is before"),
    "within": _l("is"),
}


@dataclass(frozen=True)
class Condition:
    """One filter as it stands in the address.

    Attributes:
        values: what it is compared with; for a span of days or amounts the two ends, None for an open one.
        is_span: whether `values` are the two ends of a span.
    """

    field: Field
    operator: str
    text: str
    values: tuple[Any, ...]
    is_span: bool = False

    @property
    def name(self) -> str:
        """Its name in the address."""
        return f"f.{self.field.name}.{self.operator}"


def operators_of(described: Field) -> tuple[str, ...]:
    """Return the operators that make sense for a column, the usual one first."""
    kind = described.kind
    if kind in _TEXTS:
        return ("contains", "lacks", "eq", "ne", "prefix", "empty")
    if kind in NUMERIC:
        return _COMPARED
    if kind in _TIMES:
        return ("within", *(operator for operator in _COMPARED if operator != "ne"))
    if kind is Kind.BOOLEAN:
        return ("eq",)
    return ("in", "ne", "empty") if kind in _CHOSEN else ()


def operator_label(described: Field, operator: str) -> Any:
    """Return how an operator reads between the column's name and the value."""
    if described.kind in _TIMES and operator in _TIME_WORDS:
        return _TIME_WORDS[operator]
    return _WORDS[operator]


def conditions_of(args: "MultiDict[str, str]", fields: dict[str, Field]) -> tuple[Condition, ...]:
    """Read the filters of an address.

    Raises:
        BadInput: a column, operator or value that the list does not have; the message names it.
    """
    found = []
    for name, text in args.items(multi=True):
        if not name.startswith("f."):
            continue
        parts = name.split(".")
        described = fields.get(parts[1]) if len(parts) == 3 else None
        if described is None or parts[2] not in operators_of(described):
            raise bad_filter(name)
        if text.strip() == "" and parts[2] != "empty":
            continue
        found.append(condition_of(described, parts[2], text))
    return tuple(found)


def condition_of(described: Field, operator: str, text: str) -> Condition:
    """Read one filter.

    Raises:
        BadInput: the text is no value of this column.
    """
    if operator == "empty":
        return Condition(described, operator, text, (text != "0",))
    if operator in SEVERAL and described.kind in _CHOSEN:
        parts = [part for part in text.split(",")[:MAX_VALUES] if part.strip()]
        return Condition(described, operator, text, tuple(_one(described, part) for part in parts))
    if operator in {"within", "between"} or _is_day(described, text):
        try:
            span = _span(described, operator, text.strip())
        except (KeyError, ValueError, OverflowError) as problem:
            raise _bad_value(described, text) from problem
        return Condition(described, operator, text, span, is_span=True)
    return Condition(described, operator, text, (described.parse(text),))


def _one(described: Field, part: str) -> Any:
    """Return one chosen value; `ME` is the reader's own employee, and nobody for whoever is none."""
    if part.strip() == ME and described.target is Employee:
        return current_actor().employee_id or 0
    return described.parse(part)


def _is_day(described: Field, text: str) -> bool:
    """Whether a whole day is asked of an instant."""
    return described.kind is Kind.INSTANT and len(text.strip()) == len("2026-01-31")


def _span(described: Field, operator: str, text: str) -> tuple[Any, Any]:
    """Return the two ends of a span; of an instant the end itself does not belong to it."""
    is_instant = described.kind is Kind.INSTANT
    if operator == "within":
        days = days_of(text, reader_today() if is_instant else today())
    elif operator == "between":
        low, high = (part.strip() for part in text.split("..", 1))
        if described.kind not in _TIMES:
            ends = (described.parse(low), described.parse(high))
            if None in ends:
                raise ValueError(text)
            return min(ends), max(ends)
        days = (min(_day(low), _day(high)), max(_day(low), _day(high)))
    else:
        return _whole_day(operator, _day(text))
    return instants_of(days) if is_instant else days


def _whole_day(operator: str, day: date) -> tuple[Any, Any]:
    """Return the instants on, from, until, after or before one day."""
    begin, end = instants_of((day, day))
    spans = {
        "eq": (begin, end), "ge": (begin, None), "gt": (end, None), "le": (None, end), "lt": (None, begin),
    }  # fmt: skip
    return spans[operator]


def _day(text: str) -> date:
    if len(text) != len("2026-01-31"):
        raise ValueError(text)
    return date.fromisoformat(text)


def bad_filter(name: str) -> BadInput:
    """Return the refusal of a filter that the list does not have."""
    return BadInput("bad-filter", _l("The list has no filter “%(name)s”.", name=name[:60]))


def _bad_value(described: Field, text: str) -> BadInput:
    message = _l("“%(value)s” is not a valid value of “%(label)s”.", value=text[:60], label=described.label)
    return BadInput("bad-value", message, field=described.name)


_SIMPLE: dict[str, Operator] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: or_(left != right, left.is_(None)),
    "ge": lambda left, right: left >= right,
    "le": lambda left, right: left <= right,
    "gt": lambda left, right: left > right,
    "lt": lambda left, right: left < right,
    "empty": lambda left, right: left.is_(None) if right else left.is_not(None),
}


def clause(model: type[Any], condition: Condition, dialect: str) -> ColumnElement[bool]:
    """Return the WHERE clause of one filter."""
    column = getattr(model, condition.field.name)
    operator = condition.operator
    if condition.is_span:
        return _within(column, condition)
    if operator in SEVERAL and condition.field.kind in _CHOSEN:
        chosen: ColumnElement[bool] = column.in_(condition.values)
        return chosen if operator == "in" else or_(column.not_in(condition.values), column.is_(None))
    value = condition.values[0]
    if operator in _SIMPLE:
        return _SIMPLE[operator](column, value)
    if operator == "prefix":
        return _starts_with(column, str(value), dialect)
    contains: ColumnElement[bool] = column.icontains(str(value), autoescape=True)
    if operator == "lacks":
        return or_(~contains, column.is_(None))
    if operator == "contains" and condition.field.name in getattr(model, "__search__", ()):
        return and_(match(model, str(value), dialect), contains)
    return contains


def _within(column: Any, condition: Condition) -> ColumnElement[bool]:
    """Return the test of a span: its last value belongs to it, but of an instant the end is the next day's begin."""
    low, high = condition.values
    tests = [] if low is None else [column >= low]
    if high is not None:
        tests.append(column < high if condition.field.kind is Kind.INSTANT else column <= high)
    return and_(true(), *tests)


def _starts_with(column: Any, text: str, dialect: str) -> ColumnElement[bool]:
    """Return a prefix test that an index serves: a range on SQLite, LIKE with a pattern index on PostgreSQL."""
    if dialect == "sqlite":
        return and_(column >= text, column < text + "\U0010ffff")
    starts: ColumnElement[bool] = column.startswith(text, autoescape=True)
    return starts
