"""Builds the portal: settings → Flask → database → security → screens. The top of the import graph."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask, g, has_request_context, redirect, request, session, url_for
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFProtect

import models  # noqa: F401  maps every class before the first query
from app import notifications, static_files
from app.approvals import lock
from app.audit import chain
from app.audit.keys import personal_key
from app.core.actor import set_current_actor
from app.core.clock import set_company_zone
from app.core.db import db, declare_read_only
from app.core.i18n import LANGUAGES
from app.jobs import outbox
from app.search import quick
from app.security import access, manager
from app.security.manager import ANONYMOUS, current_request_actor, note_use
from app.services import nouns  # noqa: F401  registers every noun's verbs and approval
from config import Settings
from views import errors, helpers, portal
from views.navigation import portal as portal_frame

ROOT = Path(__file__).resolve().parent
OWN_PASSWORD = frozenset(
    {
        "static",
        "ProfileView.view",
        "ProfileView.password",
        "SessionView.logout",
        "SessionView.language",
        "SessionView.appearance",
    }
)
"""All that is open to an account whose password somebody else chose."""
READING = frozenset({"GET", "HEAD", "OPTIONS"})
CONTENT_SECURITY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def create_app(settings: Settings | None = None) -> Flask:
    """Return the portal's WSGI application.

    Args:
        settings: where to listen, store and how; read from the environment when not given.

    Raises:
        SettingsError: a setting is missing, malformed or unsafe for production.
    """
    settings = settings or Settings.from_environment()
    app = Flask("app", root_path=str(ROOT))
    app.config.from_mapping(settings.flask_config())
    app.config["YINGCE_SETTINGS"] = settings
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "translations")
    set_company_zone(settings.time_zone)
    db.init_app(app)
    _install_ground(settings)
    CSRFProtect(app)
    Talisman(app, force_https=settings.is_production and settings.is_cookie_secure,
             session_cookie_secure=settings.is_cookie_secure, content_security_policy=CONTENT_SECURITY,
             frame_options="DENY", referrer_policy="same-origin",
             strict_transport_security=settings.is_production)  # fmt: skip
    _install_request_cycle(app)
    static_files.install(app)
    errors.install(app)
    manager.install(app)
    with app.app_context():
        portal.install(app)
        helpers.install(app, portal_frame)
    _install_locale(app)
    return app


def _install_ground(settings: Settings) -> None:
    """Hang what must hold for every transaction onto the session class (each is safe to call twice)."""
    session_class = db.session.session_factory.class_
    access.install(session_class)
    lock.install(session_class)
    quick.install(session_class)
    outbox.install(session_class)
    chain.install(session_class, personal_key=personal_key(settings.instance))
    notifications.register_handlers()


def _install_request_cycle(app: Flask) -> None:
    """Begin each request with an actor and a way to read; end it without a session left open."""

    def begin() -> Any:
        g.request_id = uuid4().hex[:16]
        declare_read_only(request.method in READING)
        set_current_actor(ANONYMOUS)
        if request.endpoint not in {"static", None}:
            set_current_actor(current_request_actor())
        log_in = g.get("log_in")
        if log_in is not None and log_in.must_change and request.endpoint not in OWN_PASSWORD:
            return redirect(url_for("ProfileView.view"))
        return None

    def finish(response: Any) -> Any:
        if request.endpoint != "static":
            note_use()
            response.headers["Cache-Control"] = response.headers.get("Cache-Control") or "no-store"
            response.headers["X-Request-Id"] = g.get("request_id", "")
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(finish)


def _install_locale(app: Flask) -> None:
    """Choose the language by account, then by cookie, then by setting; the zone by account."""
    babel = app.extensions["babel"]

    def locale() -> str:
        log_in = g.get("log_in")
        cookie = session.get("locale") if has_request_context() else None  # jobs and commands have no cookie
        wanted = (log_in.language if log_in else None) or cookie
        return str(wanted if wanted in LANGUAGES else app.config["BABEL_DEFAULT_LOCALE"])

    def zone() -> str:
        log_in = g.get("log_in")
        return str((log_in.time_zone if log_in else None) or app.config["BABEL_DEFAULT_TIMEZONE"])

    babel.locale_selector = locale
    babel.timezone_selector = zone
