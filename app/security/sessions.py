"""Log-in sessions kept by the server: ending the row ends the cookie and the tokens made from it."""

from datetime import timedelta
from secrets import token_urlsafe

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from models.users import UserSession

SEEN_EVERY = timedelta(minutes=5)
"""A session's last use is written at most this often: a page view must not cost a write."""


def open_session(session: Session, *, user_id: int, address: str | None, agent: str | None) -> str:
    """Store a new log-in and return its unguessable key."""
    key = token_urlsafe(32)
    session.add(UserSession(id=key, user_id=user_id, address=address, agent=(agent or "")[:200]))
    return key


def end_session(session: Session, key: str) -> None:
    """End one log-in: its cookie and its tokens are refused from now on."""
    session.execute(update(UserSession).filter_by(id=key, ended_at=None).values(ended_at=utc_now()))


def end_all_sessions(session: Session, user_id: int, *, but: str | None = None) -> None:
    """End every log-in of an account (reset, deactivation, change of password), except one."""
    session.execute(
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None), UserSession.id != (but or ""))
        .values(ended_at=utc_now())
    )


def touch_session(session: Session, key: str) -> None:
    """Note that a log-in is in use."""
    session.execute(update(UserSession).filter_by(id=key).values(seen_at=utc_now()))


def open_sessions(session: Session, user_id: int) -> list[UserSession]:
    """Return the log-ins of an account that have not ended, newest first."""
    return list(
        session.scalars(
            select(UserSession)
            .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
            .order_by(UserSession.created_at.desc())
        )
    )
