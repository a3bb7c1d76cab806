"""Log-in, log-out, language, appearance, and one's own account."""

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, no_cache, permission_name
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import get_locale, refresh
from flask_login import login_user
from werkzeug.wrappers import Response
from wtforms import BooleanField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its type stubs
from wtforms.validators import EqualTo, InputRequired, Length

from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import RuleViolation
from app.core.i18n import LANGUAGES
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.notifications.mail_choice import UNWANTED, mail_kinds, unwanted, wants_mail
from app.security.manager import close_cookie_session
from app.security.sessions import open_sessions
from app.services import accounts
from models.users import PortalUser, Theme
from views.agents import short_agent
from views.form_language import PortalForm
from views.log_in_limit import log_in_limit
from views.zones import zone_choices

Answer = str | Response | tuple[str, int]


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
    """Language, time zone, appearance and shortcuts of one person."""

    language = SelectField(
        _l("Language"), choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()]
    )
    time_zone = SelectField(
        _l("Time zone"),
        description=_l("Times are shown in this zone; days of plans and deadlines are the company's."),
        render_kw={"data-searchable": ""},
    )
    theme = SelectField(
        _l("Appearance"), choices=[SelectChoice(value, label) for value, label in Theme.choices()]
    )
    keys = BooleanField(
        _l("Single keys are shortcuts"),
        description=_l(
            "Switch them off if you speak to your computer or strike keys by accident; Ctrl-K stays."
        ),
    )


class MailForm(PortalForm):
    """Which kinds of notices come by e-mail too."""

    topics = SelectMultipleField(_l("By e-mail too"))


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
    """One's own account: language, time zone, appearance, shortcuts, mails, password, open log-ins."""

    route_base = "/profile"
    default_view = "view"
    title = _l("My account")

    @expose("/", methods=["GET", "POST"])
    @has_access
    def view(self) -> Answer:
        """Show and change one's settings."""
        form = _settings_form()
        if form.validate_on_submit():
            with unit_of_work():
                accounts.set_preferences(
                    current_actor(),
                    language=form.language.data,
                    time_zone=form.time_zone.data,
                    theme=form.theme.data,
                )
                accounts.set_choices(current_actor(), **{accounts.KEYS_CHOICE: form.keys.data})
            session.update(locale=form.language.data, theme=form.theme.data)
            return _saved()
        return self._page(settings=form), (422 if form.errors else 200)

    @expose("/notifications", methods=["POST"])
    @has_access
    @permission_name("view")
    def notifications(self) -> Answer:
        """Choose which kinds of notices come by e-mail too."""
        form = _mail_form()
        if not form.validate():
            return self._page(mail=form), 422
        with unit_of_work():
            accounts.set_choices(current_actor(), **{UNWANTED: unwanted(form.topics.data or [])})
        return _saved()

    @expose("/password", methods=["POST"])
    @has_access
    @permission_name("view")
    def password(self) -> Answer:
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
        return self._page(password=form), 422

    @expose("/end-log-in", methods=["POST"])
    @has_access
    @permission_name("view")
    def end_log_in(self) -> Response:
        """End one of one's other log-ins."""
        try:
            with unit_of_work():
                accounts.end_own_log_in(current_actor(), handle=request.form.get("log_in", "")[:64])
        except RuleViolation as refusal:
            flash(str(refusal), "danger")
        else:
            flash(_("The log-in has ended."), "success")
        return redirect(url_for("ProfileView.view"))

    @expose("/end-log-ins", methods=["POST"])
    @has_access
    @permission_name("view")
    def end_log_ins(self) -> Response:
        """End all of one's other log-ins."""
        with unit_of_work():
            accounts.end_log_ins(current_actor(), user=_account())
        flash(_("All your other log-ins have ended."), "success")
        return redirect(url_for("ProfileView.view"))

    def _page(
        self,
        *,
        settings: SettingsForm | None = None,
        mail: MailForm | None = None,
        password: PasswordForm | None = None,
    ) -> str:
        """Draw the page; the forms that were not sent stand as they are stored."""
        actor = current_actor()
        sessions = [
            (accounts.session_handle(one.id), one, short_agent(one.agent))
            for one in open_sessions(db.session(), actor.user_id or 0)
        ]
        return render_template(
            "pages/profile.html", actor=actor, user=_account(), sessions=sessions, mail_kinds=mail_kinds(),
            settings=settings or _settings_form(is_stored=True), mail=mail or _mail_form(is_stored=True),
            password=password or PasswordForm(formdata=None),
        )  # fmt: skip


def _account() -> PortalUser:
    user: PortalUser = db.session.get_one(PortalUser, current_actor().user_id)
    return user


def _settings_form(*, is_stored: bool = False) -> SettingsForm:
    """Return the form with the account's settings, and what was sent unless only the stored ones are asked for."""
    user, locale = _account(), str(get_locale())
    zone = user.time_zone or current_app.config["BABEL_DEFAULT_TIMEZONE"]
    stored = {
        "language": user.language or locale,
        "time_zone": zone,
        "theme": user.theme or Theme.SYSTEM.value,
        "keys": (user.choices or {}).get(accounts.KEYS_CHOICE, True),
    }
    form = SettingsForm(formdata=None, data=stored) if is_stored else SettingsForm(data=stored)
    form.time_zone.choices = [SelectChoice(name, label) for name, label in zone_choices(locale, zone)]
    return form


def _mail_form(*, is_stored: bool = False) -> MailForm:
    """Return the form of the mail choices, as `_settings_form` does."""
    choices = _account().choices
    stored = {"topics": [topic for topic, _label in mail_kinds() if wants_mail(choices, topic)]}
    form = MailForm(formdata=None, data=stored) if is_stored else MailForm(data=stored)
    form.topics.choices = [SelectChoice(topic, label) for topic, label in mail_kinds()]
    return form


def _saved() -> Response:
    refresh()
    flash(_("Your settings were saved."), "success")
    return redirect(url_for("ProfileView.view"))
