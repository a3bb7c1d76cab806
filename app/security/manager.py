"""The framework's security manager, with the portal's rules in the places where it has none.

Rights come from the actor (`app.security.access`), sessions live on the server, a log-in is throttled
per account over every door, and the database is not held while a password is hashed.
"""

from dataclasses import replace
from typing import Any

from flask import Flask, current_app, g, request, session
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_jwt_extended import JWTManager, get_jwt
from flask_login import current_user, user_logged_in
from limits import parse
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

from app.audit.chain import record
from app.core.actor import Actor, acting_as, set_current_actor
from app.core.clock import utc_now
from app.core.db import db, unit_of_work
from app.security.access import LogIn, load_log_in, looking_only, with_request
from app.security.sessions import SEEN_EVERY, end_session, open_session, touch_session
from models.users import PortalUser

ANONYMOUS = Actor(user_id=-1, name="anonymous")
SEEN_AS = "seen_role"
"""Where the signed cookie keeps the role as which its owner looks at the portal."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN_WHILE_LOOKING = frozenset({"ViewAsView.end", "SessionView.logout"})
_PER_ACCOUNT = parse("10 per minute")


class PortalSecurityManager(SecurityManager):
    """Security manager whose answers come from the actor of the request."""

    user_model = PortalUser

    def create_jwt_manager(self, app: Flask) -> JWTManager:
        """Tie every token to a server-side session, so that it can be ended."""
        manager: JWTManager = super().create_jwt_manager(app)
        manager.additional_claims_loader(_session_claim)
        manager.token_in_blocklist_loader(_token_is_ended)
        return manager

    def register_views(self) -> None:
        """Register the token door only; the portal's own screens replace the framework's (views.registry)."""
        self.appbuilder.add_api(self.security_api)

    def load_user(self, pk: str | int) -> PortalUser | None:
        """Return the account of the cookie's session, or nothing if that session has ended."""
        log_in = _log_in(int(pk), session.get("sid") or "", session.get(SEEN_AS))
        return None if log_in is None else _account(log_in)

    def load_user_jwt(self, _header: dict[str, Any], data: dict[str, Any]) -> PortalUser | None:
        """Return the account of a token's session."""
        log_in = _log_in(int(data["sub"]), data.get("sid") or "")
        if log_in is None:
            return None
        user = _account(log_in)
        g.user = user
        return user

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the actor of this request holds the right; nobody anonymous holds any."""
        return current_request_actor().may(permission_name, view_name)

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing but the log-in, health and static pages is public, and those are not guarded by rights."""
        return False

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        """Return every menu name: the portal's navigation decides by the right to the page itself."""
        return set(menu_names or ())

    def auth_user_db(self, username: str | None, password: str | None) -> PortalUser | None:
        """Check name and password, at the same cost whether or not the account exists.

        Every failure and success is an entry of the audit trail. The reading transaction ends before
        the slow hash, so that log-ins never hold the database.
        """
        if (
            not username
            or "\x00" in username  # nobody's: no database stores it, so that asking for it is an error
            or not password
            or not self.limiter.limiter.hit(_PER_ACCOUNT, "log-in", username.lower())
        ):
            return None
        with db.session.no_autoflush:
            user = self.find_user(username=username)
            user_id = user.id if user is not None and user.is_active else None
            stored = user.password if user_id else None
        db.session.rollback()
        fake = current_app.config["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"]
        matches = check_password_hash(stored or fake, password) and user_id is not None
        with unit_of_work() as unit, acting_as(at_door(user_id, username)):
            user = unit.get(PortalUser, user_id) if user_id else None
            if user is not None:
                if matches:
                    user.login_count = (user.login_count or 0) + 1
                    user.fail_login_count = 0
                    user.last_login = utc_now().replace(tzinfo=None)
                else:
                    user.fail_login_count = (user.fail_login_count or 0) + 1
            record(unit, action="log-in" if matches else "log-in-failed", record_type="ab_user",
                   record_id=str(user_id or ""), changes={"username": username[:64]})  # fmt: skip
        return unit.get(PortalUser, user_id) if matches else None

    @staticmethod
    def before_request() -> None:
        """Do nothing: `begin_request` of this module sets `g.user` and the actor."""


