"""Accounts and roles: passwords, preferences, and who may grant what (R090).

Nobody grants a right that he does not hold himself, nobody changes his own roles, and an account
with wider rights than one's own cannot be touched.
"""

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from werkzeug.security import check_password_hash, generate_password_hash

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotAllowed, RuleViolation
from app.core.i18n import lazy_gettext as _l
from app.security.sessions import end_all_sessions
from models.users import PortalUser

MINIMUM_LENGTH = 10
_COMMON = frozenset(
    "password1234 1234567890 12345678910 qwertyuiop qwerty12345 passw0rd1234 administrator iloveyou123 "
    "woaini1314520 a123456789 abc1234567 1qaz2wsx3edc".split()
)


def check_password(password: str, *, username: str) -> None:
    """Refuse a password that is short, common or the name.

    Raises:
        RuleViolation: with the rule that it breaks.
    """
    lowered = password.lower()
    if len(password) < MINIMUM_LENGTH:
        message = _l("The password needs at least %(count)s characters.", count=MINIMUM_LENGTH)
        raise RuleViolation("password-short", message, field="new")
    if lowered in _COMMON or len(set(lowered)) < 4 or (username and username.lower() in lowered):
        raise RuleViolation("password-weak", _l("This password is easy to guess. Choose another."), field="new")


def set_password(user: PortalUser, password: str) -> None:
    """Store the hash of a checked password."""
    check_password(password, username=user.username or "")
    user.password = generate_password_hash(password)


def change_own_password(actor: Actor, *, current: str, new: str) -> None:
    """Change the actor's password and end all other log-ins of the account.

    Raises:
        RuleViolation: the present password is wrong or the new one is refused.
    """
    user = db.session.get(PortalUser, actor.user_id)
    assert user is not None
    if not check_password_hash(user.password or "", current):
        raise RuleViolation("wrong-password", _l("This is not your present password."), field="current")
    set_password(user, new)
    user.must_change_password = False
    end_all_sessions(db.session(), user.id, but=actor.session_id)


def set_preferences(actor: Actor, *, language: str | None = None, time_zone: str | None = None) -> None:
    """Store language and time zone of the actor's account."""
    user = db.session.get(PortalUser, actor.user_id)
    assert user is not None
    user.language = language or user.language
    user.time_zone = time_zone or user.time_zone


def _rights(role: Role) -> set[tuple[str, str]]:
    return {(pair.permission.name, pair.view_menu.name) for pair in role.permissions}


def check_grant(actor: Actor, roles: list[Role]) -> None:
    """Refuse to hand out rights that the actor does not hold.

    Raises:
        NotAllowed: some right of some role is not the actor's.
    """
    if actor.is_system:
        return
    for role in roles:
        if not _rights(role) <= actor.permissions and "Administrator" not in actor.roles:
            message = _l("The role “%(role)s” holds rights that you do not hold yourself.", role=role.name)
            raise NotAllowed("grant-beyond-own", message, field="roles")


def save_account(
    actor: Actor, *, user: PortalUser, role_ids: list[int], password: str | None, is_active: bool
) -> None:
    """Create or change an account with its roles.

    Raises:
        NotAllowed: one's own roles, rights beyond one's own, or an account with wider rights.
        RuleViolation: the name is taken or the password refused.
    """
    session = db.session()
    with session.no_autoflush:
        roles = list(session.scalars(select(Role).where(Role.id.in_(role_ids))))
        is_new = user.id is None
        if is_new and session.scalar(select(PortalUser.id).where(PortalUser.username == user.username)):
            raise RuleViolation("name-taken", _l("This user name is taken."), field="username")
        has_new_roles = set(user.roles or []) != set(roles)
        if has_new_roles and user.id == actor.user_id:
            raise NotAllowed("own-roles", _l("Nobody changes his own roles."), field="roles")
        check_grant(actor, [*(user.roles or []), *roles])
    if is_new and not password:
        raise RuleViolation("password-needed", _l("A new account needs a password."), field="password")
    if password:
        set_password(user, password)
        user.must_change_password = True
    was_active = bool(user.active)
    user.active = is_active
    if has_new_roles:
        user.roles = roles
    session.add(user)
    session.flush()
    if not is_new and (password or (was_active and not is_active)):
        end_all_sessions(session, user.id)
