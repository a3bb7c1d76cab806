"""Log-in, log-out, language, and one's own password."""

from flask import flash, redirect, render_template, request, session, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, no_cache, permission_name
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import refresh
from flask_login import login_user
from werkzeug.wrappers import Response
from wtforms import PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its type stubs
from wtforms.validators import EqualTo, InputRequired, Length

from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import RuleViolation
from app.core.i18n import LANGUAGES
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.security.manager import close_cookie_session
from app.security.sessions import open_sessions
from app.services import accounts
from models.users import PortalUser, Theme
from views.form_language import PortalForm
from views.log_in_limit import log_in_limit

ZONES = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "Europe/Berlin",
         "Europe/London", "America/New_York", "America/Los_Angeles", "UTC")  # fmt: skip


class LogInForm(PortalForm):
    """Name and password."""

    username = StringField(
        _l("User name"), [InputRequired(), Length(max=64)], render_kw={"autocomplete": "username"}
    )
    password = PasswordField(
        _l("Password"), [InputRequired(), Length(max=200)], render_kw={"autocomplete": "current-password"}
    )


class PasswordForm(PortalForm):
    """A new password, with the present one as proof."""

    current = PasswordField(_l("Present password"), [InputRequired(), Length(max=200)])
    new = PasswordField(_l("New password"), [InputRequired(), Length(max=200)])
    again = PasswordField(
        _l("New password again"), [InputRequired(), EqualTo("new", _l("The two are not the same."))]
    )


class SettingsForm(PortalForm):
    """Language and time zone of one person."""

    language = SelectField(
        _l("Language"), choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()]
    )
    time_zone = SelectField(_l("Time zone"), choices=[SelectChoice(zone, zone) for zone in ZONES])


class SessionView(BaseView):
    """The doors in and out; reachable by everybody."""

    route_base = ""
    default_view = "login"
    limits = [log_in_limit("SessionView.login")]

    @expose("/login/", methods=["GET", "POST"])
    @no_cache
    def login(self) -> str | Response | tuple[str, int]:
        """Log in with name and password; the answer never tells which of the two was wrong."""
        form = LogInForm()
        if not form.validate_on_submit():
            return render_template("login.html", form=form, languages=LANGUAGES)
        user = self.appbuilder.sm.auth_user_db((form.username.data or "").strip(), form.password.data)
        if user is None:
            form.password.errors = [_("Name or password is wrong, or there were too many tries.")]
            return render_template("login.html", form=form, languages=LANGUAGES), 401
        must_change = bool(user.must_change_password)
        login_user(user, remember=False)
        if must_change:
            return redirect(url_for("ProfileView.view"))
        return redirect(get_safe_redirect(request.args.get("next", "")))

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Response:
        """End this log-in on the server."""
        close_cookie_session()
        return redirect(url_for("SessionView.login"))

    @expose("/language", methods=["POST"])
    def language(self) -> Response:
        """Switch the language; stored with the account when somebody is logged in."""
        wanted = request.form.get("language", "")
        if wanted in LANGUAGES:
            session["locale"] = wanted
            actor = current_actor()
            if actor.user_id and actor.user_id > 0:
                with unit_of_work():
                    accounts.set_preferences(actor, language=wanted)
            refresh()
        return redirect(get_safe_redirect(request.referrer or "/"))

    @expose("/appearance", methods=["POST"])
    def appearance(self) -> Response:
        """Choose light, dark or as the device; stored with the account when somebody is logged in."""
        wanted = request.form.get("theme", "")
        if wanted in {theme.value for theme in Theme}:
            session["theme"] = wanted
            actor = current_actor()
            if actor.user_id and actor.user_id > 0:
                with unit_of_work():
                    accounts.set_preferences(actor, theme=wanted)
        return redirect(get_safe_redirect(request.referrer or "/"))


class ProfileView(BaseView):
    """One's own account: language, time zone, password, open log-ins."""

    route_base = "/profile"
    default_view = "view"
    title = _l("My account")

    @expose("/", methods=["GET", "POST"])
    @has_access
    def view(self) -> str | Response | tuple[str, int]:
        """Show and change one's settings."""
        user = db.session.get_one(PortalUser, current_actor().user_id)
        form = SettingsForm(data={"language": user.language, "time_zone": user.time_zone or "Asia/Shanghai"})
        if form.validate_on_submit():
            with unit_of_work():
                accounts.set_preferences(
                    current_actor(), language=form.language.data, time_zone=form.time_zone.data
                )
            session["locale"] = form.language.data
            flash(_("Your settings were saved."), "success")
            return redirect(url_for("ProfileView.view"))
        return self._page(form, PasswordForm(formdata=None)), (422 if form.errors else 200)

    @expose("/password", methods=["POST"])
    @has_access
    @permission_name("view")
    def password(self) -> str | Response | tuple[str, int]:
        """Change one's password; all other log-ins of the account end."""
        form = PasswordForm()
        if form.validate():
            try:
                with unit_of_work():
                    accounts.change_own_password(
                        current_actor(), current=form.current.data or "", new=form.new.data or ""
                    )
                flash(_("Your password was changed; other log-ins of your account have ended."), "success")
                return redirect(url_for("ProfileView.view"))
            except RuleViolation as refusal:
                form[refusal.field or "new"].errors = [refusal.message]
        return self._page(SettingsForm(formdata=None), form), 422

    def _page(self, settings: SettingsForm, password: PasswordForm) -> str:
        actor = current_actor()
        sessions = open_sessions(db.session(), actor.user_id or 0)
        return render_template(
            "pages/profile.html", settings=settings, password=password, sessions=sessions, actor=actor
        )
