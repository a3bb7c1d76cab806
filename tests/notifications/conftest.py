"""The portal of the jobs' tests, with people to tell."""

from tests.jobs.conftest import committing_portal, portal

__all__ = ["committing_portal", "portal"]
