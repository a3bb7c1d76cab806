"""Routing: the table of cases of docs/algorithms/approval-routing.md, rules, checks, and properties."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.approvals.checks import Known, check
from app.approvals.conditions import FieldType
from app.approvals.routing import needs, resolve_route
from app.approvals.spec import SpecError, parse_spec, spec_json
from app.approvals.types import Capacity, Case, FlowSpec, OrgChart, OrgNeeds, Person, Superiors, Unit

SCHEMA = {"amount": FieldType.NUMBER, "kind": FieldType.TEXT}
DAY = date(2026, 4, 1)
STAFF, MANAGER, DIRECTOR, VICE, GENERAL, OTHER = 1, 2, 3, 4, 5, 6
LEVELS = [{"level": 3, "below": "200000"}, {"level": 4, "below": "2000000"}, {"level": 5, "below": None}]
PEOPLE = {
    STAFF: Person(STAFF, "Staff", 30, 1, MANAGER),
    MANAGER: Person(MANAGER, "Manager", 30, 3, DIRECTOR),
    DIRECTOR: Person(DIRECTOR, "Director", 20, 4, VICE, roles=frozenset({"Senior"})),
    VICE: Person(VICE, "Vice president", 10, 5, GENERAL, roles=frozenset({"Senior"})),
    GENERAL: Person(GENERAL, "General manager", 10, 6),
    OTHER: Person(OTHER, "Other", 30, 1, MANAGER, roles=frozenset({"Finance"})),
}
UNITS = {
    30: Unit(30, "Group", 20, MANAGER),
    20: Unit(20, "Department", 10, DIRECTOR),
    10: Unit(10, "Company", None, GENERAL),
}


def step(key: str = "a", *rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"key": key, "name": {"en": key}, "approvers": list(rules), **more}


def route(*steps: dict[str, Any], **more: Any) -> FlowSpec:
    spec, findings = check({"format": 1, "steps": list(steps), **more}, SCHEMA)
    assert findings == []
    assert spec is not None
    return spec


PLAN_ROUTE = route(
    step("direct", {"rule": "superior", "n": 1}, on_self="transfer"),
    step("higher", {"rule": "superiors", "start": 2, "levels": LEVELS}, mode="sequential"),
)


def chart(**changed: Person) -> OrgChart:
    people = {**PEOPLE, **{person.id: person for person in changed.values()}}
    return OrgChart(DAY, people, UNITS)


def case(submitter: int = STAFF, amount: str | None = "100000", **facts: Any) -> Case:
    value = None if amount is None else Decimal(amount)
    return Case(submitter, PEOPLE[submitter].department_id, value, {"amount": value, **facts})


def answers(spec: FlowSpec, question: Case, org: OrgChart) -> list[str | list[int]]:
    """Return, per step, the people asked or `outcome: why`."""
    return [
        [one.person_id for one in answer.people] or f"{answer.outcome}: {answer.why}"
        for answer in resolve_route(spec, question, org)
    ]


GONE_MANAGER = replace(PEOPLE[MANAGER], is_active=False)
GONE_DIRECTOR = replace(PEOPLE[DIRECTOR], is_active=False)
LAST_DIRECTOR = replace(PEOPLE[DIRECTOR], superior_id=None)
LOOP_DIRECTOR = replace(PEOPLE[DIRECTOR], superior_id=MANAGER)

TABLE: list[tuple[str, Case, OrgChart, list[Any]]] = [
    ("1 below 200,000", case(amount="199999.99"), chart(), [[MANAGER], [DIRECTOR]]),
    ("2 from 200,000", case(amount="200000"), chart(), [[MANAGER], [DIRECTOR]]),
    ("3 from 2,000,000", case(amount="2000000"), chart(), [[MANAGER], [DIRECTOR, VICE]]),
    ("4 no amount", case(amount=None), chart(), [[MANAGER], [DIRECTOR, VICE]]),
    ("5 under the top", case(VICE, "5000000"), chart(), [[GENERAL], "skip: nobody-needed"]),
    ("6 the top", case(GENERAL), chart(), ["hold: empty", "hold: authority-missing"]),
    ("7 superior left", case(), chart(m=GONE_MANAGER), ["hold: empty", [DIRECTOR]]),
    ("8 next has left", case(amount="2000000"), chart(d=GONE_DIRECTOR), [[MANAGER], [VICE]]),
    (
        "9 chain too short",
        case(amount="9000000"),
        chart(d=LAST_DIRECTOR),
        [[MANAGER], "hold: authority-missing"],
    ),
    ("10 loop", case(), chart(d=LOOP_DIRECTOR), [[MANAGER], [DIRECTOR]]),
    (
        "10 loop, too short",
        case(amount="2000000"),
        chart(d=LOOP_DIRECTOR),
        [[MANAGER], "hold: authority-missing"],
    ),
    ("manager submits", case(MANAGER, "100000"), chart(), [[DIRECTOR], [VICE]]),
    ("director submits much", case(DIRECTOR, "2000000"), chart(), [[VICE], [GENERAL]]),
]


@pytest.mark.parametrize(
    ("question", "org", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_table_of_cases(question: Case, org: OrgChart, expected: list[Any]) -> None:
    assert answers(PLAN_ROUTE, question, org) == expected


def test_the_reason_names_rule_position_level_and_day() -> None:
    direct, higher = resolve_route(PLAN_ROUTE, case(amount="2000000"), chart(d=GONE_DIRECTOR))
    assert direct.people[0].capacity is Capacity.DIRECT_SUPERIOR
    assert direct.people[0].reason == {"rule": "superior", "position": 1, "of": STAFF, "day": "2026-04-01"}
    assert higher.people[0].capacity is Capacity.HIGHER_LEVEL
    assert higher.people[0].reason == {
        "rule": "superiors", "position": 3, "of": STAFF, "level": 5, "needed_level": 5, "amount": "2000000",
        "absent": [DIRECTOR], "day": "2026-04-01",
    }  # fmt: skip


RULES: list[tuple[str, dict[str, Any], Case, list[int]]] = [
    ("second superior", {"rule": "superior", "n": 2}, case(), [DIRECTOR]),
    ("two superiors", {"rule": "superiors", "count": 2}, case(), [MANAGER, DIRECTOR]),
    ("count past the top", {"rule": "superiors", "start": 4, "count": 9}, case(), [GENERAL]),
    ("until a role", {"rule": "superiors", "role": "Senior"}, case(), [MANAGER, DIRECTOR]),
    ("leader at home", {"rule": "department_leader", "n": 1}, case(), [MANAGER]),
    ("leader two up", {"rule": "department_leader", "n": 3}, case(), [GENERAL]),
    ("leader beyond the top", {"rule": "department_leader", "n": 9}, case(), [GENERAL]),
    ("holders of a role", {"rule": "role", "role": "Senior"}, case(), [DIRECTOR, VICE]),
    ("named", {"rule": "named", "people": [OTHER, DIRECTOR]}, case(), [OTHER, DIRECTOR]),
]


@pytest.mark.parametrize(
    ("rule", "question", "people"), [row[1:] for row in RULES], ids=[row[0] for row in RULES]
)
def test_approver_rules(rule: dict[str, Any], question: Case, people: list[int]) -> None:
    assert answers(route(step("a", rule, mode="all")), question, chart()) == [people]


def test_a_person_named_by_two_rules_stands_once_in_the_first_capacity() -> None:
    spec = route(step("a", {"rule": "superior", "n": 1}, {"rule": "department_leader"}, mode="all"))
    (answer,) = resolve_route(spec, case(), chart())
    assert [(one.person_id, one.capacity) for one in answer.people] == [(MANAGER, Capacity.DIRECT_SUPERIOR)]


def test_a_count_that_finds_nobody_is_empty_and_not_needless() -> None:
    spec = route(step("a", {"rule": "superiors", "start": 2, "count": 1}))
    assert answers(spec, case(VICE), chart()) == ["hold: empty"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("remove", [DIRECTOR]),
        ("allow", [MANAGER, DIRECTOR]),
        ("transfer", [VICE, DIRECTOR]),
        ("refuse", "refuse: self-approval"),
    ],
)
def test_the_submitter_among_the_approvers(rule: str, expected: Any) -> None:
    named = {"rule": "named", "people": [MANAGER, DIRECTOR]}
    assert answers(route(step("a", named, mode="all", on_self=rule)), case(MANAGER), chart()) == [expected]


def test_removing_the_only_approver_leaves_an_empty_step() -> None:
    leader = route(step("a", {"rule": "department_leader"}))
    assert answers(leader, case(MANAGER), chart()) == ["hold: empty"]


@pytest.mark.parametrize(
    ("on_empty", "expected"),
    [
        ({"action": "hold"}, "hold: empty"),
        ({"action": "approve"}, "skip: empty"),
        ({"action": "reject"}, "reject: empty"),
        ({"action": "assign", "people": [OTHER]}, [OTHER]),
        ({"action": "assign", "people": [STAFF]}, "hold: empty"),
    ],
)
def test_nobody_in_a_step(on_empty: dict[str, Any], expected: Any) -> None:
    spec = route(step("a", {"rule": "role", "role": "Nobody"}, on_empty=on_empty))
    assert answers(spec, case(), chart()) == [expected]


@pytest.mark.parametrize(
    ("dedupe", "expected"),
    [
        ("none", [[MANAGER], [DIRECTOR], [MANAGER]]),
        ("all", [[MANAGER], [DIRECTOR], "skip: duplicate"]),
        ("consecutive", [[MANAGER], [DIRECTOR], [MANAGER]]),
    ],
)
def test_duplicates(dedupe: str, expected: Any) -> None:
    spec = route(
        step("a", {"rule": "superior", "n": 1}),
        step("b", {"rule": "superior", "n": 2}),
        step("c", {"rule": "department_leader"}),
        dedupe=dedupe,
    )
    assert answers(spec, case(), chart()) == expected


def test_consecutive_duplicates_are_dropped() -> None:
    spec = route(
        step("a", {"rule": "superior"}), step("b", {"rule": "department_leader"}), dedupe="consecutive"
    )
    assert answers(spec, case(), chart()) == [[MANAGER], "skip: duplicate"]


def test_a_step_whose_condition_does_not_hold_is_skipped() -> None:
    condition = {"field": "amount", "op": "ge", "value": "200000"}
    spec = route(
        step("a", {"rule": "superior"}, condition=condition), step("b", {"rule": "superior", "n": 2})
    )
    assert answers(spec, case(amount="199999.99"), chart()) == ["skip: condition", [DIRECTOR]]
    assert answers(spec, case(amount="200000"), chart()) == [[MANAGER], [DIRECTOR]]
    assert answers(spec, case(amount=None), chart()) == ["skip: condition", [DIRECTOR]]


def test_only_what_a_route_asks_for_is_loaded() -> None:
    assert needs(PLAN_ROUTE) == OrgNeeds()
    spec = route(
        step("a", {"rule": "named", "people": [7]}, {"rule": "role", "role": "Senior"}),
        step("b", {"rule": "department_leader"}, {"rule": "superiors", "role": "Boss"}),
    )
    assert needs(spec) == OrgNeeds(frozenset({7}), frozenset({"Senior", "Boss"}), has_departments=True)


# ------------------------------------------------------------------ definitions

INVALID: list[tuple[dict[str, Any], str, str | None]] = [
    ({"format": 1, "steps": []}, "no-step", None),
    ({"format": 2, "steps": []}, "value", None),
    ({"format": 1}, "missing-key", None),
    ({"format": 1, "steps": [], "colour": "red"}, "unknown-key", None),
    ({"format": 1, "steps": [step("a", {"rule": "superior"}), step("a", {"rule": "superior"})]},
     "duplicate-step-key", "a"),
    ({"format": 1, "steps": [step("a")]}, "no-approver-rule", "a"),
    ({"format": 1, "steps": [step("a", {"rule": "astrology"})]}, "value", "a"),
    ({"format": 1, "steps": [step("a", {"rule": "superior", "n": 0})]}, "number-too-small", "a"),
    ({"format": 1, "steps": [step("a", {"rule": "superior", "n": 1.5})]}, "value", "a"),
    ({"format": 1, "steps": [step("a", {"rule": "superior"}, mode="some")]}, "value", "a"),
    ({"format": 1, "steps": [step("a", {"rule": "superiors"})]}, "stop-rule", "a"),
    ({"format": 1, "steps": [step("a", {"rule": "superiors", "count": 1, "role": "x"})]}, "stop-rule", "a"),
    ({"format": 1, "steps": [step("a", {"rule": "superiors", "levels": [{"level": 3, "below": "5"}]})]}, "bands", "a"),
    ({"format": 1, "steps": [step("a", {"rule": "superiors", "levels": LEVELS[::-1]})]}, "bands", "a"),
    ({"format": 1, "steps": [step("a", {"rule": "superiors", "levels": [{"level": 3, "below": 0.5}]})]}, "value", "a"),
    ({"format": 1, "steps": [step("a", {"rule": "named", "people": []})]}, "nobody-named", "a"),
    ({"format": 1, "steps": [step("a", {"rule": "named", "people": [99]})]}, "unknown-person", "a"),
    ({"format": 1, "steps": [step("a", {"rule": "role", "role": "Ghost"})]}, "unknown-role", "a"),
    ({"format": 1, "steps": [step("a", {"rule": "superior"}, on_empty={"action": "assign"})]}, "nobody-named", "a"),
    ({"format": 1, "steps": [step("a", {"rule": "superior"}, condition={"field": "x", "op": "is_empty"})]},
     "unknown-field", "a"),
    ({"format": 1, "steps": [step("a", {"rule": "superior"}, condition={"field": "amount", "op": "gt", "value": "x"})]},
     "value", "a"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "code", "key"), INVALID, ids=[f"{row[1]}-{n}" for n, row in enumerate(INVALID)]
)
def test_a_wrong_definition_is_found_with_its_step(data: dict[str, Any], code: str, key: str | None) -> None:
    _spec, findings = check(data, SCHEMA, Known(frozenset({1}), frozenset({"Senior"})))
    assert (code, key) in [(finding.code, finding.step) for finding in findings]


def test_a_definition_survives_its_json_form() -> None:
    spec = route(
        step("a", {"rule": "superior"}, {"rule": "named", "people": [7]}, on_empty={"action": "assign", "people": [3]}),
        step("b", {"rule": "superiors", "start": 2, "levels": LEVELS}, mode="sequential", policy_ref="R047"),
        step("c", {"rule": "department_leader", "n": 2}, {"rule": "role", "role": "Senior"},
             condition={"any": [{"field": "amount", "op": "gt", "value": "5"}, {"field": "kind", "op": "is_empty"}]}),
        dedupe="all",
    )  # fmt: skip
    assert parse_spec(spec_json(spec), SCHEMA) == spec


def test_something_else_than_an_object_is_no_definition() -> None:
    with pytest.raises(SpecError):
        parse_spec([], SCHEMA)


# ------------------------------------------------------------------ properties


@st.composite
def orgs(draw: st.DrawFn) -> OrgChart:
    """Any org chart of up to eight people: loops, leavers and missing superiors included."""
    size = draw(st.integers(2, 8))
    keys = st.integers(1, size)
    people = {
        key: Person(key, str(key), 1, draw(st.integers(1, 6)), draw(st.none() | keys), draw(st.booleans()))
        for key in range(1, size + 1)
    }
    return OrgChart(DAY, people, {1: Unit(1, "One", None, draw(st.none() | keys))})


@given(
    org=orgs(),
    amount=st.none() | st.decimals(0, 10**7, places=2),
    self_rule=st.sampled_from(["remove", "transfer"]),
)
def test_nobody_approves_his_own_and_nobody_who_left_is_asked(
    org: OrgChart, amount: Decimal | None, self_rule: str
) -> None:
    spec = route(
        step("a", {"rule": "superior"}, {"rule": "department_leader"}, on_self=self_rule, mode="all"),
        step("b", {"rule": "superiors", "start": 2, "levels": LEVELS}, mode="sequential", on_self=self_rule),
        dedupe="all",
    )
    for submitter in org.people:
        resolved = resolve_route(spec, Case(submitter, 1, amount, {"amount": amount}), org)
        asked = [one.person_id for answer in resolved for one in answer.people]
        assert submitter not in asked
        assert len(asked) == len(set(asked))
        assert all(org.people[key].is_active for key in asked)
        assert all(bool(answer.people) == (answer.outcome == "ask") for answer in resolved)


@given(org=orgs(), amount=st.decimals(0, 10**7, places=2))
def test_the_last_of_the_higher_level_has_the_authority(org: OrgChart, amount: Decimal) -> None:
    rule = PLAN_ROUTE.steps[1].approvers[0]
    assert isinstance(rule, Superiors)
    needed = rule.needed_level(amount)
    assert needed is not None
    for submitter in org.people:
        direct, higher = resolve_route(PLAN_ROUTE, Case(submitter, 1, amount, {"amount": amount}), org)
        if higher.outcome == "ask" or higher.why == "nobody-needed":
            asked = [*direct.people, *higher.people]
            assert max(org.people[one.person_id].level for one in asked) >= needed
