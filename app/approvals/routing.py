"""From a case, the organisation and a route to people: who is asked, in which capacity, and why. Pure.

The algorithm and its table of cases stand in docs/algorithms/approval-routing.md (R046, R047).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.approvals.conditions import holds
from app.approvals.types import (
    Approver,
    Capacity,
    Case,
    Dedupe,
    DepartmentLeader,
    FlowSpec,
    Named,
    OnEmpty,
    OnSelf,
    OrgChart,
    OrgNeeds,
    Outcome,
    Person,
    ResolvedStep,
    RoleHolders,
    Rule,
    StepSpec,
    Superior,
    Superiors,
)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the rules of a step name: people in order; `lack` says why they do not suffice."""

    people: tuple[Approver, ...] = ()
    lack: str | None = None
    is_needless: bool = False


def needs(spec: FlowSpec) -> OrgNeeds:
    """Return what the route asks of the organisation besides the submitter's superiors."""
    people: set[int] = set()
    roles: set[str] = set()
    has_departments = False
    for step in spec.steps:
        people.update(step.on_empty.people)
        for rule in step.approvers:
            match rule:
                case Named(named):
                    people.update(named)
                case RoleHolders(role):
                    roles.add(role)
                case Superiors(role=str(role)):
                    roles.add(role)
                case DepartmentLeader():
                    has_departments = True
                case _:
                    pass
    return OrgNeeds(frozenset(people), frozenset(roles), has_departments)


def resolve_route(spec: FlowSpec, case: Case, chart: OrgChart) -> tuple[ResolvedStep, ...]:
    """Resolve all steps as if everybody asked would approve: the preview and the expected route."""
    resolved: list[ResolvedStep] = []
    approved: list[frozenset[int]] = []
    for step in spec.steps:
        answer = resolve_step(spec, step, case, chart, approved)
        resolved.append(answer)
        if answer.people:
            approved.append(frozenset(one.person_id for one in answer.people))
    return tuple(resolved)


def resolve_step(
    spec: FlowSpec, step: StepSpec, case: Case, chart: OrgChart, approved: Sequence[frozenset[int]] = ()
) -> ResolvedStep:
    """Resolve one step when it opens.

    Args:
        approved: for each earlier step of this round that people approved, in order, who they were.
    """
    if step.condition is not None and not holds(step.condition, case.facts):
        return ResolvedStep(step, Outcome.SKIP, why="condition")
    found = _gather(step.approvers, case, chart)
    if found.lack is not None:
        return _empty(step, case, chart, found.lack)
    if not found.people and found.is_needless:
        return ResolvedStep(step, Outcome.SKIP, why="nobody-needed")
    if step.on_self is OnSelf.REFUSE and any(one.is_self for one in found.people):
        return ResolvedStep(step, Outcome.REFUSE, why="self-approval")
    people = _without_self(step.on_self, found.people, case, chart)
    kept = _deduped(spec.dedupe, people, approved)
    if people and not kept:
        return ResolvedStep(step, Outcome.SKIP, why="duplicate")
    return ResolvedStep(step, Outcome.ASK, kept) if kept else _empty(step, case, chart, "empty")


# ------------------------------------------------------------------ rules


def _gather(rules: Iterable[Rule], case: Case, chart: OrgChart) -> _Found:
    people: dict[int, Approver] = {}
    is_needless = True
    for rule in rules:
        found = _apply(rule, case, chart)
        if found.lack is not None:
            return found
        is_needless &= found.is_needless
        for one in found.people:
            people.setdefault(one.person_id, one)
    return _Found(tuple(people.values()), is_needless=is_needless)


def _apply(rule: Rule, case: Case, chart: OrgChart) -> _Found:
    match rule:
        case Superior(n):
            return _superior(n, case, chart)
        case Superiors():
            return _superiors(rule, case, chart)
        case DepartmentLeader(n):
            return _department_leader(n, case, chart)
        case RoleHolders(role):
            holders = chart.by_role.get(role, ())
            return _Found(
                tuple(
                    _approver(one, Capacity.ROLE_HOLDER, case, chart, rule="role", role=role)
                    for one in holders
                )
            )
        case Named(people):
            return _Found(_named(people, "named", case, chart))


def _superior(n: int, case: Case, chart: OrgChart) -> _Found:
    chain = chart.superiors(case.submitter_id)
    if len(chain) < n or not chain[n - 1].is_active:
        return _Found()
    person = chain[n - 1]
    return _Found(
        (
            _approver(
                person, _chain_capacity(n), case, chart, rule="superior", position=n, of=case.submitter_id
            ),
        )
    )