def at_door(user_id: int | None, username: str) -> Actor:
    """Return who stands before the log-in: the account that he names, or somebody unknown, with the address."""
    known = Actor(user_id=user_id if user_id is not None else -1, name=username[:64])
    return with_request(known, address=request.remote_addr, request_id=g.get("request_id"))


def _log_in(user_id: int, key: str, seen_role_id: int | None = None) -> LogIn | None:
    """Return the log-in once per request, refusing ended and expired sessions; set the actor.

    Raises:
        NotAllowed: the request would change something while its maker looks at the portal as a role.
    """
    found: LogIn | None = g.get("log_in")
    if found is not None and found.actor.user_id == user_id and found.actor.session_id == key:
        return found
    found = load_log_in(db.session(), user_id, key, seen_role_id)
    if found is None or found.ended or _is_idle(found):
        return None
    actor = with_request(found.actor, address=request.remote_addr, request_id=g.get("request_id"))
    found = replace(found, actor=actor)
    g.log_in = found
    set_current_actor(actor)
    is_writing = request.method not in _READING and request.endpoint not in _OPEN_WHILE_LOOKING
    if seen_role_id is not None and is_writing:
        raise looking_only()
    return found


def _is_idle(log_in: LogIn) -> bool:
    settings = current_app.config["YINGCE_SETTINGS"]
    return bool(utc_now() - log_in.seen_at > settings.session_idle)


def _account(log_in: LogIn) -> PortalUser:
    """Return a light account object for the framework: identity only, no statement."""
    return PortalUser(id=log_in.actor.user_id, username=log_in.actor.name, active=True)


def current_request_actor() -> Actor:
    """Return who makes this request; somebody without any right when not logged in."""
    if g.get("log_in") is None and not current_user.is_authenticated:
        return ANONYMOUS
    log_in: LogIn | None = g.get("log_in")
    return log_in.actor if log_in is not None else ANONYMOUS


def _session_claim(identity: str) -> dict[str, str]:
    """Return the claim that ties a new token to a session: the refresh token's, or one made once a request."""
    if "token_session" not in g:
        try:
            g.token_session = get_jwt()["sid"]
        except RuntimeError:  # no token in this request: it is a log-in
            with unit_of_work() as unit:
                g.token_session = open_session(
                    unit, user_id=int(identity), address=request.remote_addr, agent=request.user_agent.string
                )
    return {"sid": g.token_session}


def _token_is_ended(_header: dict[str, Any], data: dict[str, Any]) -> bool:
    log_in = _log_in(int(data["sub"]), data.get("sid") or "")
    return log_in is None or log_in.must_change


def _open_cookie_session(_app: Flask, user: PortalUser) -> None:
    with unit_of_work() as unit:
        key = open_session(
            unit, user_id=user.id, address=request.remote_addr, agent=request.user_agent.string
        )
    kept = {name: session[name] for name in ("_user_id", "_fresh", "_id") if name in session}
    session.clear()  # nothing of the anonymous cookie survives the log-in (session fixation)
    session.update(kept, sid=key)
    session.permanent = True


def close_cookie_session() -> None:
    """End this cookie's session on the server and empty the cookie."""
    key = session.get("sid")
    if key:
        with unit_of_work() as unit:
            end_looking(unit)
            end_session(unit, key)
    session.clear()


def start_looking(unit: Session, role_id: int) -> None:
    """Let this cookie's owner look at the portal as a role from the next request on; the trail is told."""
    session[SEEN_AS] = role_id
    record(unit, action="view-as.start", record_type="ab_role", record_id=role_id)


def end_looking(unit: Session) -> int | None:
    """Give the cookie's owner his own rights back; return the role as which he looked, if he did."""
    role_id: int | None = session.pop(SEEN_AS, None)
    if role_id is not None:
        record(unit, action="view-as.end", record_type="ab_role", record_id=role_id)
    return role_id


def note_use() -> None:
    """Write that the session is in use, once in a while (called after a request that may write)."""
    log_in: LogIn | None = g.get("log_in")
    if log_in is not None and log_in.actor.session_id and utc_now() - log_in.seen_at > SEEN_EVERY:
        with unit_of_work() as unit:
            touch_session(unit, log_in.actor.session_id)


def install(app: Flask) -> None:
    """Open a server-side session with each log-in by form."""
    user_logged_in.connect(_open_cookie_session, app, weak=False)
