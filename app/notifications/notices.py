"""Notices of the portal: made from outbox messages, once per message and person; read and counted."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import utc_now
from app.core.db import db
from app.core.events import announce
from app.jobs.outbox import Delivery
from models.org import Employee
from models.outbox import Notice
from models.users import PortalUser

_KEPT = ("instance_id", "record_type", "record_id", "title", "actor_name", "comment", "anchor")
"""What of a message's payload a notice keeps; who else received it is nobody's business."""


def make_notices(
    session: Session,
    delivery: Delivery,
    *,
    employee_ids: Iterable[int] = (),
    user_ids: Iterable[int] = (),
) -> list[Notice]:
    """Make one notice per person and ask for its mail; a repeat of the message makes none.

    Employees without an account, and accounts that are switched off, are passed over.
    """
    employed = select(Employee.user_id).where(Employee.id.in_(sorted(set(employee_ids))))
    users = session.scalars(
        select(PortalUser.id)
        .where(
            or_(PortalUser.id.in_(employed), PortalUser.id.in_(sorted(set(user_ids)))),
            PortalUser.active.is_(True),
        )
        .order_by(PortalUser.id)
    ).all()
    told = set(session.scalars(select(Notice.user_id).where(Notice.message_id == delivery.id)))
    payload = {key: delivery.payload[key] for key in _KEPT if delivery.payload.get(key) is not None}
    made = [
        Notice(message_id=delivery.id, user_id=user_id, topic=delivery.topic, payload=payload)
        for user_id in users
        if user_id not in told
    ]
    session.add_all(made)
    session.flush()
    for notice in made:
        announce(session, "notice.made", notice_id=notice.id)
    return made


_UNREAD = select(func.count()).where(Notice.user_id == bindparam("user_id"), Notice.read_at.is_(None))
"""Made once: every page runs it."""


def unread_count(user_id: int) -> int:
    """Return how many notices the person has not read (one look into a partial index)."""
    return db.session().scalar(_UNREAD, {"user_id": user_id}) or 0


def latest(user_id: int, limit: int = 20) -> list[Notice]:
    """Return the person's newest notices, newest first."""
    return list(
        db.session().scalars(
            select(Notice).where(Notice.user_id == user_id).order_by(Notice.id.desc()).limit(limit)
        )
    )


def mark_read(actor: Actor, ids: Iterable[int]) -> int:
    """Mark the actor's own notices as read and return how many were unread; others' ids do nothing."""
    result = db.session().execute(
        update(Notice)
        .where(Notice.id.in_(list(ids)), Notice.user_id == actor.user_id, Notice.read_at.is_(None))
        .values(read_at=utc_now())
        .returning(Notice.id)
        .execution_options(synchronize_session="fetch")
    )
    return len(result.all())


def mark_all_read(actor: Actor) -> int:
    """Mark every notice of the actor as read and return how many were unread."""
    unread = select(Notice.id).where(Notice.user_id == actor.user_id, Notice.read_at.is_(None))
    return mark_read(actor, db.session().scalars(unread).all())


def record_path(payload: Mapping[str, Any]) -> str:
    """Return the path that leads to a notice's record, whatever screen shows it: `/go/TYPE/KEY#TAB`."""
    tab = f"#{payload['anchor']}" if payload.get("anchor") else ""
    return f"/go/{payload['record_type']}/{payload['record_id']}{tab}"


def record_link(payload: Mapping[str, Any]) -> str:
    """Return the same as a whole address, for an e-mail."""
    public_url: str = current_app.config["YINGCE_SETTINGS"].public_url
    return public_url.rstrip("/") + record_path(payload)
