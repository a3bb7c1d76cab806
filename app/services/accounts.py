"""Accounts: passwords, preferences, roles, and the end of log-ins (R090).

Who may hand out what stands in `app.services.grants`; here: nobody changes his own roles or switches
himself off, and one active administrator always remains.
"""

from hashlib import sha256
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from app.audit.chain import record
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotAllowed, NotFound, RuleViolation, WrongState
from app.core.i18n import lazy_gettext as _l
from app.security.held_roles import HELD
from app.security.roles import ADMINISTRATOR
from app.security.sessions import end_all_sessions, end_session, open_sessions
from app.services.grants import check_grant, check_touch, roles_of
from models.org import Employee
from models.users import PortalUser

MINIMUM_LENGTH = 10
KEYS_CHOICE = "keys"
"""Choice of an account: whether single keys are shortcuts; not given means yes."""
_COMMON = frozenset(
    [
        "password1234",
        "1234567890",
        "12345678910",
        "qwertyuiop",
        "qwerty12345",
        "passw0rd1234",
        "administrator",
        "iloveyou123",
        "woaini1314520",
        "a123456789",
        "abc1234567",
        "1qaz2wsx3edc",
    ]
)


def check_password(password: str, *, username: str, field: str = "new") -> None:
    """Refuse a password that is short, common or the name.

    Args:
        field: the form field that the sentence belongs to.

    Raises:
        RuleViolation: with the rule that it breaks.
    """
    lowered = password.lower()
    if len(password) < MINIMUM_LENGTH:
        message = _l("The password needs at least %(count)s characters.", count=MINIMUM_LENGTH)
        raise RuleViolation("password-short", message, field=field)
    if lowered in _COMMON or len(set(lowered)) < 4 or (username and username.lower() in lowered):
        raise RuleViolation(
            "password-weak", _l("This password is easy to guess. Choose another."), field=field
        )


def set_password(user: PortalUser, password: str, *, field: str = "new") -> None:
    """Store the hash of a checked password; raises as `check_password` does."""
    check_password(password, username=user.username or "", field=field)
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


def set_preferences(
    actor: Actor, *, language: str | None = None, time_zone: str | None = None, theme: str | None = None
) -> None:
    """Store language, time zone and appearance of the actor's account; what is not given stays."""
    user = db.session.get(PortalUser, actor.user_id)
    assert user is not None
    user.language = language or user.language
    user.time_zone = time_zone or user.time_zone
    user.theme = theme or user.theme


def set_choices(actor: Actor, **choices: Any) -> None:
    """Store some of the actor's choices (`KEYS_CHOICE`, `app.notifications.mail_choice.UNWANTED`); others stay."""
    user = db.session.get(PortalUser, actor.user_id)
    assert user is not None
    user.choices = {**(user.choices or {}), **choices}


def end_own_log_in(actor: Actor, *, handle: str) -> None:
    """End one other log-in of the actor's account; the trail tells it.

    Args:
        handle: `session_handle` of the log-in; its key is a secret and stands on no page.

    Raises:
        RuleViolation: there is no such open log-in, or it is the one in use.
    """
    session = db.session()
    user_id = actor.user_id or 0
    found = next((one for one in open_sessions(session, user_id) if session_handle(one.id) == handle), None)
    if found is None or found.id == actor.session_id:
        raise RuleViolation("no-such-log-in", _l("This log-in has ended already."))
    end_session(session, found.id)
    record(session, action="end-log-ins", record_type="ab_user", record_id=user_id)


def session_handle(key: str) -> str:
    """Return what stands for a log-in on a page instead of its key."""
    return sha256(key.encode()).hexdigest()[:16]


def save_account(
    actor: Actor, *, user: PortalUser, role_ids: list[int], password: str | None, is_active: bool
) -> None:
    """Create or change an account with its roles; names and e-mail are already set on `user`.

    A new password, and switching the account off, end all its log-ins.

    Raises:
        NotAllowed: one's own roles, rights beyond one's own, or an account with wider rights.
        WrongState: no active administrator would remain.
        RuleViolation: a name is taken, the password refused, or the combination makes no sense.
    """
    session = db.session()
    with session.no_autoflush:
        roles = list(session.scalars(select(Role).where(Role.id.in_(role_ids))))
        if len(roles) != len(set(role_ids)):
            raise RuleViolation("unknown-role", _l("A chosen role does not exist any more."), field="roles")
        has_new_roles = set(user.roles or []) != set(roles)
        _check_names(session, user)
        if user.id is not None:
            _check_existing(actor, user, has_new_roles=has_new_roles, password=password, is_active=is_active)
            _keep_an_administrator(session, user, roles, is_active=is_active)
        elif not password:
            raise RuleViolation("password-needed", _l("A new account needs a password."), field="password")
        check_grant(actor, roles if has_new_roles else [])
        if password:
            set_password(user, password, field="password")
            user.must_change_password = True
    has_ended = user.id is not None and bool(password or (user.active and not is_active))
    user.active = is_active
    if has_new_roles:
        user.roles = roles
    session.add(user)
    session.flush()
    if has_ended:
        end_all_sessions(session, user.id)


