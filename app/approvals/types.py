"""The vocabulary of routes: what a definition says, what the resolver knows, what it answers. Pure.

The terms are fixed in docs/algorithms/approval-routing.md (R046, R047).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from app.approvals.conditions import Condition, Fact


class Mode(StrEnum):
    """How the answers of several approvers of one step combine."""

    ANY = "any"
    ALL = "all"
    SEQUENTIAL = "sequential"


class Capacity(StrEnum):
    """In which capacity a person stands in a step; the same values as `models.approvals.Capacity`."""

    DIRECT_SUPERIOR = "direct_superior"
    HIGHER_LEVEL = "higher_level"
    DEPARTMENT_LEADER = "department_leader"
    ROLE_HOLDER = "role_holder"
    NAMED = "named"


class OnEmpty(StrEnum):
    """What happens to a step that nobody stands in."""

    HOLD = "hold"
    APPROVE = "approve"
    REJECT = "reject"
    ASSIGN = "assign"


class OnSelf(StrEnum):
    """What happens when the submitter is among the approvers."""

    REMOVE = "remove"
    REFUSE = "refuse"
    TRANSFER = "transfer"
    ALLOW = "allow"


class OnReject(StrEnum):
    """What a rejection does to the whole approval."""

    END = "end"
    RETURN = "return"


class Dedupe(StrEnum):
    """Whether somebody who approved an earlier step is asked again."""

    NONE = "none"
    ALL = "all"
    CONSECUTIVE = "consecutive"


# ------------------------------------------------------------------ rules that name approvers


@dataclass(frozen=True, slots=True)
class Superior:
    """The n-th superior of the submitter; 1 is the direct one."""

    n: int = 1


@dataclass(frozen=True, slots=True)
class LevelBand:
    """The position level that suffices for amounts below `below`; None: for all others."""

    level: int
    below: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Superiors:
    """Superiors one by one from position `start` until exactly one of the three stops is met."""

    start: int = 1
    count: int | None = None
    role: str | None = None
    levels: tuple[LevelBand, ...] = ()

    def needed_level(self, amount: Decimal | None) -> int | None:
        """Return the level that suffices for an amount; an unknown amount falls into the last band."""
        for band in self.levels:
            if band.below is None or (amount is not None and amount < band.below):
                return band.level
        return None


@dataclass(frozen=True, slots=True)
class DepartmentLeader:
    """Leader of the n-th department upwards; 1 is the home department, the top one if there are fewer."""

    n: int = 1


@dataclass(frozen=True, slots=True)
class RoleHolders:
    """All active holders of a role."""

    role: str


@dataclass(frozen=True, slots=True)
class Named:
    """People listed by key."""

    people: tuple[int, ...]


Rule = Superior | Superiors | DepartmentLeader | RoleHolders | Named


# ------------------------------------------------------------------ the definition


@dataclass(frozen=True, slots=True)
class EmptyRule:
    """What to do with an empty step; `people` belong to `assign`."""

    action: OnEmpty = OnEmpty.HOLD
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One step of a route. `name` is by language; `policy_ref` is the clause that demands it."""

    key: str
    name: Mapping[str, str]
    approvers: tuple[Rule, ...]
    mode: Mode = Mode.ANY
    condition: Condition | None = None
    on_empty: EmptyRule = EmptyRule()
    on_self: OnSelf = OnSelf.REMOVE
    on_reject: OnReject = OnReject.END
    policy_ref: str | None = None


@dataclass(frozen=True, slots=True)
class FlowSpec:
    """A whole route: its steps in order and what holds for all of them."""

    steps: tuple[StepSpec, ...]
    dedupe: Dedupe = Dedupe.NONE

    @property
    def has_conditions(self) -> bool:
        """Whether any step asks for the record's facts."""
        return any(step.condition is not None for step in self.steps)

    def step(self, key: str) -> StepSpec:
        """Return the step with this key.

        Raises:
            KeyError: the route has no such step.
        """
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)


# ------------------------------------------------------------------ the organisation on one day


@dataclass(frozen=True, slots=True)
class Person:
    """An employee on the chart's day; `level` is that of the position (1 to 9)."""

    id: int
    name: str
    department_id: int
    level: int = 1
    superior_id: int | None = None
    is_active: bool = True
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Unit:
    """A department with its leader."""

    id: int
    name: str
    parent_id: int | None = None
    leader_id: int | None = None


@dataclass(frozen=True)
class OrgChart:
    """The part of the organisation that matters for one case, as of one business day."""

    day: date
    people: Mapping[int, Person]
    units: Mapping[int, Unit] = field(default_factory=dict)

    def superiors(self, person_id: int) -> list[Person]:
        """Return the chain of superiors upwards, left ones included; a loop ends it."""
        chain: list[Person] = []
        seen = {person_id}
        person = self.people.get(person_id)
        while person is not None and person.superior_id is not None and person.superior_id not in seen:
            seen.add(person.superior_id)
            person = self.people.get(person.superior_id)
            if person is not None:
                chain.append(person)
        return chain

    def units_above(self, unit_id: int) -> list[Unit]:
        """Return the department itself and those above it, nearest first; a loop ends it."""
        found: list[Unit] = []
        unit = self.units.get(unit_id)
        while unit is not None and unit not in found:
            found.append(unit)
            unit = self.units.get(unit.parent_id) if unit.parent_id is not None else None
        return found

    @cached_property
    def by_role(self) -> Mapping[str, tuple[Person, ...]]:
        """Active holders by role, in order of their keys."""
        holders: dict[str, list[Person]] = {}
        for _key, person in sorted(self.people.items()):
            for role in person.roles if person.is_active else ():
                holders.setdefault(role, []).append(person)
        return {role: tuple(people) for role, people in holders.items()}


@dataclass(frozen=True, slots=True)
class OrgNeeds:
    """What a route asks of the organisation, so that only that is loaded."""

    people: frozenset[int] = frozenset()
    roles: frozenset[str] = frozenset()
    has_departments: bool = False


# ------------------------------------------------------------------ the question and the answer


@dataclass(frozen=True, slots=True)
class Case:
    """What the resolver knows of a record; `amount` in the company's currency."""

    submitter_id: int
    department_id: int
    amount: Decimal | None
    facts: Mapping[str, Fact]


class Outcome(StrEnum):
    """What becomes of a step when it opens."""

    ASK = "ask"
    SKIP = "skip"
    HOLD = "hold"
    REJECT = "reject"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Approver:
    """One person asked, in which capacity, and why (rule and fact of the organisation, JSON-ready)."""

    person_id: int
    name: str
    capacity: Capacity
    reason: Mapping[str, Any]
    is_self: bool = False


@dataclass(frozen=True, slots=True)
class ResolvedStep:
    """A step with its people in order, or why there are none (`why` is a stable code)."""

    step: StepSpec
    outcome: Outcome
    people: tuple[Approver, ...] = ()
    why: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the expected route as it is stored with the instance."""
        return {
            "key": self.step.key,
            "name": dict(self.step.name),
            "mode": self.step.mode.value,
            "policy_ref": self.step.policy_ref,
            "outcome": self.outcome.value,
            "why": self.why,
            "people": [
                {
                    "id": one.person_id,
                    "name": one.name,
                    "capacity": one.capacity.value,
                    "reason": dict(one.reason),
                }
                for one in self.people
            ],
        }
