"""Remarks on records inside the company, with the people they name (R016, R106).

Who may show the record may read and write remarks on it; accounts of partner companies do neither, so
that people inside may write freely. A remark can be taken back by its author for a day: its place stays,
its text is shown no more, the trail keeps it. Whoever is named by `@username` is told, if that person may
see the record; nobody learns a record's title by being named.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import utc_now
from app.core.db import db
from app.core.errors import BadInput, NotAllowed, NotFound, WrongState
from app.core.events import announce
from app.core.i18n import lazy_gettext as _l
from app.security.access import load_log_in
from app.security.held_roles import HELD
from app.security.scope import condition
from app.services.attachments import count_of as count_of_files
from models.comments import Comment, CommentMention
from models.idempotency import UsedKey
from models.org import Employee
from models.users import PortalUser

MOST_SIGNS = 4000
PAGE = 50
TAKE_BACK_WITHIN = timedelta(hours=24)
MOST_MENTIONS = 20
PICKED = 8
"""People that the picker offers at a time."""
_LOOKED_AT = 60
NAME = re.compile(r"(?<![A-Za-z0-9._%+\-])@([\w.\-]{1,64})")
"""`@username`, but not the second half of an e-mail address; the name may be followed by Chinese at once."""


@dataclass(frozen=True, slots=True)
class Person:
    """An account that can be named: its key, its user name and how it is called."""

    user_id: int
    username: str
    name: str


def add(actor: Actor, *, record: Any, screen: str, body: str, key: str) -> Comment:
    """Write a remark and tell whom it names; the same form sent twice writes one.

    Args:
        screen: name of the record's screen, whose right to show decides who can be named.
        key: one-time key of the form.

    Raises:
        NotAllowed: the actor belongs to a partner company.
        WrongState: the record is in the bin.
        BadInput: the text is empty or too long.
    """
    refuse_outsiders(actor)
    text = body.strip().replace("\r\n", "\n")
    if getattr(record, "is_deleted", False):
        raise WrongState("in-the-bin", _l("This is in the bin. Restore it before you change it."))
    if not text or len(text) > MOST_SIGNS or "\x00" in text:
        raise BadInput(
            "comment-length",
            _l("Write a comment of 1 to %(count)s characters.", count=MOST_SIGNS),
            field="body",
        )
    session = _session()
    used = session.get(UsedKey, (key, actor.user_id))
    if used is not None:
        made = session.get(Comment, used.record_id) if used.record_type == Comment.__tablename__ else None
        if made is None:
            raise BadInput("used-key", _l("The form has expired. Send it again."))
        return made
    named = named_in(text, record=record, screen=screen, but=actor.user_id)
    comment = Comment(
        record_type=record.__tablename__, record_id=record.id, author_id=actor.user_id, body=text,
        mentions=[CommentMention(user_id=person.user_id) for person in named],
    )  # fmt: skip
    session.add(comment)
    session.flush()
    session.add(
        UsedKey(key=key, user_id=actor.user_id, record_type=Comment.__tablename__, record_id=comment.id)
    )
    if named:
        announce(session, "comment.mentioned", record_type=record.__tablename__, record_id=record.id,
                 title=str(record), actor_name=actor.name, anchor="comments",
                 user_ids=[person.user_id for person in named])  # fmt: skip
    return comment


def take_back(actor: Actor, *, record: Any, comment_id: int) -> None:
    """Take one's own remark back, within a day; taking it back twice does nothing.

    Raises:
        NotFound: the record has no such remark of the actor.
        WrongState: the day is over.
    """
    mine = select(Comment).where(
        Comment.id == comment_id,
        Comment.author_id == actor.user_id,
        Comment.record_type == record.__tablename__,
        Comment.record_id == record.id,
    )
    comment = _session().scalar(mine)
    if comment is None:
        raise NotFound("no-such-comment", _l("There is nothing here, or it is not yours to see."))
    if comment.is_deleted:
        return
    if not may_take_back(actor, comment):
        raise WrongState("too-late", _l("A comment can be taken back within a day."))
    comment.deleted_at = utc_now()


def may_take_back(actor: Actor, comment: Comment) -> bool:
    """Whether the actor wrote the remark, less than a day ago."""
    return (
        comment.author_id == actor.user_id
        and not comment.is_deleted
        and utc_now() - comment.created_at < TAKE_BACK_WITHIN
    )


def refuse_outsiders(actor: Actor) -> None:
    """Keep accounts of partner companies away from what people inside say.

    Raises:
        NotAllowed: the actor is one.
    """
    if actor.partner_id is not None:
        raise NotAllowed("inside-only", _l("Your role does not allow this."))


def comments_of(record: Any, *, before: int | None = None) -> Sequence[Comment]:
    """Return the newest remarks before a key, newest first, one more than a page if there are more."""
    statement = select(Comment).where(
        Comment.record_type == record.__tablename__, Comment.record_id == record.id
    )
    if before is not None:
        statement = statement.where(Comment.id < before)
    return _session().scalars(statement.order_by(Comment.id.desc()).limit(PAGE + 1)).all()


def counts_of(record: Any) -> tuple[int, int]:
    """Return how many remarks and how many files a record has, in one statement."""
    remarks = (
        select(func.count(Comment.id))
        .where(
            Comment.record_type == record.__tablename__,
            Comment.record_id == record.id,
            Comment.deleted_at.is_(None),
        )
        .scalar_subquery()
    )
    row = _session().execute(select(remarks, count_of_files(record))).one()
    return int(row[0]), int(row[1])


# ------------------------------------------------------------------ who can be named


def people_for(text: str, *, record: Any, screen: str) -> list[Person]:
    """Return the first people whose name or user name holds the text and who may see the record."""
    statement = _holders(screen)
    if text:
        called = PortalUser.last_name + PortalUser.first_name
        statement = statement.where(
            or_(
                PortalUser.username.icontains(text, autoescape=True),
                Employee.name.icontains(text, autoescape=True),
                called.icontains(text, autoescape=True),
            )
        )
    return _seeing(_session().execute(statement.limit(_LOOKED_AT)).all(), record, screen, PICKED)


def named_in(text: str, *, record: Any, screen: str, but: int | None = None) -> list[Person]:
    """Return whom a text names by `@username` and who may see the record, except the writer."""
    tokens = NAME.findall(text)[:MOST_MENTIONS]
    beginnings = {token[:length] for token in tokens for length in range(1, len(token) + 1)}
    if not beginnings:
        return []
    found = _session().execute(_holders(screen).where(PortalUser.username.in_(sorted(beginnings)))).all()
    names = {row.username for row in found}
    meant = {name for token in tokens if (name := name_of(token, names)) is not None}
    wanted = [row for row in found if row.username in meant and row.id != but]
    return _seeing(wanted, record, screen, MOST_MENTIONS)


def name_of(token: str, names: Iterable[str]) -> str | None:
    """Return the longest of the names that what stands behind an @ begins with."""
    return max((name for name in names if token.startswith(name)), key=len, default=None)


def _holders(screen: str) -> Any:
    """Select active accounts inside the company that hold the right to show the screen's records."""
    rights = (
        select(HELD.c.user_id)
        .join(assoc_permissionview_role, assoc_permissionview_role.c.role_id == HELD.c.role_id)
        .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .where(Permission.name == "can_show", ViewMenu.name == screen)
    )
    wanted = select(
        PortalUser.id,
        PortalUser.username,
        PortalUser.first_name,
        PortalUser.last_name,
        Employee.name.label("employee_name"),
    )
    return (
        wanted.outerjoin(Employee, Employee.user_id == PortalUser.id)
        .where(PortalUser.active.is_(True), PortalUser.partner_id.is_(None), PortalUser.id.in_(rights))
        .order_by(PortalUser.username)
    )


def _seeing(rows: Iterable[Any], record: Any, screen: str, most: int) -> list[Person]:
    """Keep the accounts within whose row scope the record lies."""
    session, model, kept = _session(), type(record), []
    for row in rows:
        log_in = load_log_in(session, row.id, None)
        if log_in is None or not log_in.actor.may("can_show", screen):
            continue
        in_scope = condition(log_in.actor, model, log_in.rights.scopes)
        if session.scalar(select(model.id).where(model.id == record.id, in_scope)) is not None:
            name = row.employee_name or f"{row.last_name or ''}{row.first_name or ''}" or row.username
            kept.append(Person(row.id, row.username, name))
        if len(kept) == most:
            break
    return kept


def _session() -> Session:
    session: Session = db.session()
    return session
