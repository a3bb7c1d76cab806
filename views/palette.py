"""What the command palette asks, and the same search as a plain page for use without scripts (R106).

Neither needs a right of its own: each answer holds only what the actor's rights open anyway.
"""

from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from werkzeug.wrappers import Response

from app.core.actor import Actor
from app.core.errors import BadInput
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.security.manager import current_request_actor
from views.global_search import MOST_RECORDS, Hit, find_actions, find_pages, find_records
from views.listing import MAX_TEXT


class PaletteView(BaseView):
    """The search over everything."""

    route_base = ""
    default_view = "page"
    title = _l("Search")

    @expose("/search")
    def page(self) -> str | Response:
        """Show all matches by kind, each with the way to its list."""
        actor, text = _actor(), _text()
        if actor is None:
            return _to_log_in()
        return render_template(
            "pages/search.html", text=text, groups=find_records(actor, text),
            pages=find_pages(actor, text), actions=find_actions(actor, text),
        )  # fmt: skip

    @expose("/search.json")
    def answer(self) -> Response:
        """Answer the palette: groups of hits, the best first."""
        actor, text = _actor(), _text()
        if actor is None:
            return _to_log_in()
        records = [hit for group in find_records(actor, text) for hit in group.hits][:MOST_RECORDS]
        groups = (
            ("records", _("Records"), records),
            ("pages", _("Pages"), find_pages(actor, text)),
            ("actions", _("Actions"), find_actions(actor, text)),
        )
        return jsonify(
            [
                {"key": key, "title": title, "hits": [_shown(hit) for hit in hits]}
                for key, title, hits in groups
                if hits
            ]
        )


def _shown(hit: Hit) -> dict[str, Any]:
    label, colour = hit.status or ("", "")
    return {
        "title": hit.title, "url": hit.url, "note": hit.note, "number": hit.number, "status": label, "colour": colour,
    }  # fmt: skip


def _actor() -> Actor | None:
    """Return who is logged in."""
    actor = current_request_actor()
    return actor if actor.user_id is not None and actor.user_id > 0 else None


def _to_log_in() -> Response:
    return redirect(url_for("SessionView.login", next=request.full_path))


def _text() -> str:
    text = request.args.get("q", "").strip()
    if len(text) > MAX_TEXT or "\x00" in text:
        raise BadInput("bad-search", _l("Search for at most %(count)s characters.", count=MAX_TEXT))
    return text
