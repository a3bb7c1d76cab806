"""The portal and a rolled-back session for the tests of services and rows."""

from tests.fixtures_app import app, session

__all__ = ["app", "session"]
