"""The portal of the jobs' tests, with people to tell."""

from tests.jobs.conftest import portal

__all__ = ["portal"]
