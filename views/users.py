"""Accounts: who can log in, with which roles, and from where somebody is logged in just now (R005, R090)."""

from dataclasses import replace
from hashlib import sha256

from flask import Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, HiddenField, PasswordField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import BadInput, Conflict, RuleViolation
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.security.held_roles import HELD
from app.security.roles import role_title
from app.security.sessions import open_sessions
from app.services import accounts
from app.services.grants import check_touch, is_within, may_touch
from models.org import Employee
from models.partners import Partner
from models.users import PortalUser
from views.errors import log_refusal
from views.fields import Field, Kind, fields_of
from views.form_language import PortalForm
from views.forms import RelationField
from views.interface import interface_of, row_key
from views.listing import ListPage
from views.refusals import refusal_of
from views.tables import Rows, TablePage

Answer = str | BaseResponse | tuple[str, int]

_COLUMNS = fields_of(PortalUser)
LAST_LOG_IN = replace(_COLUMNS["last_login"], kind=Kind.INSTANT)
ROLES = Field("roles", Kind.TEXT, _l("Roles"), None, is_required=False)
PARTNER = replace(_COLUMNS["partner_id"], kind=Kind.RELATION, target=Partner)
_TYPED = ("username", "last_name", "first_name", "email", "partner_id")


class AccountForm(PortalForm):
    """What can be set of an account; `seen` marks what it was when the form was drawn."""

    seen = HiddenField()
    username = StringField(_l("User name"), [InputRequired(), Length(max=64), Regexp(r"^\S+$")])
    last_name = StringField(_l("Family name"), [InputRequired(), Length(max=64)])
    first_name = StringField(_l("Given name"), [Length(max=64)])
    email = StringField(
        _l("E-mail"),
        [
            InputRequired(),
            Length(max=120),
            Regexp(r"^[^@\s]+@[^@\s]+$", message=_l("This is not an e-mail address.")),
        ],
        render_kw={"type": "email"},
    )
    partner_id = RelationField(
        _l("Channel partner"),
        described=PARTNER,
        endpoint="UserView",
        description=_l("Only for a partner's account: it sees that partner's records and no others."),
    )
    active = BooleanField(_l("Active"), description=_l("Switched off, the account's log-ins end at once."))
    roles = SelectMultipleField(_l("Roles"), coerce=int, validate_choice=False)
    password = PasswordField(
        _l("New password"),
        [Optional(), Length(max=200)],
        description=_l("Leave it empty to keep the present one. A new one ends all log-ins of the account."),
        render_kw={"autocomplete": "new-password"},
    )


def _state_of(user: PortalUser) -> str:
    """Return a mark of what the form shows, to notice changes by others."""
    values = [str(getattr(user, name)) for name in (*_TYPED, "active", "password")]
    return sha256("\n".join([*values, *sorted(str(role.id) for role in user.roles)]).encode()).hexdigest()


