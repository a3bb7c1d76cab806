"""The pages of accounts: what an administrator does there, and what nobody may do to himself or to others."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash
from werkzeug.test import TestResponse

from app.core.actor import SYSTEM, acting_as
from app.core.errors import WrongState
from app.security import roles
from app.services import accounts
from models.partners import Partner
from models.users import PortalUser, UserSession
from tests.fixtures_people import PASSWORD, People, Person
from tests.screens.reading import denied_codes, hidden, last_entry, post, role_named

NEW = {"username": "zhang.wei", "last_name": "张", "first_name": "伟", "email": "zhang.wei@example.com",
       "active": "y", "password": "Long-Enough-77"}  # fmt: skip

BAD: tuple[tuple[dict[str, Any], str], ...] = (
    ({"password": "short"}, "at least 10 characters"),
    ({"password": "aaaaaaaaaaaa"}, "easy to guess"),
    ({"password": ""}, "needs a password"),
    ({"email": "nowhere"}, "not an e-mail address"),
    ({"username": "with space"}, "Invalid input"),
    ({"last_name": ""}, "required"),
    ({"roles": ["99999"]}, "does not exist any more"),
    ({"partner_id": "99999"}, "does not exist"),
)


def _account(session: Session, username: str) -> PortalUser | None:
    session.expire_all()
    return session.scalars(select(PortalUser).filter_by(username=username)).one_or_none()


def _edit(editor: Person, person: Person, **changes: Any) -> TestResponse:
    """Send the edit form of an account as it would be drawn, with some values changed."""
    client, path = editor.browser(), f"/users/edit/{person.user_id}"
    user = person.session.get(PortalUser, person.user_id, populate_existing=True)
    assert user is not None
    drawn = client.get(path)
    typed = {"username": user.username, "last_name": user.last_name, "first_name": user.first_name,
             "email": user.email, "active": "y", "partner_id": user.partner_id or "",
             "roles": [role.id for role in user.roles], "password": ""}  # fmt: skip
    typed |= {"seen": hidden(drawn, "seen") if drawn.status_code == 200 else "unseen"}
    return post(
        client, path, **{name: value for name, value in (typed | changes).items() if value is not None}
    )


def test_an_account_is_added_found_shown_and_works(people: People, session: Session) -> None:
    client = people.administrator.browser()
    answer = post(client, "/users/add", roles=[role_named(session, "Staff").id], **NEW)
    assert answer.status_code == 302
    shown = client.get(answer.location).text
    assert "张伟" in shown
    assert "Staff" in shown
    listed = client.get("/users/list/?f.username.contains=zhang&sort=username").text
    assert "zhang.wei" in listed
    assert "Staff" in listed
    assert people.staff.username not in listed
    user = _account(session, "zhang.wei")
    assert user is not None
    assert user.must_change_password
    assert user.password is not None
    assert check_password_hash(user.password, NEW["password"])
    for page in (shown, listed, client.get(f"/users/edit/{user.id}").text):
        assert user.password not in page
    stranger = people.anonymous()
    entered = post(stranger, "/login/", username="zhang.wei", password=NEW["password"])
    assert entered.location == "/profile/"


def test_a_bad_account_is_refused_and_what_was_typed_stays(people: People, session: Session) -> None:
    client = people.administrator.browser()
    taken: list[tuple[dict[str, Any], str]] = [
        ({"username": people.staff.username.upper()}, "user name is taken"),
        ({"email": people.staff.user.email.upper()}, "belongs to another account"),
    ]
    for changes, sentence in (*BAD, *taken):
        answer = post(client, "/users/add", **(NEW | changes))
        assert answer.status_code == 422, changes
        assert sentence in answer.text, changes
        assert 'value="伟"' in answer.text, changes
        assert NEW["password"] not in answer.text, changes
        assert _account(session, "zhang.wei") is None, changes


def test_switching_off_ends_cookie_and_token(people: People) -> None:
    browser, program = people.staff.browser(), people.staff.api()
    assert browser.get("/plans/list/").status_code == 200
    assert program.get("/api/v1/plans").status_code == 200
    assert _edit(people.administrator, people.staff, active=None).status_code == 302
    assert browser.get("/plans/list/").status_code == 302
    assert program.get("/api/v1/plans").status_code == 401
    assert (
        post(people.anonymous(), "/login/", username=people.staff.username, password=PASSWORD).status_code
        == 401
    )
    assert _edit(people.administrator, people.staff).status_code == 302
    assert browser.get("/plans/list/").status_code == 302, "switched on again, the old log-ins stay ended"


def test_a_new_password_ends_all_log_ins(people: People) -> None:
    browser, program = people.staff.browser(), people.staff.api()
    assert _edit(people.administrator, people.staff, password="Another-Long-1").status_code == 302
    assert browser.get("/plans/list/").status_code == 302
    assert program.get("/api/v1/plans").status_code == 401
    stranger = people.anonymous()
    assert post(stranger, "/login/", username=people.staff.username, password=PASSWORD).status_code == 401
    assert (
        post(stranger, "/login/", username=people.staff.username, password="Another-Long-1").status_code
        == 302
    )


def test_all_log_ins_can_be_ended(people: People, session: Session) -> None:
    browser, other = people.staff.browser(), people.colleague.browser()
    administrator = people.administrator.browser()
    assert "End all log-ins" in administrator.get(f"/users/show/{people.staff.user_id}").text
    assert post(administrator, f"/users/end-log-ins/{people.staff.user_id}").status_code == 302
    assert browser.get("/plans/list/").status_code == 302
    assert other.get("/plans/list/").status_code == 200
    assert last_entry(session, "end-log-ins").record_id == str(people.staff.user_id)
    assert post(administrator, f"/users/end-log-ins/{people.administrator.user_id}").status_code == 302
    assert administrator.get("/users/list/").status_code == 200, "the log-in in use stays"
    left = session.scalars(
        select(UserSession).filter_by(user_id=people.administrator.user_id, ended_at=None)
    ).all()
    assert len(left) == 1


def test_other_roles_act_with_the_next_request(people: People, session: Session) -> None:
    browser, program = people.staff.browser(), people.staff.api()
    assert browser.get("/audit/list/").status_code == 403
    assert (
        _edit(people.administrator, people.staff, roles=[role_named(session, "Inspector").id]).status_code
        == 302
    )
    assert browser.get("/audit/list/").status_code == 200
    assert browser.get("/plans/add").status_code == 403
    assert program.post("/api/v1/plans", json={}).status_code == 403
    assert _edit(people.administrator, people.staff, roles=None).status_code == 302
    assert browser.get("/audit/list/").status_code == 403
    assert program.get("/api/v1/plans").status_code == 403
    shown = people.administrator.browser().get(f"/audit/show/{last_entry(session, 'update').seq}").text
    assert "− Inspector" in shown


def test_nobody_changes_his_own_roles_or_password_or_switches_himself_off(
    people: People, session: Session
) -> None:
    me = people.administrator
    staff, own = role_named(session, "Staff").id, role_named(session, "Administrator").id
    for changes in (
        {"roles": [own, staff]},
        {"roles": None},
        {"active": None},
        {"password": "Another-Long-1"},
    ):
        answer = _edit(me, me, **changes)
        assert answer.status_code == 403
    assert denied_codes(session) == ["own-roles", "own-roles", "own-account", "own-password"]
    user = _account(session, me.username)
    assert user is not None
    assert user.active
    assert [role.id for role in user.roles] == [own]
    assert check_password_hash(user.password or "", PASSWORD)
    assert _edit(me, me, last_name="Li").status_code == 302, "his name he may change"


def test_the_last_active_administrator_stays(people: People, session: Session) -> None:
    second = _edit(people.administrator, people.director, roles=[role_named(session, "Administrator").id])
    assert second.status_code == 302
    assert _edit(people.director, people.administrator, active=None).status_code == 302
    left = _account(session, people.director.username)
    assert left is not None
    with acting_as(SYSTEM):
        for role_ids, is_active in (([role.id for role in left.roles], False), ([], True)):
            with pytest.raises(WrongState) as refusal:
                accounts.save_account(
                    SYSTEM, user=left, role_ids=role_ids, password=None, is_active=is_active
                )
            assert refusal.value.code == "last-administrator"


def test_rights_beyond_ones_own_are_neither_granted_nor_touched(
    people: People, personnel: Person, session: Session
) -> None:
    chief, staff = role_named(session, roles.ADMINISTRATOR).id, role_named(session, roles.STAFF).id
    director = role_named(session, roles.DIRECTOR).id
    address = people.administrator.user.email
    client = personnel.browser()
    assert post(client, "/users/add", **NEW, roles=[chief]).status_code == 403
    assert post(client, "/users/add", **NEW, roles=[staff, director]).status_code == 403
    assert _edit(personnel, personnel, roles=[chief]).status_code == 403
    assert _edit(personnel, people.colleague, roles=[staff, chief]).status_code == 403
    assert denied_codes(session) == ["grant-beyond-own", "grant-beyond-own", "own-roles", "grant-beyond-own"]
    assert _account(session, NEW["username"]) is None

    assert client.get(f"/users/edit/{people.administrator.user_id}").status_code == 403
    for changes in (
        {"password": "Another-Long-1"},
        {"active": None},
        {"email": "mine@example.com"},
        {"roles": None},
    ):
        assert _edit(personnel, people.administrator, **changes).status_code == 403
    assert post(client, f"/users/end-log-ins/{people.administrator.user_id}").status_code == 403
    assert "account-beyond-own" in denied_codes(session)
    user = _account(session, people.administrator.username)
    assert user is not None
    assert (user.active, user.email, [role.id for role in user.roles]) == (True, address, [chief])
    assert check_password_hash(user.password or "", PASSWORD)
    assert "wider rights than your own" in client.get(f"/users/show/{people.administrator.user_id}").text

    assert post(client, "/users/add", **NEW, roles=[staff]).status_code == 302, "what he holds he may grant"


def test_a_form_drawn_before_somebody_elses_change_is_refused(people: People, session: Session) -> None:
    client, path = people.administrator.browser(), f"/users/edit/{people.staff.user_id}"
    seen = hidden(client.get(path), "seen")
    assert _edit(people.administrator, people.staff, last_name="Wang").status_code == 302
    typed = {
        "username": people.staff.username,
        "last_name": "Zhao",
        "email": "staff@example.com",
        "active": "y",
    }
    answer = post(client, path, **typed, seen=seen, roles=[role_named(session, "Staff").id])
    assert answer.status_code == 409
    user = _account(session, people.staff.username)
    assert user is not None
    assert user.last_name == "Wang"


def test_an_employees_account_is_no_partners_account(people: People, session: Session) -> None:
    partner = session.scalars(select(Partner)).first()
    assert partner is not None
    answer = _edit(people.administrator, people.staff, partner_id=partner.id)
    assert answer.status_code == 422
    assert "belongs to an employee" in answer.text
    found = people.administrator.browser().get("/users/lookup/partner_id?q=经销").json
    assert found == [{"value": partner.id, "text": partner.name}]


def test_what_people_type_is_never_markup(people: People) -> None:
    evil = "<script>alert(1)</script>"
    assert _edit(people.administrator, people.staff, last_name=evil).status_code == 302
    client = people.administrator.browser()
    for path in (
        "/users/list/",
        f"/users/show/{people.staff.user_id}",
        f"/users/edit/{people.staff.user_id}",
    ):
        page = client.get(path).text
        assert evil not in page
        assert "&lt;script&gt;alert(1)" in page
