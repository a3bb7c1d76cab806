"""Notices of one person, and the address that leads from any record's type and key to its page."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import BadInput
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.notifications.notices import mark_all_read, mark_read, record_path, unread_count
from app.notifications.texts import TEXTS, body, headline
from models.outbox import Notice
from views.base import screens_by_model
from views.interface import row_key

PAGE = 50
LATEST = 5


class NoticeView(BaseView):
    """Notices of the person who is logged in."""

    route_base = "/notices"
    default_view = "view"
    title = _l("Notices")

    @expose("/")
    @has_access
    def view(self) -> str:
        """Show one's notices, newest first, 50 at a time."""
        rows = _page_before(_key("before"))
        shown = [_shown(notice) for notice in rows[:PAGE] if notice.topic in TEXTS]
        older = rows[PAGE - 1].id if len(rows) > PAGE else None
        return render_template("pages/notices.html", screen=self, notices=shown, older=older)

    @expose("/latest")
    @has_access
    @permission_name("view")
    def latest(self) -> str:
        """Answer the bell: the five newest notices that were not read."""
        return _latest_part()

    @expose("/read-all", methods=["POST"])
    @has_access
    @permission_name("view")
    def read_all(self) -> str | Response:
        """Mark all of one's notices as read; to the bell, answer what it shows then."""
        with unit_of_work():
            count = mark_all_read(current_actor())
        if request.headers.get("HX-Request-Type") == "partial":
            return _latest_part()
        flash(_("%(count)s notices marked as read.", count=count), "success")
        return redirect(url_for("NoticeView.view"))

    @expose("/read", methods=["POST"])
    @has_access
    @permission_name("view")
    def read(self) -> Response:
        """Mark the named notices of one's own as read."""
        keys = [row_key(text) for text in request.form.getlist("id")]
        if None in keys or len(keys) > 1000:
            raise BadInput("bad-key", _l("The form was malformed. Reload the page."))
        with unit_of_work():
            count = mark_read(current_actor(), [key for key in keys if key is not None])
        flash(_("%(count)s notices marked as read.", count=count), "success")
        return redirect(url_for("NoticeView.view"))

    @expose("/open/<pk>", methods=["POST"])
    @has_access
    @permission_name("view")
    def open(self, pk: str) -> Response:
        """Mark one notice as read and go to what it is about."""
        key = row_key(pk)
        mine = select(Notice).where(Notice.id == key, Notice.user_id == current_actor().user_id)
        notice = db.session.scalar(mine)
        if notice is None:
            abort(404)
        path = record_path(notice.payload) if "record_type" in notice.payload else url_for("NoticeView.view")
        with unit_of_work():
            mark_read(current_actor(), [notice.id])
        return redirect(path)


class RecordLinkView(BaseView):
    """`/go/TYPE/KEY`: the stable address of a record in notices and mails, whatever screen shows it."""

    route_base = "/go"
    class_permission_name = "NoticeView"

    @expose("/<record_type>/<key>")
    @has_access
    @permission_name("view")
    def go(self, record_type: str, key: str) -> Response:
        """Lead to the record's page, which decides who may see it."""
        name = next(
            (name for model, name in screens_by_model.items() if model.__tablename__ == record_type), None
        )
        number = row_key(key)
        if name is None or number is None:
            abort(404)
        return redirect(url_for(f"{name}.show", pk=number))


def _latest_part() -> str:
    user_id = current_actor().user_id or 0
    unread = select(Notice).where(Notice.user_id == user_id, Notice.read_at.is_(None))
    rows = db.session.scalars(unread.order_by(Notice.id.desc()).limit(LATEST))
    notices = [_shown(notice) for notice in rows if notice.topic in TEXTS]
    return render_template("notices_latest.html", notices=notices, count=unread_count(user_id))


def _page_before(before: int | None) -> list[Notice]:
    statement = select(Notice).where(Notice.user_id == current_actor().user_id)
    if before is not None:
        statement = statement.where(Notice.id < before)
    return list(db.session.scalars(statement.order_by(Notice.id.desc()).limit(PAGE + 1)))


def _key(name: str) -> int | None:
    text = request.args.get(name, "")
    number = row_key(text)
    if text and number is None:
        raise BadInput("bad-page", _l("The list has no such page."))
    return number


def _shown(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "headline": headline(notice.topic, notice.payload),
        "body": body(notice.topic, notice.payload),
        "comment": notice.payload.get("comment"),
        "created_at": notice.created_at,
        "read_at": notice.read_at,
        "has_record": "record_type" in notice.payload,
    }
