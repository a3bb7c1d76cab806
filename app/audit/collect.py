"""What a flush changed, column by column, ready for the trail: stamps left out, personal data masked."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column
from sqlalchemy.orm import InstanceState, Mapper
from sqlalchemy.orm.attributes import get_history
from sqlalchemy.orm.base import (
    INCLUDE_PENDING_MUTATIONS,
    NO_VALUE,
    PASSIVE_NO_INITIALIZE,
    LoaderCallableStatus,
)
from sqlalchemy.orm.interfaces import MANYTOONE

from app.audit.canonical import canonical_json, normal_form
from app.core.types import Scaled

STAMPS = frozenset({"created_at", "changed_at", "created_by_id", "changed_by_id", "row_version"})
"""Columns that tell nothing that the entry itself does not tell."""
_EMPTY: tuple[Any, ...] = (None, {}, [])


@dataclass(frozen=True, slots=True)
class FrameworkTable:
    """How a table of Flask-AppBuilder is audited; its columns cannot carry our `info`."""

    skip: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    links: tuple[str, ...] = ()


_FRAMEWORK_STAMPS = frozenset({"created_on", "changed_on", "created_by_fk", "changed_by_fk"})
FRAMEWORK_TABLES = {
    # The counters move at each log-in, and a log-in is an entry of its own.
    "ab_user": FrameworkTable(
        skip=_FRAMEWORK_STAMPS | {"last_login", "login_count", "fail_login_count"},
        secret=frozenset({"password"}),
        personal=frozenset({"email"}),
        links=("roles", "groups"),
    ),
    "ab_role": FrameworkTable(links=("permissions",)),
    "ab_group": FrameworkTable(links=("roles",)),
    "ab_permission_view": FrameworkTable(),
    "ab_api_key": FrameworkTable(
        skip=_FRAMEWORK_STAMPS | {"last_used_on"}, secret=frozenset({"key_hash", "lookup_hash", "key_prefix"})
    ),
}
"""Who may what: accounts, roles, groups, granted permissions and keys (R090)."""


@dataclass(frozen=True, slots=True)
class AuditPlan:
    """What of a mapped class goes into the trail.

    Attributes:
        columns: attribute key → column, for every recorded column.
        masks: attribute key → "personal" or "secret".
        links: keys of many-to-many relationships whose members are recorded by name.
    """

    record_type: str
    columns: dict[str, Column[Any]]
    masks: dict[str, str]
    links: tuple[str, ...]


@cache
def plan_of(mapper: Mapper[Any]) -> AuditPlan | None:
    """Return how the mapped class is audited; None when it is not."""
    table = str(mapper.local_table.name)  # type: ignore[attr-defined]  # our mappers map tables, not joins
    framework = FRAMEWORK_TABLES.get(table)
    if framework is None:
        if not getattr(mapper.class_, "__audited__", False):
            return None
        links = tuple(key for key, prop in mapper.relationships.items() if prop.secondary is not None)
        framework = FrameworkTable(skip=STAMPS, links=links)
    columns: dict[str, Column[Any]] = {}
    masks: dict[str, str] = {}
    for prop in mapper.column_attrs:
        column = prop.columns[0]
        if (
            prop.key in framework.skip
            or not isinstance(column, Column)
            or column.primary_key
            or column.computed is not None
        ):
            continue  # the key stands in the entry, what the database computes follows from the rest
        columns[prop.key] = column
        if prop.key in framework.secret or column.info.get("secret"):
            masks[prop.key] = "secret"
        elif prop.key in framework.personal or column.info.get("personal"):
            masks[prop.key] = "personal"
    return AuditPlan(table, columns, masks, links=framework.links)


@dataclass(slots=True)
class Masker:
    """Turns values into what the trail may hold.

    Personal data (个人信息保护法 47) never stand in the trail in clear, because nothing can be taken
    out of it again. With a key, equal values of the same field of the same record give equal marks,
    so that "changed back" is visible; throw the key away and the marks say nothing any more.
    """

    key: bytes | None = None

    def value(self, plan: AuditPlan, record_id: str | None, name: str, value: Any) -> Any:
        """Return the normal form of a column's value, or its mark."""
        if value is None:
            return None
        kind = plan.masks.get(name)
        if kind is None:
            is_number = isinstance(plan.columns[name].type, Scaled) and not isinstance(value, bool)
            return normal_form(plan.columns[name].type.python_type(value) if is_number else value)
        if kind == "secret" or self.key is None:
            return f"{kind}:set"
        text = canonical_json([plan.record_type, record_id, name, value])
        return "personal:" + hmac.new(self.key, text.encode(), "sha256").hexdigest()[:32]

    def pairs(
        self, plan: AuditPlan, record_id: str | None, old: dict[str, Any], new: dict[str, Any]
    ) -> dict[str, list[Any]]:
        """Return attribute key → [old, new] for what differs and is not empty on both sides."""
        result = {}
        for name in plan.columns:
            before, after = old.get(name), new.get(name)
            if (name in old or name in new) and not (before in _EMPTY and after in _EMPTY):
                result[name] = [self.value(plan, record_id, name, item) for item in (before, after)]
        return result


def identity_text(mapper: Mapper[Any], row: Any) -> str:
    """Return the record id of a flushed row: its key, several parts joined by a comma."""
    return ",".join(str(part) for part in mapper.primary_key_from_instance(row))


def changed_columns(state: InstanceState[Any], plan: AuditPlan) -> list[str]:
    """Return the recorded columns that the pending flush writes."""
    return [
        name
        for name in plan.columns
        if name in state.committed_state
        and get_history(state.object, name, PASSIVE_NO_INITIALIZE).has_changes()
    ]


def old_value(state: InstanceState[Any], name: str) -> Any:
    """Return what the database held before, as far as the session knows; NO_VALUE when it does not."""
    if name in state.committed_state:
        value = state.committed_state[name]
        return NO_VALUE if isinstance(value, LoaderCallableStatus) else value
    return state.dict.get(name, NO_VALUE)


def unknown_columns(state: InstanceState[Any], plan: AuditPlan, *, is_deleted: bool) -> list[str]:
    """Return the recorded columns whose old value must be read before the flush overwrites it.

    A column written without having been loaded has no known old value. Foreign keys are written by
    the flush itself when a relationship was assigned, so then every unloaded column counts.
    """
    links = state.mapper.relationships
    assigned = any(name in links and links[name].direction is MANYTOONE for name in state.committed_state)
    return [
        name
        for name in plan.columns
        if old_value(state, name) is NO_VALUE and (is_deleted or assigned or name in state.committed_state)
    ]


def verb_of(new: Mapping[str, Any]) -> str:
    """Return what an update of these columns is called: deleting only marks a row (`SoftDeleted`)."""
    if "deleted_at" not in new:
        return "update"
    return "restore" if new["deleted_at"] is None else "delete"


def link_changes(state: InstanceState[Any], plan: AuditPlan) -> dict[str, dict[str, list[str]]]:
    """Return relationship key → names added and removed, for the many-to-many links."""
    result = {}
    for name in plan.links:
        history = get_history(state.object, name, PASSIVE_NO_INITIALIZE | INCLUDE_PENDING_MUTATIONS)
        if history.added or history.deleted:
            result[name] = {"added": _names(history.added), "removed": _names(history.deleted)}
    return result


def _names(members: Iterable[Any] | None) -> list[str]:
    return sorted(normal_form(str(member)) for member in members or ())
