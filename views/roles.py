"""Roles: their rights and row scopes as one table (R005, R090)."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, RuleViolation
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.services import roles
from app.services.grants import is_within
from views.errors import log_refusal
from views.interface import row_key
from views.role_matrix import COLUMNS, Asked, matrix_of, read_form


class RoleView(BaseView):
    """Roles of the portal."""

    route_base = "/roles"
    default_view = "list"
    title = _l("Roles")

    @expose("/list/")
    @has_access
    def list(self) -> str:
        """Show every role with the number of its accounts."""
        return self._list_page()

    @expose("/add", methods=["POST"])
    @has_access
    def add(self) -> Response | tuple[str, int]:
        """Create a role as a copy of another one."""
        source = _find(request.form.get("source", ""))
        name = request.form.get("name", "")
        try:
            with unit_of_work():
                made = roles.copy_role(current_actor(), source=source, name=name)
        except RuleViolation as refusal:
            log_refusal(refusal, record_type="ab_role", record_id=request.form.get("source", ""))
            return self._list_page(problem=str(refusal), name=name), refusal.http_status
        flash(_("Saved: %(title)s", title=made.name), "success")
        return redirect(url_for("RoleView.show", pk=made.id))

    @expose("/show/<pk>")
    @has_access
    def show(self, pk: str) -> str:
        """Show the table of a role; to tick in for whoever may change it."""
        return self._role_page(_find(pk))

    @expose("/edit/<pk>", methods=["POST"])
    @has_access
    def edit(self, pk: str) -> Response | tuple[str, int]:
        """Store the table of a role; it acts with the next request of everybody who holds the role."""
        role = _find(pk)
        key = role.id
        asked = read_form(request.form)
        try:
            with unit_of_work():
                roles.save_role(
                    current_actor(), role=role, pair_ids=asked.pair_ids, scopes=asked.scopes,
                    seen=request.form.get("seen", ""),
                )  # fmt: skip
        except RuleViolation as refusal:
            log_refusal(refusal, record_type="ab_role", record_id=key)
            db.session.rollback()
            kept = None if isinstance(refusal, Conflict) else asked
            return self._role_page(_find(pk), problem=str(refusal), asked=kept), refusal.http_status
        flash(_("Saved: %(title)s", title=role.name), "success")
        return redirect(url_for("RoleView.show", pk=pk))

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> Response:
        """Delete a role that nobody holds."""
        role = _find(pk)
        name = role.name
        with unit_of_work():
            roles.delete_role(current_actor(), role=role)
        flash(_("Deleted: %(title)s", title=name), "success")
        return redirect(url_for("RoleView.list"))

    def may(self, verb: str) -> bool:
        """Whether the actor holds a verb of this page."""
        return current_actor().may(f"can_{verb}", self.class_permission_name)

    def _list_page(self, *, problem: str | None = None, name: str = "") -> str:
        count = (
            select(func.count()).where(assoc_user_role.c.role_id == Role.id).correlate(Role).scalar_subquery()
        )
        rows = db.session.execute(select(Role, count).order_by(Role.name)).all()
        sources = [role for role, _count in rows if is_within(current_actor(), role)]
        return render_template(
            "pages/roles.html", screen=self, rows=rows, sources=sources, problem=problem, name=name
        )

    def _role_page(self, role: Role, *, problem: str | None = None, asked: Asked | None = None) -> str:
        actor = current_actor()
        is_open = self.may("edit") and roles.may_change(actor, role)
        can_delete = self.may("delete") and role.name not in roles.SEEDED and is_within(actor, role)
        return render_template(
            "pages/role.html", screen=self, role=role, rows=matrix_of(actor, role, asked), columns=COLUMNS,
            is_open=is_open, can_delete=can_delete, seen=roles.digest_of(role), problem=problem,
        )  # fmt: skip


def _find(pk: str) -> Role:
    key = row_key(pk)
    found = db.session.get(Role, key) if key is not None else None
    if found is None:
        abort(404)
    return found