def _superiors(rule: Superiors, case: Case, chart: OrgChart) -> _Found:
    people: list[Approver] = []
    absent: list[int] = []
    is_enough_below = False
    for position, person in enumerate(chart.superiors(case.submitter_id), start=1):
        if not person.is_active:
            absent += [person.id] if position >= rule.start else []
            continue
        is_last = _suffices(rule, position, person, case)
        if position < rule.start:
            is_enough_below |= is_last
            continue
        people.append(
            _approver(
                person,
                _chain_capacity(position),
                case,
                chart,
                **_chain_facts(rule, position, person, absent, case),
            )
        )
        if is_last:
            return _Found(tuple(people))
    if rule.count is None and not is_enough_below:
        return _Found(lack="authority-missing")
    return _Found(tuple(people), is_needless=rule.count is None)


def _suffices(rule: Superiors, position: int, person: Person, case: Case) -> bool:
    if rule.count is not None:
        return position == rule.start + rule.count - 1
    if rule.role is not None:
        return rule.role in person.roles
    level = rule.needed_level(case.amount)
    return level is not None and person.level >= level


def _chain_facts(
    rule: Superiors, position: int, person: Person, absent: list[int], case: Case
) -> dict[str, Any]:
    facts: dict[str, Any] = {"rule": "superiors", "position": position, "of": case.submitter_id}
    if rule.levels:
        facts |= {
            "level": person.level,
            "needed_level": rule.needed_level(case.amount),
            "amount": None if case.amount is None else format(case.amount, "f"),
        }
    if rule.role is not None:
        facts["until_role"] = rule.role
    if absent:
        facts["absent"] = list(absent)
    return facts


def _department_leader(n: int, case: Case, chart: OrgChart) -> _Found:
    units = chart.units_above(case.department_id)
    if not units:
        return _Found()
    unit = units[min(n, len(units)) - 1]
    leader = chart.people.get(unit.leader_id) if unit.leader_id is not None else None
    if leader is None or not leader.is_active:
        return _Found()
    return _Found(
        (
            _approver(
                leader, Capacity.DEPARTMENT_LEADER, case, chart, rule="department_leader", department=unit.id
            ),
        )
    )


def _named(keys: Iterable[int], rule: str, case: Case, chart: OrgChart) -> tuple[Approver, ...]:
    people = [chart.people[key] for key in keys if key in chart.people]
    return tuple(_approver(one, Capacity.NAMED, case, chart, rule=rule) for one in people if one.is_active)


def _chain_capacity(position: int) -> Capacity:
    return Capacity.DIRECT_SUPERIOR if position == 1 else Capacity.HIGHER_LEVEL


def _approver(person: Person, capacity: Capacity, case: Case, chart: OrgChart, **facts: Any) -> Approver:
    return Approver(
        person.id,
        person.name,
        capacity,
        {**facts, "day": chart.day.isoformat()},
        is_self=person.id == case.submitter_id,
    )


# ------------------------------------------------------------------ submitter, duplicates, nobody


def _without_self(
    rule: OnSelf, people: tuple[Approver, ...], case: Case, chart: OrgChart
) -> tuple[Approver, ...]:
    if rule is OnSelf.ALLOW or not any(one.is_self for one in people):
        return people
    others = {one.person_id for one in people if not one.is_self}
    stand_in = _next_superior(others, case, chart) if rule is OnSelf.TRANSFER else None
    kept = (stand_in if one.is_self else one for one in people)
    return tuple(one for one in kept if one is not None)


def _next_superior(taken: set[int], case: Case, chart: OrgChart) -> Approver | None:
    for position, person in enumerate(chart.superiors(case.submitter_id), start=1):
        if person.is_active and person.id not in taken:
            return _approver(
                person, _chain_capacity(position), case, chart, rule="instead_of_submitter", position=position
            )
    return None


def _deduped(
    rule: Dedupe, people: tuple[Approver, ...], approved: Sequence[frozenset[int]]
) -> tuple[Approver, ...]:
    if rule is Dedupe.NONE or not approved:
        return people
    earlier = approved[-1] if rule is Dedupe.CONSECUTIVE else frozenset().union(*approved)
    return tuple(one for one in people if one.person_id not in earlier)


def _empty(step: StepSpec, case: Case, chart: OrgChart, why: str) -> ResolvedStep:
    action = step.on_empty.action
    if action is OnEmpty.ASSIGN:
        named = _named(step.on_empty.people, "on_empty", case, chart)
        people = tuple(replace(one, reason={**one.reason, "why": why}) for one in named if not one.is_self)
        return (
            ResolvedStep(step, Outcome.ASK, people, why)
            if people
            else ResolvedStep(step, Outcome.HOLD, why=why)
        )
    outcome = {OnEmpty.HOLD: Outcome.HOLD, OnEmpty.APPROVE: Outcome.SKIP, OnEmpty.REJECT: Outcome.REJECT}[
        action
    ]
    return ResolvedStep(step, outcome, why=why)
