"""One's own account: settings that are obeyed, mails that are wanted, log-ins that end; the bell; the log-in page."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from app.jobs.outbox import Delivery, relay_once
from app.notifications.mail_choice import KINDS, UNWANTED
from app.notifications.notices import make_notices
from app.notifications.texts import TEXTS
from app.services.accounts import session_handle
from models.outbox import Notice, OutboxMessage
from models.users import PortalUser, UserSession
from tests.fixtures_people import People, Person
from tests.screens.reading import last_entry, post
from views.agents import short_agent
from views.zones import zone_choices

SETTINGS = {"language": "zh_Hant_TW", "time_zone": "America/New_York", "theme": "dark"}


def _user(session: Session, person: Person) -> PortalUser:
    return session.get_one(PortalUser, person.user_id, populate_existing=True)


def test_settings_are_stored_and_obeyed(people: People, session: Session) -> None:
    client = people.staff.browser()
    assert 'data-keys="off"' not in client.get("/").text
    assert post(client, "/profile/", **SETTINGS).status_code == 302
    user = _user(session, people.staff)
    assert (user.language, user.time_zone, user.theme) == tuple(SETTINGS.values())
    assert user.choices == {"keys": False}, "the switch was not sent, so it is off"
    page = client.get("/").text
    assert '<html lang="zh-TW" data-theme="dark">' in page
    assert 'data-keys="off"' in page
    post(client, "/profile/", **SETTINGS, keys="y")
    assert 'data-keys="off"' not in client.get("/").text


@pytest.mark.parametrize("change", [{"time_zone": "Asia/Nowhere"}, {"language": "xx"}, {"theme": "pink"}])
def test_what_is_no_setting_is_refused(people: People, session: Session, change: dict[str, str]) -> None:
    client = people.staff.browser()
    assert post(client, "/profile/", **{**SETTINGS, **change}).status_code == 422
    assert _user(session, people.staff).theme is None


def test_zones_are_named_in_the_readers_language_with_their_difference(app: Flask) -> None:
    with app.test_request_context():
        zones = dict(zone_choices("zh"))
        assert zones["Asia/Shanghai"] == "UTC+08:00 上海 · 中国"
        assert zones["Asia/Kolkata"].startswith("UTC+05:30 ")
        assert zones["America/Los_Angeles"].startswith("UTC−0")
        assert len(zones) > 400
        assert dict(zone_choices("en", "Asia/Chongqing"))["Asia/Chongqing"] == "Asia/Chongqing"


def test_a_kind_of_notice_that_is_not_wanted_sends_no_mail(
    app: Flask, people: People, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(app.config["YINGCE_SETTINGS"], mail_url=(tmp_path / "mail").as_uri())
    monkeypatch.setitem(app.config, "YINGCE_SETTINGS", settings)
    client = people.staff.browser()
    wanted = [topic for topic in TEXTS if topic != "approval.approved"]
    assert post(client, "/profile/notifications", topics=wanted).status_code == 302
    assert _user(session, people.staff).choices == {UNWANTED: ["approval.approved"]}
    page = client.get("/profile/").text
    assert re.search(r'value="approval.rejected"[^>]* checked', page)
    assert not re.search(r'value="approval.approved"[^>]* checked', page)
    with acting_as(SYSTEM):
        for topic in ("approval.approved", "approval.rejected"):
            _notify(session, people.staff, topic)
        sum(iter(relay_once, 0))
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1
    assert len(session.scalars(select(Notice).where(Notice.user_id == people.staff.user_id)).all()) == 2
    assert post(client, "/profile/notifications", topics=["no.such"]).status_code == 422
    assert post(client, "/profile/notifications").status_code == 302
    assert _user(session, people.staff).choices == {UNWANTED: sorted(TEXTS)}


def _notify(session: Session, person: Person, topic: str) -> int:
    facts = {"record_type": "marketing_plan", "record_id": 7, "title": "春季<促销>", "actor_name": "王芳"}
    message = OutboxMessage(topic="test.told", payload=facts)
    session.add(message)
    session.flush()
    assert person.employee_id is not None
    (notice,) = make_notices(
        session, Delivery(message.id, topic, facts, 1), employee_ids=[person.employee_id]
    )
    session.commit()
    return int(notice.id)


def test_every_kind_of_notice_has_a_name_to_choose_by() -> None:
    assert set(TEXTS) <= set(KINDS)


def test_a_log_in_elsewhere_is_ended_by_hand(people: People, session: Session) -> None:
    here, there, other = people.staff.browser(), people.staff.browser(), people.colleague.browser()
    page = here.get("/profile/").text
    keys = session.scalars(select(UserSession.id).where(UserSession.user_id == people.staff.user_id)).all()
    assert not [key for key in keys if key in page], "the key of a log-in stands on no page"
    with here.session_transaction() as cookie:
        mine = session_handle(cookie["sid"])
    handles = re.findall(r'name="log_in" value="([0-9a-f]+)"', page)
    assert len(handles) == 1
    assert mine not in handles
    for handle in (mine, "0" * 16, ""):
        post(here, "/profile/end-log-in", log_in=handle)
    assert here.get("/profile/").status_code == 200
    assert there.get("/profile/").status_code == 200
    stranger = people.colleague.browser()
    post(stranger, "/profile/end-log-in", log_in=handles[0])
    assert there.get("/profile/").status_code == 200, "nobody ends another's"
    post(here, "/profile/end-log-in", log_in=handles[0])
    assert there.get("/profile/").status_code == 302
    assert here.get("/profile/").status_code == 200
    assert last_entry(session, "end-log-ins").record_id == str(people.staff.user_id)
    third = people.staff.browser()
    post(here, "/profile/end-log-ins")
    assert third.get("/profile/").status_code == 302
    assert here.get("/profile/").status_code == 200
    assert other.get("/profile/").status_code == 200


def test_the_bell_shows_what_was_not_read_and_all_is_read_at_once(people: People, session: Session) -> None:
    with acting_as(SYSTEM):
        keys = [_notify(session, people.staff, "approval.approved") for _number in range(7)]
        other = _notify(session, people.colleague, "approval.approved")
    client = people.staff.browser()
    part = client.get("/notices/latest").text
    assert "<html" not in part
    assert 'data-unread="7"' in part
    assert "春季&lt;促销&gt;" in part
    opened = [int(key) for key in re.findall(r"/notices/open/(\d+)", part)]
    assert opened == sorted(keys, reverse=True)[:5]
    token = {"csrf_token": client.csrf_token()}
    answer = client.post("/notices/read-all", data=token, headers={"HX-Request-Type": "partial"})
    assert 'data-unread="0"' in answer.text
    assert client.post("/notices/read-all", data=token).location == "/notices/"
    assert session.get_one(Notice, other, populate_existing=True).read_at is None


def test_the_log_in_page_ties_the_refusal_to_its_field(people: People) -> None:
    client = people.anonymous()
    page = client.get("/login/")
    assert "data-show-password" in page.text
    assert page.text.count('name="language"') == 3
    answer = post(client, "/login/", username="staff", password="wrong-password")
    assert answer.status_code == 401
    field = re.search(r'<input[^>]*name="password"[^>]*>', answer.text)
    assert field is not None
    assert 'aria-invalid="true"' in field.group()
    assert 'aria-describedby="password-error"' in field.group()
    assert 'id="password-error"' in answer.text


@pytest.mark.parametrize(
    ("agent", "short"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36", "Chrome · Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36 Edg/156.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1 MicroMessenger/8.0", "WeChat · iPhone"),
        ("curl/8.0", "curl/8.0"),
        (None, ""),
    ],
)  # fmt: skip
def test_a_browser_is_recognised_by_a_short_name(agent: str | None, short: str) -> None:
    assert short_agent(agent) == short
