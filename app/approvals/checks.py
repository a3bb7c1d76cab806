"""What a definition must satisfy before it is published. Pure.

Each finding has a stable code, the step and the place, so that a form can show it where it belongs.
Proofs over the real organisation (dead ends, separation of duties) build on `routing.resolve_route`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.approvals.conditions import Schema
from app.approvals.routing import needs
from app.approvals.spec import SpecError, parse_spec
from app.approvals.types import (
    DepartmentLeader,
    FlowSpec,
    Named,
    OnEmpty,
    RoleHolders,
    Rule,
    StepSpec,
    Superior,
    Superiors,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason why a definition cannot be published.

    Codes: those of SpecError, `no-step`, `duplicate-step-key`, `no-approver-rule`, `number-too-small`,
    `stop-rule` (not exactly one of count, role, levels), `bands` (not rising, or the last has a
    limit), `nobody-named`, `unknown-person`, `unknown-role`.
    """

    code: str
    step: str | None = None
    path: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the finding for the details of an error and for the version's record."""
        return {"code": self.code, "step": self.step, "path": self.path}


@dataclass(frozen=True, slots=True)
class Known:
    """Active people and role names that exist; a definition may name no others."""

    people: frozenset[int]
    roles: frozenset[str]


def check(data: Any, schema: Schema, known: Known | None = None) -> tuple[FlowSpec | None, list[Finding]]:
    """Parse and judge a definition; `known` is left out when only the form is to be judged.

    Returns:
        The typed route (None when it cannot be parsed) and the findings, empty when it is fit.
    """
    try:
        spec = parse_spec(data, schema)
    except SpecError as error:
        return None, [Finding(error.code, error.step, error.path)]
    findings = list(_check_form(spec))
    if known is not None:
        findings += _check_names(spec, known)
    return spec, findings


def _check_form(spec: FlowSpec) -> Iterator[Finding]:
    if not spec.steps:
        yield Finding("no-step", path="steps")
    for key, times in Counter(step.key for step in spec.steps).items():
        if times > 1:
            yield Finding("duplicate-step-key", key, "steps")
    for step in spec.steps:
        yield from _check_step(step)


def _check_step(step: StepSpec) -> Iterator[Finding]:
    if not step.approvers:
        yield Finding("no-approver-rule", step.key, "approvers")
    if (step.on_empty.action is OnEmpty.ASSIGN) != bool(step.on_empty.people):
        yield Finding("nobody-named", step.key, "on_empty.people")
    for index, rule in enumerate(step.approvers):
        yield from (
            Finding(finding.code, step.key, f"approvers[{index}].{finding.path}")
            for finding in _RULE_CHECKS[type(rule)](rule)
        )


def _check_position(rule: Any) -> Iterator[Finding]:
    if rule.n < 1:
        yield Finding("number-too-small", path="n")


def _check_superiors(rule: Any) -> Iterator[Finding]:
    if rule.start < 1 or (rule.count is not None and rule.count < 1):
        yield Finding("number-too-small", path="start" if rule.start < 1 else "count")
    if [rule.count is not None, rule.role is not None, bool(rule.levels)].count(True) != 1:
        yield Finding("stop-rule", path="rule")
    limits = [band.below for band in rule.levels]
    levels = [band.level for band in rule.levels]
    is_closed = None not in limits[:-1] and limits[-1:] in ([], [None])
    is_rising = is_closed and limits[:-1] == sorted(set(limits[:-1])) and levels == sorted(levels)
    if not is_rising:
        yield Finding("bands", path="levels")


def _check_named(rule: Any) -> Iterator[Finding]:
    if not rule.people:
        yield Finding("nobody-named", path="people")


def _check_nothing(_rule: Any) -> Iterator[Finding]:
    yield from ()


_RULE_CHECKS: Mapping[type[Rule], Callable[[Any], Iterator[Finding]]] = {
    Superior: _check_position,
    DepartmentLeader: _check_position,
    Superiors: _check_superiors,
    Named: _check_named,
    RoleHolders: _check_nothing,
}


def _check_names(spec: FlowSpec, known: Known) -> list[Finding]:
    findings = []
    for step in spec.steps:
        wanted = needs(FlowSpec((step,)))
        if wanted.people - known.people:
            findings.append(Finding("unknown-person", step.key, "approvers"))
        if wanted.roles - known.roles:
            findings.append(Finding("unknown-role", step.key, "approvers"))
    return findings
