"""The portal and its people, for the tests that walk the registries."""

from tests.fixtures_app import session
from tests.fixtures_people import people
from tests.fixtures_peopled import app

__all__ = ["app", "people", "session"]
