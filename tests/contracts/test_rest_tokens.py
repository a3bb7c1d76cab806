"""The token door: who gets a token, what it is worth, and when it ends."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask_jwt_extended import create_access_token
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.db import db
from app.security.sessions import end_all_sessions
from models.audit import AuditEvent
from models.users import PortalUser, UserSession
from tests.fixtures_people import PASSWORD, People, PortalClient

DOOR = "/api/v1/security"


def log_in(people: People, **changes: Any) -> Any:
    body = {"username": people.staff.username, "password": PASSWORD, **changes}
    return people.anonymous().post(
        f"{DOOR}/login", json={name: value for name, value in body.items() if value is not None}
    )


def with_token(people: People, token: str) -> PortalClient:
    client = people.anonymous()
    client.token = token
    return client


@pytest.fixture(autouse=True)
def _no_tries_counted(people: People) -> None:
    people.app.extensions["portal_builder"].sm.limiter.reset()


def test_name_and_password_give_a_token_that_works(people: People) -> None:
    answer = log_in(people, refresh=True)
    assert answer.status_code == 200
    assert set(answer.json) == {"access_token", "refresh_token"}
    assert with_token(people, answer.json["access_token"]).get("/api/v1/plans").status_code == 200
    assert set(log_in(people).json) == {"access_token"}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"password": "wrong"}, 401),
        ({"username": "nobody"}, 401),
        ({"password": PASSWORD + " "}, 401),
        ({"password": None}, 422),
        ({"password": ""}, 422),
        ({"username": 5}, 422),
        ({"username": "a\x00b"}, 422),
        ({"username": {"a": 1}}, 422),
        ({"refresh": "yes"}, 422),
        ({"provider": "ldap"}, 422),
        ({"username": "x" * 65}, 422),
    ],
)
def test_anything_else_gives_none(people: People, changes: dict[str, Any], status: int) -> None:
    answer = log_in(people, **changes)
    assert answer.status_code == status
    assert "access_token" not in answer.json
    assert PASSWORD not in answer.text


def test_log_ins_are_written_to_the_trail(people: People, session: Session) -> None:
    log_in(people)
    log_in(people, password="wrong")
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.seq.desc()).limit(2)).all()
    assert actions == ["log-in-failed", "log-in"]


def test_tries_are_limited_per_account_even_with_the_right_password(people: People) -> None:
    statuses = [log_in(people, password="wrong").status_code for _ in range(10)]
    assert set(statuses) == {401}
    assert log_in(people).status_code in {401, 429}


def test_tries_are_limited_per_address(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(people.app.config, "AUTH_RATE_LIMIT", "10 per minute")
    statuses = [log_in(people, username=f"nobody{number}").status_code for number in range(12)]
    assert statuses[:10] == [401] * 10
    assert statuses[10:] == [429] * 2


def test_the_form_is_limited_per_address_too(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(people.app.config, "AUTH_RATE_LIMIT", "10 per minute")
    client = people.stranger.browser()
    client.post("/logout/", data={"csrf_token": client.csrf_token()})

    def attempt(number: int) -> int:
        form = {
            "csrf_token": client.csrf_token(),
            "username": f"nobody{number}",
            "password": "wrong-password",
        }
        return int(client.post("/login/", data=form).status_code)

    assert [attempt(number) for number in range(12)] == [401] * 10 + [429] * 2


def test_a_refresh_token_gives_access_and_nothing_else(people: People) -> None:
    tokens = log_in(people, refresh=True).json
    refreshed = with_token(people, tokens["refresh_token"]).post(f"{DOOR}/refresh")
    assert refreshed.status_code == 200
    assert with_token(people, refreshed.json["access_token"]).get("/api/v1/plans").status_code == 200
    assert with_token(people, tokens["refresh_token"]).get("/api/v1/plans").status_code == 401
    assert with_token(people, tokens["access_token"]).post(f"{DOOR}/refresh").status_code == 401


def test_logging_out_ends_every_token_of_the_session(people: People) -> None:
    tokens = log_in(people, refresh=True).json
    refreshed = with_token(people, tokens["refresh_token"]).post(f"{DOOR}/refresh").json["access_token"]
    assert with_token(people, tokens["access_token"]).post(f"{DOOR}/logout").status_code == 204
    for token in (tokens["access_token"], refreshed):
        assert with_token(people, token).get("/api/v1/plans").status_code == 401
    assert with_token(people, tokens["refresh_token"]).post(f"{DOOR}/refresh").status_code == 401


def test_ending_a_log_in_from_outside_ends_its_tokens(people: People, session: Session) -> None:
    client = people.staff.api()
    assert client.get("/api/v1/plans").status_code == 200
    end_all_sessions(session, people.staff.user_id)
    session.commit()
    assert client.get("/api/v1/plans").status_code == 401


def test_a_switched_off_account_has_no_tokens(people: People, session: Session) -> None:
    client, refresh = people.staff.api(), with_token(people, people.staff.token(refresh=True))
    session.get_one(PortalUser, people.staff.user_id).active = False
    session.commit()
    assert client.get("/api/v1/plans").status_code == 401
    assert refresh.post(f"{DOOR}/refresh").status_code == 401
    assert log_in(people).status_code == 401


def test_a_right_taken_away_is_gone_with_the_next_request(people: People, session: Session) -> None:
    client = people.staff.api()
    assert client.get("/api/v1/plans").status_code == 200
    session.get_one(PortalUser, people.staff.user_id).roles = []
    session.commit()
    assert client.get("/api/v1/plans").status_code == 403


def test_an_idle_session_has_no_tokens(people: People, session: Session) -> None:
    client = people.staff.api()
    for row in session.scalars(select(UserSession).filter_by(user_id=people.staff.user_id)):
        row.seen_at = utc_now() - timedelta(hours=2)
    session.commit()
    assert client.get("/api/v1/plans").status_code == 401


def test_an_old_token_is_refused(people: People) -> None:
    token = people.staff.token()
    with time_machine.travel(utc_now() + timedelta(minutes=31)):
        assert with_token(people, token).get("/api/v1/plans").status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
def test_a_broken_token_is_refused_in_the_usual_form(people: People, token: str) -> None:
    answer = people.anonymous().get(
        "/api/v1/plans", headers={"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    )
    assert (answer.status_code, answer.json["code"]) == (401, "no-token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_without_a_session_is_refused(people: People) -> None:
    with people.app.test_request_context():
        token = create_access_token(identity=str(people.staff.user_id), additional_claims={"sid": "nosuch"})
        db.session.remove()
    assert with_token(people, token).get("/api/v1/plans").status_code == 401


def test_the_session_of_somebody_else_is_no_session(people: People, session: Session) -> None:
    people.administrator.token()
    foreign = session.scalar(select(UserSession.id).filter_by(user_id=people.administrator.user_id))
    with people.app.test_request_context():
        token = create_access_token(identity=str(people.staff.user_id), additional_claims={"sid": foreign})
    assert with_token(people, token).get("/api/v1/plans").status_code == 401
