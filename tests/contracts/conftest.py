"""The portal and its people, for the tests that walk the registries."""

from tests.fixtures_app import app, session
from tests.fixtures_people import people

__all__ = ["app", "people", "session"]
