"""A forgotten password: a signed link that its owner gets by mail, good once and for half an hour (R090).

The link names the account and a digest of the password that was forgotten. Choosing a new password makes
that digest another one, so that the link and all links before it are dead; nothing needs to be stored.
"""

from datetime import timedelta
from hashlib import sha256

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import func, or_, select

from app.audit.chain import record
from app.core.db import db
from app.core.errors import RuleViolation
from app.core.events import announce
from app.core.i18n import lazy_gettext as _l
from app.security.sessions import end_all_sessions
from app.services.accounts import set_password
from models.users import PortalUser

VALID_FOR = timedelta(minutes=30)
TOPIC = "password.reset-asked"


def ask(name: str) -> None:
    """Let a link be sent to the account of this user name or e-mail address, if there is one.

    The trail is told in either case, without what was typed: it may be anybody's address.
    """
    session = db.session()
    wanted = name.strip().lower()
    user = None
    if wanted and "\x00" not in wanted:
        user = session.scalars(
            select(PortalUser)
            .where(or_(func.lower(PortalUser.username) == wanted, func.lower(PortalUser.email) == wanted))
            .order_by(PortalUser.id)
            .limit(1)
        ).first()
    is_found = user is not None and bool(user.active and user.email and user.password)
    if user is not None and is_found:
        announce(session, TOPIC, user_id=user.id)
    record(session, action="password-reset-asked", record_type="ab_user",
           record_id=user.id if user is not None else "", changes={"sent": is_found})  # fmt: skip


def token_of(user: PortalUser) -> str:
    """Return the secret part of the link for an account."""
    return _serializer().dumps([user.id, _digest(user)])


def account_of(token: str, *, is_locked: bool = False) -> PortalUser:
    """Return the account whose link this is.

    Args:
        is_locked: keep the row locked until the transaction ends, so that a link serves one of two at once.

    Raises:
        RuleViolation: the link is no link of ours, too old, or used already.
    """
    dead = RuleViolation("dead-link", _l("This link has expired or was used already. Ask for a new one."))
    try:
        user_id, digest = _serializer().loads(token, max_age=int(VALID_FOR.total_seconds()))
    except (BadSignature, ValueError, TypeError) as problem:
        raise dead from problem
    statement = select(PortalUser).where(PortalUser.id == user_id, PortalUser.active.is_(True))
    if is_locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    user = db.session.scalars(statement).one_or_none()
    if user is None or _digest(user) != digest:
        raise dead
    return user


def reset(token: str, *, new: str) -> PortalUser:
    """Set the new password and end all log-ins of the account; return it.

    Raises:
        RuleViolation: the link is dead, or the password is refused.
    """
    session = db.session()
    user = account_of(token, is_locked=True)
    set_password(user, new)
    user.must_change_password = False
    user.fail_login_count = 0
    end_all_sessions(session, user.id)
    record(session, action="password-reset", record_type="ab_user", record_id=user.id)
    return user


def _serializer() -> URLSafeTimedSerializer:
    keys = [*current_app.config.get("SECRET_KEY_FALLBACKS", ()), current_app.config["SECRET_KEY"]]
    return URLSafeTimedSerializer(keys, salt="password-reset")


def _digest(user: PortalUser) -> str:
    return sha256(f"{user.id}|{user.password}|{user.email}".encode()).hexdigest()
