"""Roles: which rights and which row scopes they hold, and who may change that (R090).

A change acts with the next request of everybody who holds the role (`app.security.access`).
"""

from collections.abc import Mapping
from hashlib import sha256

from flask_appbuilder.security.sqla.models import PermissionView, Role, assoc_group_role, assoc_user_role
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleViolation, WrongState
from app.core.i18n import lazy_gettext as _l
from app.security.roles import ADMINISTRATOR, PUBLIC, ROLES
from app.security.seed import owned_record_types
from app.services.grants import (
    Pair,
    check_grant,
    holds_scope,
    is_administrator,
    is_within,
    rights_of_role,
    scopes_of_role,
)
from models.users import DataScope, Scope

SEEDED = frozenset({seed.name for seed in ROLES} | {PUBLIC})
KEPT_BY_ADMINISTRATORS = frozenset(
    (f"can_{verb}", view) for view in ("UserView", "RoleView") for verb in ("list", "show", "edit")
)
"""Without these nobody could give them back."""


def digest_of(role: Role) -> str:
    """Return a mark of everything that a role holds; a form carries it to notice changes by others."""
    pairs = sorted(f"{permission} {view}" for permission, view in rights_of_role(role))
    scopes = sorted(f"{kind}={scope.value}" for kind, scope in scopes_of_role(role).items())
    return sha256("\n".join([role.name, *pairs, *scopes]).encode()).hexdigest()


def may_change(actor: Actor, role: Role) -> bool:
    """Whether the actor may change what this role holds."""
    return is_within(actor, role) and (is_administrator(actor) or role.id not in actor.role_ids)


def may_add(actor: Actor, role: Role, pair: Pair) -> bool:
    """Whether the actor may add a right to this role: one that he holds, or as administrator to others."""
    return (
        pair in actor.permissions
        or actor.is_system
        or (is_administrator(actor) and role.id not in actor.role_ids)
    )


def may_widen(actor: Actor, role: Role, record_type: str, scope: Scope | None) -> bool:
    """Whether the actor may give this role a row scope; see `may_add`."""
    return holds_scope(actor, record_type, scope) or (
        is_administrator(actor) and role.id not in actor.role_ids
    )


def save_role(
    actor: Actor,
    *,
    role: Role,
    pair_ids: set[int],
    scopes: Mapping[str, Scope | None],
    seen: str | None = None,
) -> None:
    """Let a role hold exactly these rights and row scopes.

    Args:
        pair_ids: keys of `PermissionView`.
        scopes: record type → scope, None for no rows at all; types not named keep what they have.
        seen: `digest_of` the role when its form was drawn.

    Raises:
        NotAllowed: the actor's own role, a role with wider rights, or a right that he does not hold.
        WrongState: the administrators would lose the means to administer.
        Conflict: somebody else changed the role meanwhile.
        RuleViolation: a right or record type does not exist.
    """
    session = db.session()
    session.execute(select(Role.id).where(Role.id == role.id).with_for_update())
    session.refresh(role, ["permissions"])
    if seen is not None and seen != digest_of(role):
        raise Conflict(_l("Somebody else changed this role. Your changes were not saved."))
    pairs = list(session.scalars(select(PermissionView).where(PermissionView.id.in_(pair_ids))))
    if len(pairs) != len(pair_ids) or not set(scopes) <= set(owned_record_types()):
        raise RuleViolation("unknown-right", _l("A chosen right does not exist any more. Reload the page."))
    _check_change(actor, role, {(pair.permission.name, pair.view_menu.name) for pair in pairs}, scopes)
    role.permissions = pairs
    _store_scopes(session, role, scopes)
    session.flush()


def _check_change(actor: Actor, role: Role, wanted: set[Pair], scopes: Mapping[str, Scope | None]) -> None:
    if not is_administrator(actor) and role.id in actor.role_ids:
        raise NotAllowed("own-role", _l("Nobody changes a role that he holds himself."))
    check_grant(actor, [role])
    held = scopes_of_role(role)
    is_beyond = any(not may_add(actor, role, pair) for pair in wanted - rights_of_role(role)) or any(
        not may_widen(actor, role, kind, scope) for kind, scope in scopes.items() if scope != held.get(kind)
    )
    if is_beyond:
        message = _l("You can grant only what you hold yourself, and nothing more to your own role.")
        raise NotAllowed("grant-beyond-own", message)
    if role.name == ADMINISTRATOR and not wanted >= KEPT_BY_ADMINISTRATORS:
        message = _l(
            "Administrators must keep the rights to accounts and roles, else nobody could give them back."
        )
        raise WrongState("administrator-lockout", message)


def _store_scopes(session: Session, role: Role, scopes: Mapping[str, Scope | None]) -> None:
    rows = {
        row.record_type: row for row in session.scalars(select(DataScope).where(DataScope.role_id == role.id))
    }
    for kind, scope in scopes.items():
        row = rows.get(kind)
        if scope is None and row is not None:
            session.delete(row)
        elif scope is not None and row is None:
            session.add(DataScope(role_id=role.id, record_type=kind, scope=scope.value))
        elif scope is not None and row is not None and row.scope != scope.value:
            row.scope = scope.value


def copy_role(actor: Actor, *, source: Role, name: str) -> Role:
    """Create a role that holds what another one holds, and return it.

    Raises:
        NotAllowed: the source holds more than the actor.
        RuleViolation: the name is empty, too long or taken.
    """
    session = db.session()
    name = name.strip()
    if not 0 < len(name) <= 64:
        raise RuleViolation("bad-name", _l("The name needs 1 to 64 characters."), field="name")
    if session.scalar(select(exists().where(func.lower(Role.name) == name.lower()))):
        raise RuleViolation("name-taken", _l("There is a role of this name."), field="name")
    check_grant(actor, [source])
    role = Role(name=name, permissions=list(source.permissions))
    session.add(role)
    session.flush()
    _store_scopes(session, role, scopes_of_role(source))
    session.flush()
    return role


def delete_role(actor: Actor, *, role: Role) -> None:
    """Delete a role that nobody holds and that is not one of the portal's own.

    Raises:
        NotAllowed: the role holds more than the actor.
        WrongState: it is held by an account or a group, or the portal's own.
    """
    check_grant(actor, [role])
    session = db.session()
    if role.name in SEEDED:
        raise WrongState(
            "seeded-role", _l("The portal's own roles cannot be deleted; take them from the accounts.")
        )
    if session.scalar(select(exists().where(assoc_user_role.c.role_id == role.id))):
        raise WrongState("role-in-use", _l("Accounts hold this role. Take it from them first."))
    if session.scalar(select(exists().where(assoc_group_role.c.role_id == role.id))):
        raise WrongState("role-in-use", _l("Groups hold this role. Take it from them first."))
    for row in session.scalars(select(DataScope).where(DataScope.role_id == role.id)):
        session.delete(row)
    session.flush()
    session.delete(role)
    session.flush()
