"""Remarks on a record: read, written, taken back; and whom one can name."""

import re
from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup, escape

from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import BadInput, RuleViolation
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.services import comments
from models.comments import Comment
from views.approval_keys import request_key
from views.errors import log_refusal
from views.interface import row_key
from views.record_tabs import is_part, part_or_page
from views.screen_base import Answer, ScreenBase

MAX_NAME = 64
_PIECES = re.compile(
    rf"(?P<url>https?://[^\s<>\"'，。；：！？、（）《》【】]+)|{comments.NAME.pattern}", re.IGNORECASE
)
_URL = Markup('<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>')
_NAMED = Markup('<span class="mention" title="@{}">@{}</span>')


class CommentPages(ScreenBase):
    """The remarks of a record."""

    @expose("/comments/<pk>", methods=["GET"])
    @has_access
    @permission_name("show")
    def comments(self, pk: str) -> Answer:
        """Show the newest remarks, or the next older ones (`before=KEY`)."""
        return self._comments_part(self._commented(pk))

    @expose("/comment/<pk>", methods=["POST"])
    @has_access
    @permission_name("show")
    def comment(self, pk: str) -> Answer:
        """Write a remark."""
        record = self._commented(pk)
        body = request.form.get("body", "")
        try:
            with unit_of_work():
                comments.add(
                    current_actor(), record=record, screen=type(self).__name__, body=body, key=request_key()
                )
        except RuleViolation as refusal:
            return self._comment_refused(pk, refusal, body)
        return self._after_comment(pk)

    @expose("/take-back/<pk>", methods=["POST"])
    @has_access
    @permission_name("show")
    def take_back(self, pk: str) -> Answer:
        """Take one's own remark back."""
        record = self._commented(pk)
        key = row_key(request.form.get("comment", ""))
        try:
            with unit_of_work():
                comments.take_back(current_actor(), record=record, comment_id=key or 0)
        except RuleViolation as refusal:
            return self._comment_refused(pk, refusal, "")
        return self._after_comment(pk)

    @expose("/people/<pk>", methods=["GET"])
    @has_access
    @permission_name("show")
    def people(self, pk: str) -> Response:
        """Answer the picker behind an @: people who may see this record."""
        record = self._commented(pk)
        text = request.args.get("q", "").strip()
        if len(text) > MAX_NAME or "\x00" in text:
            raise BadInput("bad-search", _l("Search for at most %(count)s characters.", count=MAX_NAME))
        found = comments.people_for(text, record=record, screen=type(self).__name__)
        return jsonify([{"value": person.username, "text": person.name} for person in found])

    def _commented(self, pk: str) -> Any:
        record = self._find(pk)
        comments.refuse_outsiders(current_actor())
        return record

    def _after_comment(self, pk: str) -> Answer:
        if is_part():
            return self._comments_part(self._find(pk))
        return redirect(url_for(f"{type(self).__name__}.comments", pk=pk))

    def _comment_refused(self, pk: str, refusal: RuleViolation, body: str) -> Answer:
        db.session.rollback()
        log_refusal(refusal, record_type=self.datamodel.obj.__tablename__, record_id=row_key(pk))
        page = self._comments_part(self._find(pk), problem=str(refusal), body=body)
        return page, refusal.http_status

    def _comments_part(self, record: Any, *, problem: str = "", body: str = "") -> str:
        before = row_key(request.args.get("before", "")) if request.method == "GET" else None
        found = comments.comments_of(record, before=before)
        part = "screen/record/comment_rows.html" if before and is_part() else "screen/record/comments.html"
        return part_or_page(
            part, screen=self, record=record, title=_("Comments"), rows=_shown(found[: comments.PAGE]),
            older=found[comments.PAGE - 1].id if len(found) > comments.PAGE else None, problem=problem,
            body=body, most=comments.MOST_SIGNS, count=comments.counts_of(record)[0],
        )  # fmt: skip


def _shown(found: Sequence[Comment]) -> list[dict[str, Any]]:
    actor = current_actor()
    return [
        {
            "id": comment.id,
            "author": str(comment.author),
            "at": comment.created_at,
            "body": None if comment.is_deleted else drawn(comment),
            "may_take_back": comments.may_take_back(actor, comment),
        }
        for comment in found
    ]


def drawn(comment: Comment) -> Markup:
    """Return a remark's text, escaped, with its web addresses as links and the people it told by name."""
    names = {mention.user.username: str(mention.user) for mention in comment.mentions}
    parts, end = [], 0
    for piece in _PIECES.finditer(comment.body):
        parts.append(escape(comment.body[end : piece.start()]))
        parts.append(_piece(piece, names))
        end = piece.end()
    parts.append(escape(comment.body[end:]))
    return Markup("").join(parts)


def _piece(piece: "re.Match[str]", names: dict[str, str]) -> Markup:
    whole = piece.group()
    if piece.group("url"):
        address = whole.rstrip(".,;:!?)")
        return _URL.format(address, address) + whole[len(address) :]
    token = whole.removeprefix("@")
    name = comments.name_of(token, names)
    if name is None:
        return escape(whole)
    return _NAMED.format(name, names[name]) + token[len(name) :]
