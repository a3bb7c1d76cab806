"""From a log-in to an actor: one statement per request, rights from a cache that every change voids.

The cache is keyed by account and holds until the single row of `security_stamp` moves; the stamp is
read together with the account on each request, so a right taken away is gone with the next request.
"""

from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from flask_appbuilder.security.sqla.models import (
    Group,
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import String, bindparam, event, inspect, select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor, current_actor
from app.core.errors import NotAllowed
from app.core.i18n import lazy_gettext as _l
from app.security.held_roles import HELD
from app.security.scope import load_scopes, narrower
from models.org import Employee
from models.users import DataScope, PortalUser, Scope, SecurityStamp, UserSession


@dataclass(frozen=True)
class Rights:
    """What the roles of one account grant, as of one version of the security stamp."""

    version: int
    roles: frozenset[str]
    role_ids: frozenset[int]
    permissions: frozenset[tuple[str, str]]
    scopes: dict[str, Scope]


_cache: dict[tuple[str, int, int | None], Rights] = {}
_cache_lock = Lock()
ONLY_DRAWN = frozenset({"can_add", "can_edit", "can_delete", "can_submit", "can_withdraw"})
"""Rights that show buttons and empty forms; what they send is refused while somebody looks as a role."""


def rights_of(session: Session, user_id: int, version: int, seen_role_id: int | None = None) -> Rights:
    """Return the rights of an account, from the cache if the security stamp has not moved.

    Args:
        seen_role_id: the role as which the account looks at the portal, if it does.
    """
    key = (str(session.get_bind().engine.url), user_id, seen_role_id)
    found = _cache.get(key)
    if found is not None and found.version == version:
        return found
    if seen_role_id is None:
        held = (
            select(Role.id, Role.name).join(HELD, HELD.c.role_id == Role.id).where(HELD.c.user_id == user_id)
        )
        rights = _load(session, version, {row.id: row.name for row in session.execute(held)})
    else:
        role = select(Role.id, Role.name).where(Role.id == seen_role_id)
        wanted = _load(session, version, {row.id: row.name for row in session.execute(role)})
        rights = _seen(wanted, rights_of(session, user_id, version))
    with _cache_lock:
        _cache[key] = rights
    return rights


def _load(session: Session, version: int, roles: dict[int, str]) -> Rights:
    pairs = session.execute(
        select(Permission.name, ViewMenu.name)
        .join(PermissionView, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .join(assoc_permissionview_role, assoc_permissionview_role.c.permission_view_id == PermissionView.id)
        .where(assoc_permissionview_role.c.role_id.in_(roles))
        .distinct()
    )
    return Rights(
        version=version,
        roles=frozenset(roles.values()),
        role_ids=frozenset(roles),
        permissions=frozenset((permission, view) for permission, view in pairs),
        scopes=load_scopes(session, frozenset(roles)),
    )


def _seen(role: Rights, own: Rights) -> Rights:
    """Return what somebody sees as a role: nothing that he could not read himself, not one row more.

    Buttons of a page that he may open himself are drawn although he lacks the right behind them.
    """
    pairs = frozenset(
        (permission, view)
        for permission, view in role.permissions
        if (permission, view) in own.permissions
        or (permission in ONLY_DRAWN and ("can_show", view) in own.permissions)
    )
    scopes = {
        kind: narrower(scope, own.scopes[kind]) for kind, scope in role.scopes.items() if kind in own.scopes
    }
    return Rights(role.version, role.roles, role.role_ids, pairs, scopes)


@dataclass(frozen=True)
class LogIn:
    """An account that is logged in: the actor, its rights and its settings."""

    actor: Actor
    rights: Rights
    language: str | None
    time_zone: str | None
    ended: bool
    seen_at: Any
    theme: str | None = None
    must_change: bool = False
    """Whether somebody else chose the password, so that nothing but choosing one's own is possible."""
    choices: dict[str, Any] = field(default_factory=dict)
    """What the person likes (`PortalUser.choices`)."""


_LOG_IN = (
    select(
        PortalUser.id,
        PortalUser.first_name,
        PortalUser.last_name,
        PortalUser.username,
        PortalUser.active,
        PortalUser.language,
        PortalUser.time_zone,
        PortalUser.theme,
        PortalUser.choices,
        PortalUser.partner_id,
        PortalUser.must_change_password,
        Employee.id.label("employee_id"),
        Employee.name.label("employee_name"),
        Employee.department_id,
        SecurityStamp.version,
        UserSession.id.label("session_id"),
        UserSession.ended_at,
        UserSession.seen_at,
    )
    .outerjoin(Employee, Employee.user_id == PortalUser.id)
    .outerjoin(
        UserSession,
        (UserSession.id == bindparam("session_id", type_=String)) & (UserSession.user_id == PortalUser.id),
    )
    .outerjoin(SecurityStamp, SecurityStamp.id == 1)
    .where(PortalUser.id == bindparam("user_id"))
)
"""Made once: every request runs it, and building it costs as much as running it."""


def load_log_in(
    session: Session, user_id: int, session_id: str | None, seen_role_id: int | None = None
) -> LogIn | None:
    """Return the log-in of an active account, in one statement when its rights are cached.

    Args:
        session_id: key of the `UserSession`; None for the command line.
        seen_role_id: the role as which the account looks at the portal, if it does.

    Returns:
        None when the account does not exist, is switched off, or has no such session.
    """
    row = session.execute(_LOG_IN, {"user_id": user_id, "session_id": session_id}).one_or_none()
    if row is None or not row.active or (session_id is not None and row.session_id is None):
        return None
    rights = rights_of(session, user_id, row.version or 0, seen_role_id)
    actor = Actor(
        user_id=row.id,
        name=row.employee_name or f"{row.last_name}{row.first_name}" or row.username,
        employee_id=row.employee_id,
        department_id=row.department_id,
        partner_id=row.partner_id,
        roles=rights.roles,
        role_ids=rights.role_ids,
        permissions=rights.permissions,
        session_id=session_id,
        seen_role_id=seen_role_id,
    )
    ended, must_change = row.ended_at is not None, bool(row.must_change_password)
    settings = (row.language, row.time_zone, ended, row.seen_at, row.theme, must_change, row.choices or {})
    return LogIn(actor, rights, *settings)


def with_request(actor: Actor, *, address: str | None, request_id: str | None) -> Actor:
    """Return the actor with where the command came from."""
    return replace(actor, address=address, request_id=request_id)


_SECURITY_CLASSES = (Role, PermissionView, Permission, ViewMenu, DataScope, Group)


def _touches_security(session: Session) -> bool:
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, _SECURITY_CLASSES):
            return True
        if isinstance(row, User) and any(
            inspect(row).attrs[name].history.has_changes() for name in ("roles", "groups")
        ):
            return True
    return False


def _refuse_while_looking(session: Session) -> None:
    """Hold below all pages what `app.security.manager` holds per request: who looks as a role changes nothing."""
    if current_actor().seen_role_id is None:
        return
    changed = [row for row in session.dirty if session.is_modified(row)]
    if session.new or session.deleted or changed:
        raise looking_only()


def looking_only() -> NotAllowed:
    """Return the refusal of every change while somebody looks at the portal as a role."""
    return NotAllowed(
        "viewing-as", _l("You look at the portal as a role and can change nothing. End the view first.")
    )


def bump_stamp(session: Session) -> None:
    """Void every cached set of rights, in all processes, when this transaction commits."""
    session.info["stamp_moved"] = True
    session.execute(
        update(SecurityStamp)
        .values(version=SecurityStamp.version + 1)
        .execution_options(synchronize_session=False)
    )


def forget_rights() -> None:
    """Empty this process's cache: what was read under a stamp that was rolled back may meet that number again."""
    with _cache_lock:
        _cache.clear()


def install(session_class: Any) -> None:
    """Bump the stamp with each flush that changes roles, rights or scopes; safe to call twice."""

    def before_flush(session: Session, _context: Any, _instances: Any) -> None:
        _refuse_while_looking(session)
        if _touches_security(session):
            session.info["security_changed"] = True

    def after_flush(session: Session, _context: Any) -> None:
        if session.info.pop("security_changed", False):
            bump_stamp(session)

    def after_rollback(session: Session, _transaction: Any) -> None:
        if session.info.pop("stamp_moved", False):
            forget_rights()

    if not getattr(session_class, "_stamp_installed", False):
        event.listen(session_class, "after_soft_rollback", after_rollback)
        event.listen(session_class, "before_flush", before_flush)
        event.listen(session_class, "after_flush", after_flush)
        session_class._stamp_installed = True


def rights_of_actor(session: Session, actor: Actor) -> Rights:
    """Return the rights of an actor that a request or a job carries; none for whoever is not logged in."""
    if actor.user_id is None or actor.user_id < 0:
        return Rights(0, frozenset(), frozenset(), frozenset(), {})
    key = (str(session.get_bind().engine.url), actor.user_id, actor.seen_role_id)
    found = _cache.get(key)
    if found is not None and found.permissions is actor.permissions:
        return found
    version = session.scalar(select(SecurityStamp.version).where(SecurityStamp.id == 1)) or 0
    return rights_of(session, actor.user_id, version, actor.seen_role_id)