def end_log_ins(actor: Actor, *, user: PortalUser) -> None:
    """End every log-in of an account, but not the one that the actor is using right now.

    Raises:
        NotAllowed: the account has wider rights than the actor's own.
    """
    check_touch(actor, user)
    session = db.session()
    end_all_sessions(session, user.id, but=actor.session_id if user.id == actor.user_id else None)
    record(session, action="end-log-ins", record_type="ab_user", record_id=user.id)


def end_log_in(actor: Actor, *, user: PortalUser, handle: str) -> None:
    """End one log-in of an account.

    Args:
        handle: `session_handle` of the log-in; its key never leaves the server.

    Raises:
        NotAllowed: the account has wider rights than the actor's own.
        NotFound: it has no such log-in, or it has ended already.
    """
    check_touch(actor, user)
    session = db.session()
    found = next((one for one in open_sessions(session, user.id) if session_handle(one.id) == handle), None)
    if found is None:
        raise NotFound("no-such-log-in", _l("This log-in has ended already."))
    end_session(session, found.id)
    record(session, action="end-log-in", record_type="ab_user", record_id=user.id,
           changes={"address": found.address or ""})  # fmt: skip


def _check_names(session: Session, user: PortalUser) -> None:
    for name, value, message in (
        ("username", user.username, _l("This user name is taken.")),
        ("email", user.email, _l("This e-mail address belongs to another account.")),
    ):
        column = getattr(PortalUser, name)
        taken = select(PortalUser.id).where(
            func.lower(column) == str(value).lower(), PortalUser.id != (user.id or 0)
        )
        if session.scalar(taken.limit(1)) is not None:
            raise RuleViolation(f"{name}-taken", message, field=name)
    if user.partner_id and user.id and session.scalar(select(exists().where(Employee.user_id == user.id))):
        message = _l("This account belongs to an employee; a partner needs an account of its own.")
        raise RuleViolation("employee-and-partner", message, field="partner_id")


def _check_existing(
    actor: Actor, user: PortalUser, *, has_new_roles: bool, password: str | None, is_active: bool
) -> None:
    check_touch(actor, user)
    if user.id != actor.user_id:
        return
    if has_new_roles:
        raise NotAllowed("own-roles", _l("Nobody changes his own roles."), field="roles")
    if not is_active:
        raise NotAllowed("own-account", _l("Nobody switches off his own account."), field="active")
    if password:
        message = _l("Change your own password under “My account”, with your present one as proof.")
        raise NotAllowed("own-password", message, field="password")


def _keep_an_administrator(session: Session, user: PortalUser, roles: list[Role], *, is_active: bool) -> None:
    """Refuse to take away the last administrator; the lock makes two who try at once take turns."""
    was = bool(user.active) and any(role.name == ADMINISTRATOR for role in roles_of(user))
    by_group = {role for group in user.groups or () for role in group.roles}
    stays = is_active and any(role.name == ADMINISTRATOR for role in {*roles, *by_group})
    if not was or stays:
        return
    if not has_administrator(session, but=user.id):
        message = _l("This is the last active administrator. Name another one first.")
        raise WrongState("last-administrator", message, field="active" if not is_active else "roles")


def has_administrator(session: Session, *, but: int | None = None) -> bool:
    """Whether an active account other than `but` is an administrator; who asks at once takes turns."""
    session.execute(select(Role.id).where(Role.name == ADMINISTRATOR).with_for_update())
    holders = (
        select(PortalUser.id)
        .join(HELD, HELD.c.user_id == PortalUser.id)
        .join(Role, Role.id == HELD.c.role_id)
        .where(Role.name == ADMINISTRATOR, PortalUser.active.is_(True), PortalUser.id != (but or 0))
    )
    return session.scalar(holders.limit(1)) is not None
