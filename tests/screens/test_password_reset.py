"""A forgotten password: a link by mail that works once, for half an hour, and tells nobody who has an account."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from app.jobs.outbox import Delivery
from app.notifications.password_mail import send_reset_mail
from app.services.password_reset import TOPIC
from models.audit import AuditEvent
from models.outbox import OutboxMessage
from models.users import PortalUser
from tests.fixtures_people import PASSWORD, People, fresh_context
from tests.screens.reading import last_entry, post

NEW = "Quite-New-Words-7"


@pytest.fixture(autouse=True)
def _fresh_limits(app: Flask) -> None:
    """Forget who asked how often in the tests before."""
    app.appbuilder.sm.limiter.reset()  # type: ignore[attr-defined]


def _asked(session: Session) -> list[OutboxMessage]:
    session.expire_all()
    return list(session.scalars(select(OutboxMessage).filter_by(topic=TOPIC).order_by(OutboxMessage.id)))


def _mailed(app: Flask, message: OutboxMessage) -> tuple[str, str]:
    """Deliver one message; return the receiver and the path of the link."""
    folder = Path(app.config["YINGCE_SETTINGS"].instance) / "mail"
    delivery = Delivery(message.id, message.topic, dict(message.payload), 1)
    with fresh_context(app):
        send_reset_mail(delivery)
    content = (folder / f"password-reset-{delivery.id}.eml").read_bytes()
    mail = message_from_bytes(content, policy=policy.default)
    found = re.search(r"https?://[^/\s]+(/password/reset/\S+)", mail.get_content())
    assert found is not None
    return str(mail["To"]), found.group(1)


def _link(app: Flask, people: People, session: Session) -> str:
    assert post(people.anonymous(), "/password/forgot", name=people.staff.username).status_code == 200
    return _mailed(app, _asked(session)[-1])[1]


def test_the_link_sets_a_new_password_and_ends_all_log_ins(
    app: Flask, people: People, session: Session
) -> None:
    browser, program = people.staff.browser(), people.staff.api()
    client = people.anonymous()
    with client.session_transaction() as cookie:
        cookie["locale"] = "en"
    assert "/password/forgot" in client.get("/login/").text
    page = post(client, "/password/forgot", name=people.staff.user.email.upper())
    assert "is on its way" in page.text
    receiver, link = _mailed(app, _asked(session)[-1])
    assert receiver == f"{people.staff.username}@example.com"
    before = people.staff.user.password
    for _times in range(2):
        assert client.get(link).status_code == 200
    session.expire_all()
    assert session.get_one(PortalUser, people.staff.user_id).password == before, "looking changes nothing"
    answer = post(client, link, new=NEW, again=NEW)
    assert answer.status_code == 302
    assert browser.get("/profile/").status_code == 302
    assert program.get("/api/v1/plans").status_code == 401
    assert post(client, "/login/", username=people.staff.username, password=PASSWORD).status_code == 401
    assert post(client, "/login/", username=people.staff.username, password=NEW).status_code == 302
    entry = last_entry(session, "password-reset")
    assert (entry.record_id, entry.user_id) == (str(people.staff.user_id), people.staff.user_id)
    assert people.colleague.browser().get("/profile/").status_code == 200


def test_a_link_works_once_and_kills_those_before_it(app: Flask, people: People, session: Session) -> None:
    first, second = _link(app, people, session), _link(app, people, session)
    client = people.anonymous()
    assert post(client, second, new=NEW, again=NEW).status_code == 302
    for link in (first, second):
        assert client.get(link).status_code == 410
        assert post(client, link, new="Another-One-88", again="Another-One-88").status_code == 410
    assert post(client, "/login/", username=people.staff.username, password=NEW).status_code == 302


def test_a_link_dies_after_half_an_hour_and_none_can_be_made_up(
    app: Flask, people: People, session: Session
) -> None:
    link = _link(app, people, session)
    client = people.anonymous()
    with time_machine.travel(_in(29)):
        assert client.get(link).status_code == 200
    with time_machine.travel(_in(31)):
        assert post(client, link, new=NEW, again=NEW).status_code == 410
    for broken in (link[:-2] + "xx", "/password/reset/abc", "/password/reset/WzEsIngiXQ.aaaa.bbbb"):
        assert client.get(broken).status_code == 410, broken
    with acting_as(SYSTEM):
        session.get_one(PortalUser, people.staff.user_id).active = False
        session.commit()
    assert client.get(link).status_code == 410, "switched off"


def _in(minutes: int) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


def test_nobody_learns_who_has_an_account(people: People, session: Session) -> None:
    client = people.anonymous()
    with acting_as(SYSTEM):
        people.colleague.user.active = False
        session.commit()
    answers = {}
    for name in (
        people.staff.username,
        "nobody-of-this-name",
        "nobody@example.com",
        people.colleague.username,
    ):
        page = post(client, "/password/forgot", name=name)
        answers[name] = (page.status_code, re.sub(r'value="[^"]+"', "", page.text))
    assert len(set(answers.values())) == 1
    assert [message.payload for message in _asked(session)] == [{"user_id": people.staff.user_id}]
    entries = session.scalars(select(AuditEvent).filter_by(action="password-reset-asked")).all()
    assert len(entries) == 4
    assert all("example" not in str(entry.changes) for entry in entries)


def test_a_mailbox_is_not_flooded(people: People, session: Session) -> None:
    client = people.anonymous()
    pages = {post(client, "/password/forgot", name=people.staff.username).status_code for _times in range(6)}
    assert pages == {200}
    assert len(_asked(session)) == 3


def test_a_bad_password_is_refused_and_the_link_stays_good(
    app: Flask, people: People, session: Session
) -> None:
    link = _link(app, people, session)
    client = people.anonymous()
    for new, again in (("short", "short"), ("password1234", "password1234"), (NEW, "Other-Words-99")):
        assert post(client, link, new=new, again=again).status_code == 422
    assert post(client, link, new=NEW, again=NEW).status_code == 302
