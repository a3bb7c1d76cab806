"""Groups: what a group's roles grant counts everywhere, and nobody widens himself by way of one."""

from typing import Any

from flask_appbuilder.security.sqla.models import Group, PermissionView, Role
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.approvals.org_chart import load_chart
from app.approvals.types import OrgNeeds
from app.core.actor import SYSTEM, acting_as
from app.core.clock import today
from app.security import roles
from app.services.role_holders import holders_of
from models.users import PortalUser
from tests.fixtures_people import People, Person
from tests.screens.reading import denied_codes, hidden, last_entry, post, role_named


def _group(session: Session, name: str) -> Group | None:
    session.expire_all()
    return session.scalars(select(Group).filter_by(name=name)).one_or_none()


def _add(editor: Person, name: str, role_ids: list[int], user_ids: list[int]) -> TestResponse:
    return post(editor.browser(), "/groups/add", name=name, label="", roles=role_ids, users=user_ids)


def _edit(editor: Person, group: Group, **changes: Any) -> TestResponse:
    client, path = editor.browser(), f"/groups/edit/{group.id}"
    typed = {"name": group.name, "label": group.label or "", "roles": [role.id for role in group.roles],
             "users": [user.id for user in group.users]}  # fmt: skip
    return post(client, path, seen=hidden(client.get(path), "seen"), **(typed | changes))


def test_members_hold_the_groups_roles_until_they_leave(people: People, session: Session) -> None:
    browser, program = people.staff.browser(), people.staff.api()
    assert browser.get("/audit/list/").status_code == 403
    inspector = role_named(session, roles.INSPECTOR)
    assert _add(people.administrator, "watch", [inspector.id], [people.staff.user_id]).status_code == 302
    assert browser.get("/audit/list/").status_code == 200
    assert program.get("/api/v1/customers").status_code == 200
    created = last_entry(session, "create")
    assert created.record_type == "ab_group"
    holders = {one.user_id: one for one in holders_of([inspector.id])[inspector.id]}
    assert (holders[people.staff.user_id].is_direct, holders[people.staff.user_id].groups) == (
        False,
        ["watch"],
    )
    assert holders[people.inspector.user_id].is_direct
    shown = people.administrator.browser().get(f"/users/show/{people.staff.user_id}").text
    assert "watch" in shown
    group = _group(session, "watch")
    assert group is not None
    assert _edit(people.administrator, group, users=[]).status_code == 302
    assert browser.get("/audit/list/").status_code == 403


def test_a_deleted_group_grants_nothing_any_more(people: People, session: Session) -> None:
    browser = people.staff.browser()
    assert (
        _add(
            people.administrator, "watch", [role_named(session, roles.INSPECTOR).id], [people.staff.user_id]
        ).status_code
        == 302
    )
    group = _group(session, "watch")
    assert group is not None
    client = people.administrator.browser()
    assert post(client, f"/roles/delete/{role_named(session, roles.INSPECTOR).id}").status_code == 409
    assert browser.get("/audit/list/").status_code == 200
    assert post(client, f"/groups/delete/{group.id}").status_code == 302
    assert browser.get("/audit/list/").status_code == 403
    assert _group(session, "watch") is None


def test_a_role_held_through_a_group_is_asked_to_approve(people: People, session: Session) -> None:
    assert (
        _add(
            people.administrator, "seniors", [role_named(session, roles.SENIOR).id], [people.analyst.user_id]
        ).status_code
        == 302
    )
    assert people.staff.employee_id is not None
    chart = load_chart(session, today(), people.staff.employee_id, OrgNeeds(roles=frozenset({roles.SENIOR})))
    holders = {key for key, person in chart.people.items() if roles.SENIOR in person.roles}
    assert holders == {people.senior.employee_id, people.analyst.employee_id}


def test_nobody_widens_himself_through_a_group(people: People, personnel: Person, session: Session) -> None:
    staff, chief = role_named(session, roles.STAFF).id, role_named(session, roles.ADMINISTRATOR).id
    director = role_named(session, roles.DIRECTOR).id
    admin = people.administrator
    assert _add(admin, "mine", [director], [admin.user_id]).status_code == 403, "not even an administrator"
    with acting_as(SYSTEM):
        role = session.get_one(Role, role_named(session, "Personnel").id)
        pairs = session.scalars(select(PermissionView)).unique()
        role.permissions = [
            *role.permissions,
            *(pair for pair in pairs if pair.view_menu.name == "GroupView"),
        ]
        session.commit()
    other = people.colleague.user_id
    for role_ids, user_ids in (([chief], [other]), ([director], [other]), ([staff], [admin.user_id]),
                               ([staff], [personnel.user_id])):  # fmt: skip
        assert _add(personnel, "mine", role_ids, user_ids).status_code == 403, (role_ids, user_ids)
    assert _group(session, "mine") is None
    assert set(denied_codes(session)) == {"own-roles", "grant-beyond-own", "account-beyond-own"}
    assert _add(personnel, "ours", [staff], [other]).status_code == 302, "what he holds he may hand out"
    group = _group(session, "ours")
    assert group is not None
    assert _edit(personnel, group, roles=[staff, chief]).status_code == 403


def test_an_account_in_a_wider_group_is_not_touched(
    people: People, personnel: Person, session: Session
) -> None:
    chief = role_named(session, roles.ADMINISTRATOR).id
    assert _add(people.administrator, "second", [chief], [people.colleague.user_id]).status_code == 302
    client = personnel.browser()
    assert client.get(f"/users/edit/{people.colleague.user_id}").status_code == 403
    assert post(client, f"/users/end-log-ins/{people.colleague.user_id}").status_code == 403


def test_the_last_administrator_may_be_one_through_a_group(people: People, session: Session) -> None:
    chief = role_named(session, roles.ADMINISTRATOR).id
    assert _add(people.administrator, "second", [chief], [people.director.user_id]).status_code == 302
    with acting_as(SYSTEM):
        session.get_one(PortalUser, people.administrator.user_id).roles = []
        session.commit()
    group = _group(session, "second")
    assert group is not None
    with acting_as(SYSTEM):
        session.get_one(PortalUser, people.analyst.user_id).roles = [role_named(session, roles.ADMINISTRATOR)]
        session.commit()
    assert _edit(people.analyst, group, users=[]).status_code == 302, "the analyst is one now"


def test_bad_groups_are_refused_with_what_was_typed(people: People, session: Session) -> None:
    admin, staff = people.administrator, role_named(session, roles.STAFF).id
    assert _add(admin, "first", [staff], []).status_code == 302
    for name, role_ids, user_ids, status in (
        ("", [staff], [], 422), ("x" * 101, [], [], 422), ("FIRST", [], [], 422),
        ("next", [99999], [], 422), ("next", [], [99999], 422), ("next", ["x"], [], 400),
    ):  # fmt: skip
        answer = _add(admin, name, role_ids, user_ids)  # type: ignore[arg-type]  # one of them is no key
        assert answer.status_code == status, (name, role_ids)
    group = _group(session, "first")
    assert group is not None
    client, path = admin.browser(), f"/groups/edit/{group.id}"
    seen = hidden(client.get(path), "seen")
    assert _edit(admin, group, label="Erste").status_code == 302
    assert post(client, path, name="first", label="Late", roles=[staff], seen=seen).status_code == 409
    assert "Erste" in client.get("/groups/list/").text
