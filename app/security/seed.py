"""Writes the rights that the screens declare and the roles of `app.security.roles`; adds only what is missing."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.security.access import bump_stamp
from app.security.roles import ROLES, RoleSeed
from models.base import FabModel, Owned
from models.users import DataScope, SecurityStamp

Pair = tuple[str, str]


def sync_rights(session: Session, declared: Mapping[str, Iterable[str]]) -> None:
    """Store every declared right and every seeded role that does not exist yet.

    Args:
        declared: name of a screen, page or report → its permissions (`can_list`, …).
    """
    if session.get(SecurityStamp, 1) is None:
        session.add(SecurityStamp(id=1, version=1))
        session.flush()
    pairs = {(permission, view) for view, permissions in declared.items() for permission in permissions}
    for seed in ROLES:
        pairs |= set(seed.pages)
    stored = _store_pairs(session, pairs)
    existing = {role.name: role for role in session.scalars(select(Role))}
    for seed in ROLES:
        if seed.name not in existing:
            _create_role(session, seed, declared, stored)
    bump_stamp(session)


def _store_pairs(session: Session, pairs: set[Pair]) -> dict[Pair, PermissionView]:
    permissions = {row.name: row for row in session.scalars(select(Permission))}
    views = {row.name: row for row in session.scalars(select(ViewMenu))}
    stored = {
        (row.permission.name, row.view_menu.name): row for row in session.scalars(select(PermissionView))
    }
    for permission, view in sorted(pairs - set(stored)):
        if permission not in permissions:
            permissions[permission] = Permission(name=permission)
        if view not in views:
            views[view] = ViewMenu(name=view)
        stored[permission, view] = PermissionView(permission=permissions[permission], view_menu=views[view])
        session.add(stored[permission, view])
    session.flush()
    return stored


def _create_role(
    session: Session,
    seed: RoleSeed,
    declared: Mapping[str, Iterable[str]],
    stored: Mapping[Pair, PermissionView],
) -> None:
    wanted = {(f"can_{verb}", view) for views, verbs in seed.rights for view in views for verb in verbs}
    possible = {(permission, view) for view, permissions in declared.items() for permission in permissions}
    pairs = sorted((wanted & possible) | set(seed.pages))
    role = Role(name=seed.name, permissions=[stored[pair] for pair in pairs])
    session.add(role)
    session.flush()
    for record_type in owned_record_types():
        scope = seed.scopes.get(record_type, seed.scope)
        session.add(DataScope(role_id=role.id, record_type=record_type, scope=scope.value))


def owned_record_types() -> list[str]:
    """Return the record types whose rows belong to somebody, so that a row scope applies to them."""
    mappers: Iterable[Any] = FabModel.registry.mappers
    return sorted(str(mapper.class_.__tablename__) for mapper in mappers if issubclass(mapper.class_, Owned))
