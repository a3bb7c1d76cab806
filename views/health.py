"""Whether the process lives, and whether it can serve: two addresses for whoever watches the portal (R092).

Public and without details: the answer names what is wrong, never an address, a path or a revision.
"""

import logging
import tempfile
from collections.abc import Callable
from functools import lru_cache

from flask import Response, current_app, jsonify
from flask_appbuilder.baseviews import BaseView, expose
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import migration
from app.core.db import db

log = logging.getLogger(__name__)

OK = "ok"


class HealthView(BaseView):
    """`/livez` and `/readyz`."""

    route_base = ""

    @expose("/livez")
    def livez(self) -> Response:
        """Answer 200 as long as the process answers at all; asks no database."""
        return jsonify({"status": OK})

    @expose("/readyz")
    def readyz(self) -> tuple[Response, int]:
        """Answer 200 when requests can be served, else 503; each check says `ok` or what is wrong."""
        checks = {name: _outcome(name, check) for name, check in CHECKS.items()}
        is_ready = all(outcome == OK for outcome in checks.values())
        body = {"status": OK if is_ready else "unavailable", "checks": checks}
        return jsonify(body), 200 if is_ready else 503


def _outcome(name: str, check: Callable[[], str]) -> str:
    try:
        return check()
    except (SQLAlchemyError, OSError) as problem:
        log.warning("readiness: %s failed: %s", name, type(problem).__name__)
        return "failed"


def _database() -> str:
    with db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return OK


@lru_cache(maxsize=1)
def _newest_revision() -> str | None:
    return migration.head_revision()


def _migrations() -> str:
    return (
        OK if migration.current_revision(db.engine) == _newest_revision() else "not migrated to this version"
    )


def _folder() -> str:
    with tempfile.TemporaryFile(dir=current_app.config["YINGCE_SETTINGS"].instance) as file:
        file.write(b"readyz")
    return OK


CHECKS: dict[str, Callable[[], str]] = {"database": _database, "migrations": _migrations, "folder": _folder}
