"""A route between its JSON form (stored, digested) and its typed form (resolved). Pure.

The JSON form is described in docs/algorithms/approval-routing.md, "A version's content". Parsing is
strict: an unknown key, a float or a wrong type is refused with the place where it stands.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from app.approvals.conditions import Condition, ConditionError, Schema, condition_json, parse_condition
from app.approvals.types import (
    Dedupe,
    DepartmentLeader,
    EmptyRule,
    FlowSpec,
    LevelBand,
    Mode,
    Named,
    OnEmpty,
    OnReject,
    OnSelf,
    RoleHolders,
    Rule,
    StepSpec,
    Superior,
    Superiors,
)

FORMAT = 1
_Choice = TypeVar("_Choice", bound=StrEnum)


class SpecError(ValueError):
    """The JSON form is not a route.

    Args:
        code: `shape`, `missing-key`, `unknown-key`, `value`, or a code of ConditionError.
        step: key of the step concerned, if one is known.
        path: where it stands, for example `steps[1].approvers[0].n`.
    """

    def __init__(self, code: str, path: str, *, step: str | None = None) -> None:
        super().__init__(f"{path}: {code}")
        self.code = code
        self.path = path
        self.step = step


def parse_spec(data: Any, schema: Schema) -> FlowSpec:
    """Turn the JSON form into a typed route; `schema` types the conditions.

    Raises:
        SpecError: the form is wrong; `app.approvals.checks` then judges what is well-formed.
    """
    top = _object(data, "", required=("format", "steps"), optional=("dedupe", "resubmit"))
    if top["format"] != FORMAT:
        raise SpecError("value", "format")
    if top.get("resubmit", "restart") != "restart":
        raise SpecError("value", "resubmit")
    steps = _list(top["steps"], "steps")
    return FlowSpec(
        steps=tuple(_step(step, f"steps[{index}]", schema) for index, step in enumerate(steps)),
        dedupe=_choice(Dedupe, top.get("dedupe", Dedupe.NONE), "dedupe"),
    )


def _step(data: Any, path: str, schema: Schema) -> StepSpec:
    raw = _object(
        data,
        path,
        required=("key", "name", "approvers"),
        optional=("mode", "condition", "on_empty", "on_self", "on_reject", "policy_ref"),
    )
    key = _text(raw["key"], f"{path}.key")
    try:
        return StepSpec(
            key=key,
            name=_names(raw["name"], f"{path}.name"),
            approvers=tuple(
                _rule(one, f"{path}.approvers[{index}]")
                for index, one in enumerate(_list(raw["approvers"], f"{path}.approvers"))
            ),
            mode=_choice(Mode, raw.get("mode", Mode.ANY), f"{path}.mode"),
            condition=_condition(raw.get("condition"), f"{path}.condition", schema),
            on_empty=_empty_rule(raw.get("on_empty", {"action": "hold"}), f"{path}.on_empty"),
            on_self=_choice(OnSelf, raw.get("on_self", OnSelf.REMOVE), f"{path}.on_self"),
            on_reject=_choice(OnReject, raw.get("on_reject", OnReject.END), f"{path}.on_reject"),
            policy_ref=_optional_text(raw.get("policy_ref"), f"{path}.policy_ref"),
        )
    except SpecError as error:
        raise SpecError(error.code, error.path, step=key) from error


def _condition(data: Any, path: str, schema: Schema) -> Condition | None:
    if data is None:
        return None
    try:
        return parse_condition(data, schema)
    except ConditionError as error:
        raise SpecError(error.code, f"{path}.{error.path}".rstrip(".")) from error


def _empty_rule(data: Any, path: str) -> EmptyRule:
    raw = _object(data, path, required=("action",), optional=("people",))
    people = tuple(_whole(one, f"{path}.people") for one in _list(raw.get("people", []), f"{path}.people"))
    return EmptyRule(_choice(OnEmpty, raw["action"], f"{path}.action"), people)


# ------------------------------------------------------------------ approver rules


def _rule(data: Any, path: str) -> Rule:
    if not isinstance(data, Mapping) or data.get("rule") not in _RULES:
        raise SpecError("value", f"{path}.rule")
    return _RULES[data["rule"]](data, path)


def _superior(data: Any, path: str) -> Rule:
    raw = _object(data, path, required=("rule",), optional=("n",))
    return Superior(_whole(raw.get("n", 1), f"{path}.n"))


def _superiors(data: Any, path: str) -> Rule:
    raw = _object(data, path, required=("rule",), optional=("start", "count", "role", "levels"))
    levels = _list(raw.get("levels", []), f"{path}.levels")
    return Superiors(
        start=_whole(raw.get("start", 1), f"{path}.start"),
        count=None if raw.get("count") is None else _whole(raw["count"], f"{path}.count"),
        role=_optional_text(raw.get("role"), f"{path}.role"),
        levels=tuple(_band(band, f"{path}.levels[{index}]") for index, band in enumerate(levels)),
    )


def _band(data: Any, path: str) -> LevelBand:
    raw = _object(data, path, required=("level",), optional=("below",))
    below = raw.get("below")
    return LevelBand(
        _whole(raw["level"], f"{path}.level"), None if below is None else _amount(below, f"{path}.below")
    )


def _department_leader(data: Any, path: str) -> Rule:
    raw = _object(data, path, required=("rule",), optional=("n",))
    return DepartmentLeader(_whole(raw.get("n", 1), f"{path}.n"))


def _role(data: Any, path: str) -> Rule:
    raw = _object(data, path, required=("rule", "role"))
    return RoleHolders(_text(raw["role"], f"{path}.role"))


def _named(data: Any, path: str) -> Rule:
    raw = _object(data, path, required=("rule", "people"))
    people = _list(raw["people"], f"{path}.people")
    return Named(tuple(_whole(one, f"{path}.people") for one in people))


_RULES: Mapping[str, Callable[[Any, str], Rule]] = {
    "superior": _superior,
    "superiors": _superiors,
    "department_leader": _department_leader,
    "role": _role,
    "named": _named,
}


# ------------------------------------------------------------------ small readers


def _object(
    data: Any, path: str, *, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise SpecError("shape", path)
    for key in required:
        if key not in data:
            raise SpecError("missing-key", f"{path}.{key}".lstrip("."))
    for key in data:
        if key not in required and key not in optional:
            raise SpecError("unknown-key", f"{path}.{key}".lstrip("."))
    return data


def _list(data: Any, path: str) -> list[Any]:
    if not isinstance(data, list):
        raise SpecError("shape", path)
    return data


def _choice(kind: type[_Choice], value: Any, path: str) -> _Choice:
    try:
        return kind(value)
    except ValueError as error:
        raise SpecError("value", path) from error


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise SpecError("value", path)
    return value


def _optional_text(value: Any, path: str) -> str | None:
    return None if value is None else _text(value, path)


def _names(value: Any, path: str) -> dict[str, str]:
    if not isinstance(value, Mapping) or not value:
        raise SpecError("value", path)
    return {str(language): _text(name, f"{path}.{language}") for language, name in value.items()}


def _whole(value: Any, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise SpecError("value", path)
    return value


def _amount(value: Any, path: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise SpecError("value", path)
    try:
        amount = Decimal(value)
    except InvalidOperation as error:
        raise SpecError("value", path) from error
    if not amount.is_finite():
        raise SpecError("value", path)
    return amount


# ------------------------------------------------------------------ back to JSON


def spec_json(spec: FlowSpec) -> dict[str, Any]:
    """Return the JSON form with every key written out; `parse_spec` of it gives the same route."""
    return {
        "format": FORMAT,
        "dedupe": spec.dedupe.value,
        "resubmit": "restart",
        "steps": [_step_json(step) for step in spec.steps],
    }


def _step_json(step: StepSpec) -> dict[str, Any]:
    return {
        "key": step.key,
        "name": dict(step.name),
        "approvers": [_rule_json(rule) for rule in step.approvers],
        "mode": step.mode.value,
        "condition": None if step.condition is None else condition_json(step.condition),
        "on_empty": {"action": step.on_empty.action.value, "people": list(step.on_empty.people)},
        "on_self": step.on_self.value,
        "on_reject": step.on_reject.value,
        "policy_ref": step.policy_ref,
    }


def _rule_json(rule: Rule) -> dict[str, Any]:
    match rule:
        case Superior(n):
            return {"rule": "superior", "n": n}
        case Superiors(start, count, role, levels):
            return {
                "rule": "superiors",
                "start": start,
                "count": count,
                "role": role,
                "levels": [
                    {"level": band.level, "below": None if band.below is None else format(band.below, "f")}
                    for band in levels
                ],
            }
        case DepartmentLeader(n):
            return {"rule": "department_leader", "n": n}
        case RoleHolders(role):
            return {"rule": "role", "role": role}
        case Named(people):
            return {"rule": "named", "people": list(people)}
