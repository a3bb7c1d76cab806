"""“Forgot password?”: asking for a link by mail, and choosing a new password behind it (R090).

No answer tells whether an account exists: the same page, whoever was named, however often.
"""

from flask import flash, redirect, render_template, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import no_cache
from limits import parse
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from app.core.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.errors import RuleViolation
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.security.manager import at_door
from app.services import password_reset
from views.form_language import PortalForm
from views.log_in_limit import log_in_limit

_PER_ACCOUNT = parse("3 per 10 minutes")
"""So many mails may one account be sent."""

Answer = str | Response | tuple[str, int]


class ForgottenForm(PortalForm):
    """Whose password was forgotten."""

    name = StringField(
        _l("User name or e-mail"),
        [InputRequired(), Length(max=120)],
        render_kw={"autocomplete": "username"},
    )


class NewPasswordForm(PortalForm):
    """The new password, twice."""

    new = PasswordField(
        _l("New password"), [InputRequired(), Length(max=200)], render_kw={"autocomplete": "new-password"}
    )
    again = PasswordField(
        _l("New password again"),
        [InputRequired(), EqualTo("new", _l("The two are not the same."))],
        render_kw={"autocomplete": "new-password"},
    )


class PasswordResetView(BaseView):
    """The way back in; reachable by everybody."""

    route_base = "/password"
    default_view = "forgot"
    limits = [log_in_limit("PasswordResetView.forgot"), log_in_limit("PasswordResetView.reset")]

    @expose("/forgot", methods=["GET", "POST"])
    @no_cache
    def forgot(self) -> Answer:
        """Ask for a link; the answer is the same whether or not it is sent."""
        form = ForgottenForm()
        is_sent = form.validate_on_submit()
        if is_sent:
            name = (form.name.data or "").strip()
            if self.appbuilder.sm.limiter.limiter.hit(_PER_ACCOUNT, "password-reset", name.lower()):
                with acting_as(at_door(None, "")), unit_of_work():
                    password_reset.ask(name)
        return render_template("pages/password_forgot.html", form=form, is_sent=is_sent)

    @expose("/reset/<token>", methods=["GET", "POST"])
    @no_cache
    def reset(self, token: str) -> Answer:
        """Choose a new password; opening the page changes nothing, only sending it does."""
        form = NewPasswordForm()
        try:
            user = password_reset.account_of(token)
        except RuleViolation as refusal:
            return render_template("pages/password_reset.html", form=None, problem=refusal.message), 410
        if not form.validate_on_submit():
            return render_template(
                "pages/password_reset.html", form=form, problem=None
            ), 422 if form.errors else 200
        door = at_door(user.id, user.username)
        db.session.rollback()  # the reading transaction ends before the slow hash
        try:
            with acting_as(door), unit_of_work():
                password_reset.reset(token, new=form.new.data or "")
        except RuleViolation as refusal:
            form.new.errors = [refusal.message]
            return render_template("pages/password_reset.html", form=form, problem=None), 422
        flash(_("Your password was changed. Log in with the new one."), "success")
        return redirect(url_for("SessionView.login"))
