"""Who may hand out which rights, and whose account or role he may touch (R090).

Nobody hands out a right or a row scope that he does not hold himself; an administrator may hand out
all of them, but not to himself. What is wider than one's own rights cannot be touched at all.
"""

from collections.abc import Iterable

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotAllowed
from app.core.i18n import lazy_gettext as _l
from app.security.access import rights_of_actor
from app.security.roles import ADMINISTRATOR
from models.users import DataScope, PortalUser, Scope

Pair = tuple[str, str]

_WIDTH = {scope: width for width, scope in enumerate(Scope)}


def is_administrator(actor: Actor) -> bool:
    """Whether the actor may hand out rights that he does not hold himself."""
    return actor.is_system or ADMINISTRATOR in actor.roles


def rights_of_role(role: Role) -> set[Pair]:
    """Return the pairs (permission, resource) that a role holds."""
    return {(pair.permission.name, pair.view_menu.name) for pair in role.permissions}


def scopes_of_role(role: Role) -> dict[str, Scope]:
    """Return record type → row scope of a role."""
    statement = select(DataScope.record_type, DataScope.scope).where(DataScope.role_id == role.id)
    return {record_type: Scope(scope) for record_type, scope in db.session.execute(statement)}


def holds_scope(actor: Actor, record_type: str, scope: Scope | None) -> bool:
    """Whether the actor himself sees at least so far."""
    if scope is None or actor.is_system:
        return True
    own = rights_of_actor(db.session(), actor).scopes.get(record_type)
    return own is not None and _WIDTH[own] >= _WIDTH[scope]


def is_within(actor: Actor, role: Role) -> bool:
    """Whether a role grants nothing that the actor could not hand out."""
    if is_administrator(actor):
        return True
    if role.name == ADMINISTRATOR or not rights_of_role(role) <= actor.permissions:
        return False
    return all(holds_scope(actor, kind, scope) for kind, scope in scopes_of_role(role).items())


def check_grant(actor: Actor, roles: Iterable[Role]) -> None:
    """Refuse to hand out rights that the actor does not hold.

    Raises:
        NotAllowed: some right or scope of some role is wider than the actor's.
    """
    for role in roles:
        if not is_within(actor, role):
            message = _l("The role “%(role)s” holds rights that you do not hold yourself.", role=role.name)
            raise NotAllowed("grant-beyond-own", message, field="roles")


def may_touch(actor: Actor, user: PortalUser) -> bool:
    """Whether an account has no wider rights than the actor's own, those of its groups included."""
    return user.id == actor.user_id or all(is_within(actor, role) for role in roles_of(user))


def roles_of(user: PortalUser) -> set[Role]:
    """Return the roles that an account holds, directly or through a group."""
    return {*(user.roles or ()), *(role for group in user.groups or () for role in group.roles)}


def check_touch(actor: Actor, user: PortalUser) -> None:
    """Refuse to touch an account with wider rights than the actor's own.

    Raises:
        NotAllowed: the account's roles grant more than the actor holds.
    """
    if not may_touch(actor, user):
        message = _l("The account “%(name)s” has wider rights than your own.", name=user.username)
        raise NotAllowed("account-beyond-own", message)
