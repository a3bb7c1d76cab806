"""Groups of accounts: name, roles and members (R005, R090)."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.sqla.models import Group, Role, assoc_group_role, assoc_user_group
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import BadInput, RuleViolation
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.security.roles import role_title
from app.services import groups
from app.services.grants import is_administrator, is_within, may_touch
from models.users import PortalUser
from views.errors import log_refusal
from views.interface import row_key

Answer = str | Response | tuple[str, int]


class GroupView(BaseView):
    """Groups of the portal's accounts."""

    route_base = "/groups"
    default_view = "list"
    title = _l("Groups")
    title_one = _l("Group")

    @expose("/list/")
    @has_access
    def list(self) -> str:
        """Show every group with its roles and the number of its members."""
        counts = select(assoc_user_group.c.group_id, func.count()).group_by(assoc_user_group.c.group_id)
        members = {group_id: number for group_id, number in db.session.execute(counts)}  # noqa: C416  rows, no pairs
        names: dict[int, list[str]] = {}
        for group_id, name in db.session.execute(
            select(assoc_group_role.c.group_id, Role.name)
            .join(Role, Role.id == assoc_group_role.c.role_id).order_by(Role.name)
        ):  # fmt: skip
            names.setdefault(group_id, []).append(str(role_title(name)))
        rows = db.session.scalars(select(Group).order_by(Group.name)).all()
        return render_template("pages/groups.html", screen=self, rows=rows, members=members, roles=names)

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Answer:
        """Create a group."""
        return self._form_page(Group()) if request.method == "GET" else self._save(Group())

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> Answer:
        """Change a group."""
        group = _find(pk)
        return self._form_page(group) if request.method == "GET" else self._save(group)

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> Response:
        """Delete a group; its members lose what they held through it."""
        group = _find(pk)
        name = group.label or group.name
        with unit_of_work():
            groups.delete_group(current_actor(), group=group)
        flash(_("Deleted: %(title)s", title=name), "success")
        return redirect(url_for("GroupView.list"))

    def may(self, verb: str) -> bool:
        """Whether the actor holds a verb of this page."""
        return current_actor().may(f"can_{verb}", self.class_permission_name)

    def _save(self, group: Group) -> Answer:
        key = group.id
        try:
            with unit_of_work():
                groups.save_group(
                    current_actor(), group=group, name=request.form.get("name", ""),
                    label=request.form.get("label", ""), role_ids=_keys("roles"), user_ids=_keys("users"),
                    seen=request.form.get("seen", "") if key is not None else None,
                )  # fmt: skip
        except BadInput:
            raise
        except RuleViolation as refusal:
            db.session.rollback()
            log_refusal(refusal, record_type="ab_group", record_id=key)
            page = self._form_page(_find(str(key)) if key else Group(), problem=str(refusal), is_typed=True)
            return page, refusal.http_status
        flash(_("Saved: %(title)s", title=group.label or group.name), "success")
        return redirect(url_for("GroupView.list"))

    def _form_page(self, group: Group, *, problem: str | None = None, is_typed: bool = False) -> str:
        """Draw the form; after a refusal with what was typed."""
        actor = current_actor()
        roles = db.session.scalars(select(Role).order_by(Role.name)).all()
        users = db.session.scalars(select(PortalUser).order_by(PortalUser.username)).all()
        chosen_roles = set(_keys("roles")) if is_typed else {role.id for role in group.roles}
        chosen_users = set(_keys("users")) if is_typed else {user.id for user in group.users}
        return render_template(
            "pages/group_form.html", screen=self, group=group, problem=problem,
            name=request.form.get("name", "") if is_typed else group.name or "",
            label=request.form.get("label", "") if is_typed else group.label or "",
            roles=[(role, role.id in chosen_roles, is_within(actor, role)) for role in roles],
            users=[(user, user.id in chosen_users, _may_move(user)) for user in users],
            seen=groups.state_of(group) if group.id else "",
        )  # fmt: skip


def _may_move(user: PortalUser) -> bool:
    """Whether the actor may put this account into a group, or take it out."""
    actor = current_actor()
    return user.id != actor.user_id and (is_administrator(actor) or may_touch(actor, user))


def _keys(name: str) -> list[int]:
    """Return the ticked keys of a form.

    Raises:
        BadInput: one is no key.
    """
    keys = [row_key(text) for text in request.form.getlist(name)]
    if any(key is None for key in keys):
        raise BadInput("bad-key", _l("The form was malformed. Reload the page."))
    return [key for key in keys if key is not None]


def _find(pk: str) -> Group:
    key = row_key(pk)
    found = db.session.get(Group, key) if key is not None else None
    if found is None:
        abort(404)
    return found
