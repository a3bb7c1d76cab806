"""A portal on a database of its own, with threads and connections that no fixture rolls back."""

from pathlib import Path

from flask import Flask
from flask_babel import Babel

from app.core.db import BindableSession, db
from app.factory import create_app
from app.jobs.outbox import install
from app.notifications import register_handlers
from config import Settings
from models.base import FabModel
from models.users import PortalUser


def make_portal(database_url: str, instance: Path, *, queue_url: str | None = None) -> Flask:
    """Return a portal whose jobs wait in `queue_url`, by default beside the data (the same PostgreSQL)."""
    is_sqlite = database_url.startswith("sqlite")
    queue_url = queue_url or (f"sqlite:///{instance / 'queue.db'}" if is_sqlite else database_url)
    portal = create_app(
        Settings.from_environment(
            {
                "YINGCE_INSTANCE": str(instance),
                "YINGCE_DATABASE_URL": database_url,
                "YINGCE_QUEUE_URL": queue_url,
                "YINGCE_LANGUAGE": "en",
                "YINGCE_DEMO": "never",
            }
        )
    )
    if "babel" not in portal.extensions:
        Babel(portal)
    install(BindableSession)
    register_handlers()
    return portal


def make_tables(portal: Flask) -> None:
    """Create every table."""
    with portal.app_context():
        FabModel.metadata.create_all(db.engine)


def where(portal: Flask) -> list[str]:
    """Return the database's address and the data folder, as arguments for another process."""
    return [portal.config["SQLALCHEMY_DATABASE_URI"], str(portal.config["YINGCE_SETTINGS"].instance)]


def make_user(name: str, *, active: bool = True, language: str | None = "en") -> int:
    """Store an account in a transaction of its own and return its key."""
    user = PortalUser(
        first_name=name,
        last_name="Test",
        username=name,
        email=f"{name}@example.com",
        active=active,
        password="-",
        language=language,
    )
    db.session.add(user)
    db.session.commit()
    key: int = user.id
    return key
