"""A rolled-back portal whose mails go to a folder of the test, and a plan to approve."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories.approvals import Case, make_case
from tests.fixtures_app import app, session
from tests.notifications.telling import Post

__all__ = ["app", "session"]


@pytest.fixture
def post(app: Flask, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Post:
    """The folder that mails go to, and the relay that sends them; the portal speaks English."""
    folder = tmp_path / "mail"
    settings = replace(app.config["YINGCE_SETTINGS"], mail_url=folder.as_uri(), language="en")
    monkeypatch.setitem(app.config, "YINGCE_SETTINGS", settings)
    return Post(session, folder)


@pytest.fixture
def case(session: Session, post: Post) -> Case:
    """A draft plan of a staff member with superiors above."""
    return make_case(session)
