"""Builds the portal: settings → Flask → database → security → screens. The top of the import graph."""

from flask import Flask

import models  # noqa: F401  maps every class before the first query
from app.core.clock import set_company_zone
from app.core.db import db
from config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Return the portal's WSGI application.

    Args:
        settings: where to listen, store and how; read from the environment when not given.

    Raises:
        SettingsError: a setting is missing, malformed or unsafe for production.
    """
    settings = settings or Settings.from_environment()
    app = Flask("app", root_path=None)
    app.config.from_mapping(settings.flask_config())
    app.config["YINGCE_SETTINGS"] = settings
    set_company_zone(settings.time_zone)
    db.init_app(app)
    return app
