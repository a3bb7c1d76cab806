"""Roles: their rights and row scopes as one table (R005, R090)."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.sqla.models import Role, assoc_permissionview_role
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, RuleViolation
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.security.held_roles import HELD
from app.security.roles import role_title
from app.services import roles
from app.services.grants import is_within
from app.services.role_holders import holders_of
from reports.rights_words import COLUMNS
from views.errors import log_refusal
from views.interface import row_key
from views.role_matrix import SCOPE_HELP, Asked, matrix_of, read_form


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
        flash(_("Saved: %(title)s", title=role_title(role.name)), "success")
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
        rows = db.session.execute(
            select(Role.id, Role.name, _count(HELD).label("accounts"),
                   _count(assoc_permissionview_role).label("rights")).order_by(Role.name)
        ).all()  # fmt: skip
        actor = current_actor()
        sources = [
            role for role in db.session.scalars(select(Role).order_by(Role.name)) if is_within(actor, role)
        ]
        return render_template(
            "pages/roles.html", screen=self, rows=rows, sources=sources, problem=problem, name=name,
            may_print=actor.may("can_run", "rights-report"),
        )  # fmt: skip

    def _role_page(self, role: Role, *, problem: str | None = None, asked: Asked | None = None) -> str:
        actor = current_actor()
        is_open = self.may("edit") and roles.may_change(actor, role)
        can_delete = self.may("delete") and role.name not in roles.SEEDED and is_within(actor, role)
        may_see_users = actor.may("can_show", "UserView")
        return render_template(
            "pages/role.html", screen=self, role=role, groups=matrix_of(actor, role, asked), columns=COLUMNS,
            is_open=is_open, can_delete=can_delete, seen=roles.digest_of(role), problem=problem,
            scope_help=SCOPE_HELP, may_see_users=may_see_users,
            holders=holders_of([role.id])[role.id] if may_see_users else [],
            may_print=actor.may("can_run", "rights-report"), may_view_as=actor.may("can_start", "ViewAsView"),
        )  # fmt: skip


def _count(pairs: Any) -> Any:
    return select(func.count()).where(pairs.c.role_id == Role.id).correlate(Role).scalar_subquery()


def _find(pk: str) -> Role:
    key = row_key(pk)
    found = db.session.get(Role, key) if key is not None else None
    if found is None:
        abort(404)
    return found
