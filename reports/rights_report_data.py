"""What the rights report says, free of language: roles with their rights, scopes and holders, and every person."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import select

from app.core.clock import today
from app.core.db import db
from app.core.errors import NotFound
from app.core.i18n import lazy_gettext as _l
from app.services.role_holders import Holder, holders_of
from models.org import Department, Employee
from models.users import DataScope, PortalUser
from reports.named_rows import company
from reports.names import Named


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """One account that holds a role, with the groups through which it does."""

    username: str
    name: str
    department: Named | None
    is_active: bool
    is_direct: bool
    groups: tuple[str, ...]
    last_login: datetime | None


@dataclass(frozen=True, slots=True)
class RoleRights:
    """One role: (resource, verbs) in the order of names, (record type, scope), holders by user name."""

    name: str
    rights: tuple[tuple[str, tuple[str, ...]], ...]
    scopes: tuple[tuple[str, str], ...]
    holders: tuple[RoleHolder, ...]


@dataclass(frozen=True, slots=True)
class PersonRights:
    """One account with the names of all roles that it holds."""

    username: str
    name: str
    department: Named | None
    is_active: bool
    roles: tuple[str, ...]
    last_login: datetime | None


@dataclass(frozen=True, slots=True)
class RightsData:
    """The whole document, as of one day."""

    company: Named
    day: date
    only_role: str | None
    roles: tuple[RoleRights, ...]
    people: tuple[PersonRights, ...]


def load_rights(role_id: int | None) -> RightsData:
    """Read the roles, or the one role with its holders.

    Raises:
        NotFound: there is no such role.
    """
    session = db.session()
    statement = select(Role.id, Role.name).order_by(Role.name)
    names = {
        row.id: row.name
        for row in session.execute(statement if role_id is None else statement.where(Role.id == role_id))
    }
    if role_id is not None and not names:
        raise NotFound("unknown-role", _l("There is no such role."))
    rights, scopes, holders = _rights(names), _scopes(names), holders_of(names)
    roles = tuple(
        RoleRights(name, rights.get(key, ()), scopes.get(key, ()), tuple(_fact(one) for one in holders[key]))
        for key, name in names.items()
    )
    only = None if role_id is None else names[role_id]
    return RightsData(
        company(session), today(), only, roles, _people(names, holders, is_whole=role_id is None)
    )


def _rights(keys: Collection[int]) -> dict[int, tuple[tuple[str, tuple[str, ...]], ...]]:
    rows = db.session.execute(
        select(assoc_permissionview_role.c.role_id, ViewMenu.name, Permission.name)
        .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .where(assoc_permissionview_role.c.role_id.in_(keys))
    )
    found: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for role_id, view, permission in rows:
        found[role_id][view].add(permission.removeprefix("can_"))
    return {
        role_id: tuple((view, tuple(sorted(verbs))) for view, verbs in sorted(views.items()))
        for role_id, views in found.items()
    }


def _scopes(keys: Collection[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = select(DataScope.role_id, DataScope.record_type, DataScope.scope).where(
        DataScope.role_id.in_(keys)
    )
    for role_id, record_type, scope in db.session.execute(rows):
        found[role_id].append((record_type, scope))
    return {role_id: tuple(sorted(pairs)) for role_id, pairs in found.items()}


def _fact(one: Holder) -> RoleHolder:
    return RoleHolder(
        one.username, one.name, _department(one.department, one.department_en), one.is_active,
        one.is_direct, tuple(one.groups), one.last_login,
    )  # fmt: skip


def _department(name: str | None, name_en: str | None) -> Named | None:
    return None if name is None else Named(name, name_en or None)


def _people(
    names: dict[int, str], holders: dict[int, list[Holder]], *, is_whole: bool
) -> tuple[PersonRights, ...]:
    held: dict[int, set[str]] = defaultdict(set)
    for role_id, found in holders.items():
        for one in found:
            held[one.user_id].add(names[role_id])
    statement = (
        select(PortalUser, Employee.name, Department.name, Department.name_en)
        .outerjoin(Employee, Employee.user_id == PortalUser.id)
        .outerjoin(Department, Department.id == Employee.department_id)
        .order_by(PortalUser.username)
    )
    if not is_whole:
        statement = statement.where(PortalUser.id.in_(held))
    return tuple(
        PersonRights(
            user.username, employee or str(user), _department(department, department_en), bool(user.active),
            tuple(sorted(held.get(user.id, ()))),
            user.last_login.replace(tzinfo=UTC) if user.last_login else None,
        )
        for user, employee, department, department_en in db.session.execute(statement)
    )  # fmt: skip
