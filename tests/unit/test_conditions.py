"""Conditions: typed when defined, decided exactly, and unknown matches nothing."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.approvals.conditions import (
    OPERATORS,
    ConditionError,
    FieldType,
    Op,
    condition_json,
    holds,
    parse_condition,
)

SCHEMA = {
    "amount": FieldType.NUMBER,
    "start_on": FieldType.DATE,
    "kind": FieldType.TEXT,
    "is_urgent": FieldType.BOOLEAN,
    "channels": FieldType.TEXTS,
}
FACTS: dict[str, Any] = {
    "amount": Decimal("200000.00"),
    "start_on": date(2026, 4, 1),
    "kind": "quarter",
    "is_urgent": False,
    "channels": ("online", "store"),
}
EMPTY: dict[str, Any] = {"amount": None, "start_on": None, "kind": "", "is_urgent": None, "channels": ()}


def leaf(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op} if op == "is_empty" else {"field": field, "op": op, "value": value}


CASES: list[tuple[dict[str, Any], bool]] = [
    (leaf("amount", "eq", "200000"), True),
    (leaf("amount", "eq", "200000.01"), False),
    (leaf("amount", "ne", "200000"), False),
    (leaf("amount", "gt", "200000"), False),
    (leaf("amount", "gt", 199999), True),
    (leaf("amount", "ge", "200000.00"), True),
    (leaf("amount", "lt", "200000.01"), True),
    (leaf("amount", "le", "199999.99"), False),
    (leaf("amount", "in", ["1", "200000"]), True),
    (leaf("amount", "between", ["200000", "300000"]), True),
    (leaf("amount", "between", ["100000", "200000"]), True),
    (leaf("amount", "between", ["0", "199999.99"]), False),
    (leaf("amount", "is_empty"), False),
    (leaf("start_on", "ge", "2026-04-01"), True),
    (leaf("start_on", "lt", "2026-04-01"), False),
    (leaf("start_on", "between", ["2026-01-01", "2026-04-01"]), True),
    (leaf("kind", "eq", "quarter"), True),
    (leaf("kind", "in", ["year", "month"]), False),
    (leaf("kind", "contains", "art"), True),
    (leaf("is_urgent", "eq", False), True),
    (leaf("is_urgent", "ne", True), True),
    (leaf("channels", "contains", "store"), True),
    (leaf("channels", "contains", "sto"), False),
    ({"not": leaf("kind", "eq", "year")}, True),
    ({"all": [leaf("amount", "gt", "1"), leaf("kind", "eq", "quarter")]}, True),
    ({"all": [leaf("amount", "gt", "1"), leaf("kind", "eq", "year")]}, False),
    ({"any": [leaf("amount", "gt", "999999999"), leaf("kind", "eq", "quarter")]}, True),
    ({"any": [leaf("amount", "gt", "999999999"), leaf("kind", "eq", "year")]}, False),
]


@pytest.mark.parametrize(("tree", "expected"), CASES, ids=[str(tree) for tree, _ in CASES])
def test_a_condition_is_decided_exactly(tree: dict[str, Any], expected: bool) -> None:
    assert holds(parse_condition(tree, SCHEMA), FACTS) is expected


@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize(("tree", "_expected"), [case for case in CASES if "field" in case[0]])
def test_an_empty_field_matches_nothing_but_is_empty(
    tree: dict[str, Any], _expected: bool, negated: bool
) -> None:
    condition = parse_condition({"not": tree} if negated else tree, SCHEMA)
    assert holds(condition, EMPTY) is (tree["op"] == "is_empty" and not negated)
    assert holds(condition, {}) is (tree["op"] == "is_empty" and not negated)


def test_unknown_follows_kleene() -> None:
    unknown, true, false = (
        leaf("amount", "gt", "5"),
        leaf("kind", "is_empty"),
        {"not": leaf("kind", "is_empty")},
    )
    assert not holds(parse_condition({"all": [unknown, true]}, SCHEMA), EMPTY)
    assert not holds(parse_condition({"not": {"all": [unknown, true]}}, SCHEMA), EMPTY)
    assert holds(parse_condition({"not": {"all": [unknown, false]}}, SCHEMA), EMPTY)
    assert holds(parse_condition({"any": [unknown, true]}, SCHEMA), EMPTY)
    assert not holds(parse_condition({"any": [unknown, false]}, SCHEMA), EMPTY)


REFUSED: list[tuple[Any, str]] = [
    (None, "shape"),
    ([], "shape"),
    ({}, "shape"),
    ({"all": []}, "shape"),
    ({"all": {}}, "shape"),
    ({"any": [leaf("kind", "eq", "x")], "all": [leaf("kind", "eq", "x")]}, "shape"),
    ({"field": "amount", "op": "gt", "value": "1", "more": 1}, "shape"),
    (leaf("budget", "gt", "1"), "unknown-field"),
    ({"field": ["amount"], "op": "gt", "value": "1"}, "unknown-field"),
    ({"not": {"any": [leaf("budget", "gt", "1")]}}, "unknown-field"),
    (leaf("amount", "like", "1"), "operator"),
    (leaf("amount", "contains", "1"), "operator"),
    (leaf("kind", "gt", "a"), "operator"),
    (leaf("is_urgent", "gt", True), "operator"),
    (leaf("channels", "eq", "online"), "operator"),
    (leaf("amount", "gt", 0.5), "value"),
    (leaf("amount", "gt", True), "value"),
    (leaf("amount", "gt", "five"), "value"),
    (leaf("amount", "gt", "NaN"), "value"),
    (leaf("amount", "gt", "Infinity"), "value"),
    (leaf("amount", "gt", None), "value"),
    ({"field": "amount", "op": "gt"}, "value"),
    (leaf("amount", "in", []), "value"),
    (leaf("amount", "in", "1"), "value"),
    (leaf("amount", "between", ["2", "1"]), "value"),
    (leaf("amount", "between", ["1"]), "value"),
    ({"field": "amount", "op": "is_empty", "value": "1"}, "value"),
    (leaf("start_on", "gt", "2026-02-30"), "value"),
    (leaf("start_on", "gt", "2026-W01-1"), "value"),
    (leaf("start_on", "gt", 20260101), "value"),
    (leaf("kind", "eq", 5), "value"),
    (leaf("kind", "eq", ""), "value"),
    (leaf("is_urgent", "eq", "true"), "value"),
]


@pytest.mark.parametrize(("tree", "code"), REFUSED, ids=[f"{code}-{tree}" for tree, code in REFUSED])
def test_a_wrong_condition_is_refused_when_defined(tree: Any, code: str) -> None:
    with pytest.raises(ConditionError) as refused:
        parse_condition(tree, SCHEMA)
    assert refused.value.code == code


def test_the_refusal_names_the_place() -> None:
    with pytest.raises(ConditionError) as refused:
        parse_condition({"all": [leaf("kind", "eq", "x"), {"not": leaf("budget", "gt", "1")}]}, SCHEMA)
    assert refused.value.path == "all[1].not"


@pytest.mark.parametrize(
    "fact",
    [1.5, "200000", True, datetime(2026, 1, 1)],  # noqa: DTZ001  any date-time is wrong here
)
def test_a_fact_of_another_type_is_a_bug_and_not_a_guess(fact: Any) -> None:
    with pytest.raises(TypeError):
        holds(parse_condition(leaf("amount", "ge", "1"), SCHEMA), {"amount": fact})
    with pytest.raises(TypeError):
        holds(
            parse_condition(leaf("start_on", "ge", "2026-01-01"), SCHEMA),
            {"start_on": fact if not isinstance(fact, float) else 1},
        )


# ------------------------------------------------------------------ properties

AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9)
LEAVES = st.one_of(
    st.tuples(st.just("amount"), st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]), AMOUNTS.map(str)),
    st.tuples(st.just("kind"), st.sampled_from(["eq", "ne", "contains"]), st.text("quarteyz", min_size=1)),
    st.tuples(st.sampled_from(sorted(SCHEMA)), st.just("is_empty"), st.none()),
).map(lambda parts: leaf(*parts))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=12,
)
FACT_SETS = st.fixed_dictionaries({"amount": st.none() | AMOUNTS, "kind": st.none() | st.text("quartey")})


@given(tree=TREES, facts=FACT_SETS)
def test_never_both_a_condition_and_its_negation(tree: dict[str, Any], facts: dict[str, Any]) -> None:
    condition, negation = parse_condition(tree, SCHEMA), parse_condition({"not": tree}, SCHEMA)
    assert not (holds(condition, facts) and holds(negation, facts))


@given(tree=TREES, facts=FACT_SETS)
def test_the_json_form_keeps_the_meaning(tree: dict[str, Any], facts: dict[str, Any]) -> None:
    condition = parse_condition(tree, SCHEMA)
    assert parse_condition(condition_json(condition), SCHEMA) == condition
    assert holds(parse_condition(condition_json(condition), SCHEMA), facts) == holds(condition, facts)


def test_every_operator_fits_at_least_one_type() -> None:
    assert set().union(*OPERATORS.values()) == set(Op)