class UserView(TablePage):
    """Accounts of the portal."""

    route_base = "/users"
    default_view = "list"
    datamodel = interface_of(PortalUser)
    title = _l("Accounts")
    title_one = _l("Account")
    fields = {
        **{name: _COLUMNS[name] for name in ("username", "last_name", "first_name", "email", "active")},
        "last_login": LAST_LOG_IN,
        "roles": ROLES,
    }
    computed = frozenset({"roles"})
    filter_columns = ("username", "last_name", "first_name", "email", "active")
    order_columns = ("username",)
    base_order = ("username", "asc")
    can_be_added = True

    @expose("/list/")
    @has_access
    def list(self) -> Answer:
        """Show one page of accounts."""
        return self.list_page()

    def cells(self, page: ListPage) -> Rows:
        """Add the roles, read for the page at once."""
        rows = super().cells(page)
        statement = (
            select(HELD.c.user_id, Role.name)
            .join(Role, Role.id == HELD.c.role_id)
            .where(HELD.c.user_id.in_([key for key, _cells in rows]))
            .order_by(Role.name)
        )
        names: dict[int, list[str]] = {}
        for user_id, name in db.session.execute(statement):
            names.setdefault(user_id, []).append(str(role_title(name)))
        return [(key, [*cells, ", ".join(names.get(key, ()))]) for key, cells in rows]

    @expose("/show/<pk>")
    @has_access
    def show(self, pk: str) -> str:
        """Show one account with its open log-ins."""
        user = _find(pk)
        employee = db.session.scalar(select(Employee).where(Employee.user_id == user.id))
        partner = db.session.get(Partner, user.partner_id) if user.partner_id else None
        return render_template(
            "pages/user.html", screen=self, user=user, employee=employee, partner=partner,
            sessions=open_sessions(db.session(), user.id), may_touch=may_touch(current_actor(), user), handle_of=accounts.session_handle,
        )  # fmt: skip

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Answer:
        """Create an account."""
        form = AccountForm()
        if request.method == "GET":
            form.active.data = True
            return self._form_page(form, None)
        return self._save(form, PortalUser()) if form.validate() else (self._form_page(form, None), 422)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> Answer:
        """Change an account."""
        user = _find(pk)
        check_touch(current_actor(), user)
        if request.method == "GET":
            form = AccountForm(obj=user, data={"roles": [role.id for role in user.roles]})
            form.roles.data = [role.id for role in user.roles]
            form.seen.data = _state_of(user)
            return self._form_page(form, user)
        form = AccountForm()
        if not form.validate():
            return self._form_page(form, user), 422
        return self._save(form, user)

    @expose("/end-log-ins/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def end_log_ins(self, pk: str) -> BaseResponse:
        """End every log-in of an account."""
        user = _find(pk)
        with unit_of_work():
            accounts.end_log_ins(current_actor(), user=user)
        flash(_("All log-ins of this account have ended."), "success")
        return redirect(url_for("UserView.show", pk=pk))

    @expose("/end-log-in/<pk>/<handle>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def end_log_in(self, pk: str, handle: str) -> BaseResponse:
        """End one log-in of an account."""
        user = _find(pk)
        with unit_of_work():
            accounts.end_log_in(current_actor(), user=user, handle=handle)
        flash(_("The log-in has ended."), "success")
        return redirect(url_for("UserView.show", pk=pk))

    @expose("/lookup/<column>")
    @has_access
    def lookup(self, column: str) -> Response:
        """Answer the partner picker: at most 20 partners in the actor's scope."""
        if column != PARTNER.name:
            abort(404)
        text = request.args.get("q", "")
        if len(text) > 100 or "\x00" in text:
            raise BadInput("bad-search", _l("Search for at most %(count)s characters.", count=100))
        found = interface_of(Partner).lookup(current_actor(), PARTNER, text)
        return jsonify([{"value": key, "text": title} for key, title in found])

    def _save(self, form: AccountForm, user: PortalUser) -> Answer:
        key = user.id
        try:
            with unit_of_work() as unit:
                if key is not None:
                    unit.refresh(user, with_for_update=True)
                if key is not None and form.seen.data != _state_of(user):
                    raise Conflict(_l("Somebody else changed this account. Your changes were not saved."))
                with unit.no_autoflush:
                    _fill(user, form)
                accounts.save_account(
                    current_actor(), user=user, role_ids=form.roles.data or [],
                    password=form.password.data or None, is_active=bool(form.active.data),
                )  # fmt: skip
        except IntegrityError as problem:
            return self._refused(form, refusal_of(problem), key)
        except RuleViolation as refusal:
            return self._refused(form, refusal, key)
        flash(_("Saved: %(title)s", title=user.username), "success")
        return redirect(url_for("UserView.show", pk=user.id))

    def _refused(self, form: AccountForm, refusal: RuleViolation, key: int | None) -> Answer:
        db.session.rollback()
        log_refusal(refusal, record_type="ab_user", record_id=key)
        if refusal.field in form:
            form[refusal.field].errors = [*form[refusal.field].errors, refusal.message]
        else:
            form.form_errors.append(refusal.message)
        return self._form_page(form, db.session.get(PortalUser, key) if key else None), refusal.http_status

    def _form_page(self, form: AccountForm, user: PortalUser | None) -> str:
        actor = current_actor()
        roles = [
            (role, is_within(actor, role)) for role in db.session.scalars(select(Role).order_by(Role.name))
        ]
        is_own = user is not None and user.id == actor.user_id
        return render_template(
            "pages/user_form.html", screen=self, form=form, user=user, roles=roles, is_own=is_own
        )


def _find(pk: str) -> PortalUser:
    key = row_key(pk)
    found = db.session.get(PortalUser, key) if key is not None else None
    if found is None:
        abort(404)
    return found


def _fill(user: PortalUser, form: AccountForm) -> None:
    """Set the typed values.

    Raises:
        RuleViolation: the partner does not exist for the actor.
    """
    for name in _TYPED:
        value = form[name].data
        setattr(user, name, value.strip() if isinstance(value, str) else value)
    if user.partner_id and interface_of(Partner).find(current_actor(), user.partner_id) is None:
        message = _l("The chosen “%(label)s” does not exist.", label=PARTNER.label)
        raise RuleViolation("unknown-reference", message, field="partner_id")
