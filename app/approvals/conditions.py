"""Conditions on a record as a typed tree: checked when defined, decided without guessing. Pure.

JSON form: `{"all": [...]}`, `{"any": [...]}`, `{"not": {...}}` or `{"field": f, "op": o, "value": v}`.
Numbers are Decimal (as text or whole JSON numbers), dates `YYYY-MM-DD`; a float is refused. An empty
field matches nothing except `is_empty`; see docs/algorithms/approval-routing.md, "Conditions".
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

Fact = Decimal | int | str | bool | date | tuple[str, ...] | frozenset[str] | None
"""What a record may say about one field."""
Value = Decimal | str | bool | date | tuple[Any, ...] | None
"""What a leaf compares with, already typed."""


class FieldType(StrEnum):
    """Type of a field that conditions may name."""

    NUMBER = "number"
    DATE = "date"
    TEXT = "text"
    BOOLEAN = "boolean"
    TEXTS = "texts"


Schema = Mapping[str, FieldType]
"""Field name → type: what a record type offers to conditions."""


class Op(StrEnum):
    """Operators of a leaf."""

    EQ = "eq"
    NE = "ne"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"
    IN = "in"
    BETWEEN = "between"
    CONTAINS = "contains"
    IS_EMPTY = "is_empty"


_ORDERED = frozenset({Op.EQ, Op.NE, Op.GT, Op.GE, Op.LT, Op.LE, Op.IN, Op.BETWEEN, Op.IS_EMPTY})
OPERATORS: Mapping[FieldType, frozenset[Op]] = {
    FieldType.NUMBER: _ORDERED,
    FieldType.DATE: _ORDERED,
    FieldType.TEXT: frozenset({Op.EQ, Op.NE, Op.IN, Op.CONTAINS, Op.IS_EMPTY}),
    FieldType.BOOLEAN: frozenset({Op.EQ, Op.NE, Op.IS_EMPTY}),
    FieldType.TEXTS: frozenset({Op.CONTAINS, Op.IS_EMPTY}),
}
"""Which operators fit which type."""


class ConditionError(ValueError):
    """A condition cannot be used.

    Args:
        code: `shape`, `unknown-field`, `operator` or `value`.
        path: where in the tree, for example `all[1].value`.
        found: the offending text, shortened.
    """

    def __init__(self, code: str, path: str, found: Any) -> None:
        super().__init__(f"{path or 'condition'}: {code}: {str(found)[:80]}")
        self.code = code
        self.path = path
        self.found = str(found)[:80]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison of one field."""

    field: str
    type: FieldType
    op: Op
    value: Value = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds when every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when at least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when the part is known not to hold."""

    part: "Condition"


Condition = Leaf | AllOf | AnyOf | Not


# ------------------------------------------------------------------ from and to JSON


def parse_condition(tree: Any, schema: Schema, path: str = "") -> Condition:
    """Turn the JSON form into a typed tree.

    Raises:
        ConditionError: wrong shape, unknown field, operator or value that does not fit the field.
    """
    if not isinstance(tree, Mapping):
        raise ConditionError("shape", path, tree)
    for name, make in (("all", AllOf), ("any", AnyOf)):
        if set(tree) == {name}:
            return make(_parse_parts(tree[name], schema, f"{path}.{name}".lstrip(".")))
    if set(tree) == {"not"}:
        return Not(parse_condition(tree["not"], schema, f"{path}.not".lstrip(".")))
    if set(tree) in ({"field", "op"}, {"field", "op", "value"}):
        return _parse_leaf(tree, schema, path)
    raise ConditionError("shape", path, sorted(tree, key=str))


def _parse_parts(parts: Any, schema: Schema, path: str) -> tuple[Condition, ...]:
    if not isinstance(parts, list) or not parts:
        raise ConditionError("shape", path, parts)
    return tuple(parse_condition(part, schema, f"{path}[{index}]") for index, part in enumerate(parts))


def _parse_leaf(tree: Mapping[str, Any], schema: Schema, path: str) -> Leaf:
    name = tree["field"]
    if not isinstance(name, str) or name not in schema:
        raise ConditionError("unknown-field", path, name)
    kind = schema[name]
    try:
        op = Op(tree["op"])
    except ValueError as error:
        raise ConditionError("operator", path, tree["op"]) from error
    if op not in OPERATORS[kind]:
        raise ConditionError("operator", path, f"{op} on {kind}")
    return Leaf(name, kind, op, _parse_operand(kind, op, tree, f"{path}.value".lstrip(".")))


def _parse_operand(kind: FieldType, op: Op, tree: Mapping[str, Any], path: str) -> Value:
    if op is Op.IS_EMPTY:
        if "value" in tree:
            raise ConditionError("value", path, tree["value"])
        return None
    raw = tree.get("value")
    if op not in (Op.IN, Op.BETWEEN):
        single: Value = _parse_value(kind, raw, path)
        return single
    if not isinstance(raw, list) or not raw or (op is Op.BETWEEN and len(raw) != 2):
        raise ConditionError("value", path, raw)
    values: tuple[Any, ...] = tuple(_parse_value(kind, one, path) for one in raw)
    if op is Op.BETWEEN and values[0] > values[1]:
        raise ConditionError("value", path, raw)
    return values


def _parse_value(kind: FieldType, raw: Any, path: str) -> Any:
    value: Any = None
    if kind is FieldType.NUMBER:
        value = _number(raw)
    elif kind is FieldType.DATE:
        value = _date(raw)
    elif kind is FieldType.BOOLEAN:
        value = raw if isinstance(raw, bool) else None
    elif isinstance(raw, str):
        value = raw or None
    if value is None:
        raise ConditionError("value", path, raw)
    return value


def _number(raw: Any) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, int | str | Decimal):
        return None  # a float has already lost what was meant
    try:
        number = Decimal(raw)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _date(raw: Any) -> date | None:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    if not isinstance(raw, str):
        return None
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        return None
    return day if day.isoformat() == raw else None  # fromisoformat also reads week dates


def condition_json(condition: Condition) -> dict[str, Any]:
    """Return the JSON form; `parse_condition` of it gives the same tree."""
    match condition:
        case AllOf(parts):
            return {"all": [condition_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [condition_json(part) for part in parts]}
        case Not(part):
            return {"not": condition_json(part)}
        case Leaf(name, _, op, value):
            leaf: dict[str, Any] = {"field": name, "op": op.value}
            return leaf if op is Op.IS_EMPTY else {**leaf, "value": _value_json(value)}


def _value_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_value_json(one) for one in value]
    if isinstance(value, bool | str):
        return value
    return format(value, "f") if isinstance(value, Decimal) else value.isoformat()


# ------------------------------------------------------------------ deciding


def holds(condition: Condition, facts: Mapping[str, Fact]) -> bool:
    """Whether the condition certainly holds for a record; unknown counts as no.

    Raises:
        TypeError: a fact is not of the type that the schema promised (a bug of the record type).
    """
    return _truth(condition, facts) is True


def _truth(condition: Condition, facts: Mapping[str, Fact]) -> bool | None:
    match condition:
        case AllOf(parts):
            return _all([_truth(part, facts) for part in parts])
        case AnyOf(parts):
            return _not(_all([_not(_truth(part, facts)) for part in parts]))
        case Not(part):
            return _not(_truth(part, facts))
        case Leaf():
            return _decide(condition, facts.get(condition.field))


def _all(truths: Sequence[bool | None]) -> bool | None:
    if False in truths:
        return False
    return None if None in truths else True


def _not(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


_COMPARE: Mapping[Op, Callable[[Any, Any], bool]] = {
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.IN: lambda fact, values: fact in values,
    Op.BETWEEN: lambda fact, ends: bool(ends[0] <= fact <= ends[1]),
    Op.CONTAINS: lambda fact, part: part in fact,
}


def _decide(leaf: Leaf, fact: Fact) -> bool | None:
    is_empty = fact is None or (isinstance(fact, str | tuple | frozenset) and not fact)
    if leaf.op is Op.IS_EMPTY:
        return is_empty
    if is_empty:
        return None
    return bool(_COMPARE[leaf.op](_typed_fact(leaf, fact), leaf.value))


_FACT_TYPES: Mapping[FieldType, tuple[type[Any], ...]] = {
    FieldType.NUMBER: (Decimal, int),
    FieldType.DATE: (date,),
    FieldType.TEXT: (str,),
    FieldType.BOOLEAN: (bool,),
    FieldType.TEXTS: (tuple, frozenset),
}


def _typed_fact(leaf: Leaf, fact: Any) -> Any:
    is_wrong = not isinstance(fact, _FACT_TYPES[leaf.type])
    is_wrong |= isinstance(fact, bool) and leaf.type is not FieldType.BOOLEAN
    if is_wrong or isinstance(fact, datetime):
        message = f"field {leaf.field} is {type(fact).__name__}, not a {leaf.type}"
        raise TypeError(message)
    return fact
