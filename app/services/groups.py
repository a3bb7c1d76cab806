"""Groups of accounts: everybody in a group holds the group's roles (R090).

Putting somebody into a group hands out its roles, so the rules of `app.services.grants` hold here as they
do for roles given directly: nothing beyond one's own, nothing to oneself, no account with wider rights.
"""

from collections.abc import Collection

from flask_appbuilder.security.sqla.models import Group, Role
from sqlalchemy import exists, func, select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleViolation, WrongState
from app.core.i18n import lazy_gettext as _l
from app.services.accounts import has_administrator
from app.services.grants import check_grant, check_touch, is_administrator
from models.users import PortalUser


def state_of(group: Group) -> str:
    """Return a mark of what a group's form shows, to notice changes by others."""
    roles = ",".join(str(key) for key in sorted(role.id for role in group.roles))
    users = ",".join(str(key) for key in sorted(user.id for user in group.users))
    return f"{group.name}|{group.label or ''}|{roles}|{users}"


def save_group(
    actor: Actor,
    *,
    group: Group,
    name: str,
    label: str,
    role_ids: Collection[int],
    user_ids: Collection[int],
    seen: str | None = None,
) -> None:
    """Create or change a group with its roles and members.

    Args:
        seen: `state_of` the group when its form was drawn.

    Raises:
        RuleViolation: the name is empty, too long or taken, or a role or account does not exist.
        NotAllowed: roles beyond one's own, an account with wider rights, or one's own roles.
        WrongState: no active administrator would remain.
        Conflict: somebody else changed the group meanwhile.
    """
    session = db.session()
    if group.id is not None:
        session.execute(select(Group.id).where(Group.id == group.id).with_for_update())
        session.refresh(group)
        if seen is not None and seen != state_of(group):
            raise Conflict(_l("Somebody else changed this group. Your changes were not saved."))
    with session.no_autoflush:
        name = _checked_name(group, name)
        roles = list(session.scalars(select(Role).where(Role.id.in_(role_ids))))
        users = list(session.scalars(select(PortalUser).where(PortalUser.id.in_(user_ids))))
        if len(roles) != len(set(role_ids)):
            raise RuleViolation("unknown-role", _l("A chosen role does not exist any more."), field="roles")
        if len(users) != len(set(user_ids)):
            raise RuleViolation(
                "unknown-account", _l("A chosen account does not exist any more."), field="users"
            )
        _check_change(actor, group, set(roles), set(users))
        group.name, group.label = name, label.strip()[:150]
        group.roles, group.users = roles, users
    session.add(group)
    session.flush()
    _keep_an_administrator()


def delete_group(actor: Actor, *, group: Group) -> None:
    """Delete a group; its members lose what they held through it.

    Raises:
        NotAllowed: the group holds more than the actor, or he is in it.
        WrongState: no active administrator would remain.
    """
    session = db.session()
    _check_change(actor, group, set(), set())
    group.roles, group.users = [], []  # told to the trail name by name; the database would only cascade
    session.flush()
    session.delete(group)
    session.flush()
    _keep_an_administrator()


def _checked_name(group: Group, name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= 100:
        raise RuleViolation("bad-name", _l("The name needs 1 to 100 characters."), field="name")
    taken = exists().where(func.lower(Group.name) == name.lower(), Group.id != (group.id or 0))
    if db.session.scalar(select(taken)):
        raise RuleViolation("name-taken", _l("There is a group of this name."), field="name")
    return name


def _check_change(actor: Actor, group: Group, roles: set[Role], users: set[PortalUser]) -> None:
    held, members = set(group.roles or ()), set(group.users or ())
    if held == roles and members == users:
        return
    check_grant(actor, held | roles)
    concerned = members ^ users if held == roles else members | users
    if any(user.id == actor.user_id for user in concerned):
        # an administrator too: else he would widen his own rights by way of a group
        raise NotAllowed(
            "own-roles", _l("Nobody changes his own roles, nor a group that he is in."), field="users"
        )
    if not is_administrator(actor):
        for user in concerned:
            check_touch(actor, user)


def _keep_an_administrator() -> None:
    if not has_administrator(db.session()):
        message = _l("This would take away the last active administrator. Name another one first.")
        raise WrongState("last-administrator", message, field="users")
