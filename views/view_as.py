"""Looking at the portal as a role: an administrator sees what its holders see, and changes nothing (R090)."""

from flask import abort, flash, redirect, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.sqla.models import Role
from werkzeug.wrappers import Response

from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.security.manager import end_looking, start_looking
from app.security.roles import role_title
from views.interface import row_key


class ViewAsView(BaseView):
    """Start and end of looking as a role."""

    route_base = "/view-as"
    default_view = "start"
    title = _l("View as a role")

    @expose("/start/<pk>", methods=["POST"])
    @has_access
    def start(self, pk: str) -> Response:
        """See the portal as a role from the next page on."""
        key = row_key(pk)
        role = db.session.get(Role, key) if key is not None else None
        if role is None:
            abort(404)
        with unit_of_work() as unit:
            start_looking(unit, role.id)
        return redirect(url_for("HomeView.index"))

    @expose("/end", methods=["POST"])
    def end(self) -> Response:
        """Take one's own rights back; open to whoever is logged in, for a role may grant nothing at all."""
        if (current_actor().user_id or -1) < 0:
            return redirect(url_for("SessionView.login"))
        with unit_of_work() as unit:
            key = end_looking(unit)
            role = db.session.get(Role, key) if key is not None else None
            name = str(role_title(role.name)) if role is not None else ""
        if key is None:
            return redirect(url_for("HomeView.index"))
        flash(_("You see the portal with your own rights again."), "success")
        return redirect(url_for("RoleView.show", pk=key) if name else url_for("RoleView.list"))
