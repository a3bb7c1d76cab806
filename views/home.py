"""The home page: what waits for me, what is mine (R001)."""

from flask import redirect, render_template, url_for
from flask_appbuilder.baseviews import BaseView, expose
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from app.core.db import db
from app.security.manager import current_request_actor
from app.services.approvals import inbox_count
from models.approvable import ApprovalStatus
from models.plans import MarketingPlan


class HomeView(BaseView):
    """First page after the log-in; shows only what is one's own."""

    route_base = ""
    default_view = "index"

    @expose("/")
    def index(self) -> str | Response:
        """Show the tiles of the person who is logged in."""
        actor = current_request_actor()
        if actor.user_id is None or actor.user_id < 0:
            return redirect(url_for("SessionView.login"))
        counts = {}
        if actor.employee_id is not None:
            rows = db.session.execute(
                select(MarketingPlan.status, func.count())
                .where(MarketingPlan.owner_id == actor.employee_id, MarketingPlan.deleted_at.is_(None))
                .group_by(MarketingPlan.status)
            )
            counts = {ApprovalStatus(status): number for status, number in rows}
        waiting = inbox_count(actor.employee_id) if actor.employee_id else 0
        return render_template("pages/home.html", actor=actor, counts=counts, waiting=waiting)
