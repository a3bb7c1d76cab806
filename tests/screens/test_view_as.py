"""Looking at the portal as a role: its menu, its buttons, its rows, and no way to change anything."""

import pytest
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, acting_as
from app.core.errors import NotAllowed
from app.security import roles
from app.security.access import ONLY_DRAWN, load_log_in
from models.audit import AuditEvent
from models.plans import MarketingPlan
from models.users import DataScope, UserSession
from tests.contracts.sample_rows import SampleRows
from tests.fixtures_people import People, Person, PortalClient
from tests.screens.reading import denied_codes, last_entry, pair_id, post, role_named


def _look(people: People, session: Session, name: str) -> PortalClient:
    client = people.administrator.browser()
    assert post(client, f"/view-as/start/{role_named(session, name).id}").status_code == 302
    return client


def test_the_menu_is_the_roles_and_a_banner_stands_on_every_page(people: People, session: Session) -> None:
    client = _look(people, session, roles.STAFF)
    for path in ("/", "/regions/list/", "/notices/", "/profile/"):
        page = client.get(path)
        assert page.status_code == 200, path
        assert "You see the portal as: Staff" in page.text, path
        assert 'action="/view-as/end"' in page.text, path
    assert 'href="/users/list/"' not in client.get("/").text
    for path in ("/users/list/", "/roles/list/", "/audit/list/"):
        refused = client.get(path)
        assert refused.status_code == 403, path
        assert "You see the portal as" in refused.text
    assert "You see the portal as" not in people.administrator.browser().get("/").text, (
        "another log-in is not touched"
    )


def test_start_and_end_stand_in_the_trail_and_give_the_own_rights_back(
    people: People, session: Session
) -> None:
    client = _look(people, session, roles.STAFF)
    key = str(role_named(session, roles.STAFF).id)
    started = last_entry(session, "view-as.start")
    assert (started.record_type, started.record_id, started.user_id) == (
        "ab_role",
        key,
        people.administrator.user_id,
    )
    assert post(client, "/view-as/end").status_code == 302
    ended = last_entry(session, "view-as.end")
    assert (ended.record_id, ended.user_id) == (key, people.administrator.user_id)
    assert client.get("/users/list/").status_code == 200
    assert "You see the portal as" not in client.get("/").text
    entries = session.scalar(select(func.count()).select_from(AuditEvent))
    assert post(client, "/view-as/end").status_code == 302, "nothing to end"
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == entries


def test_logging_out_ends_the_view(people: People, session: Session) -> None:
    client = _look(people, session, roles.STAFF)
    assert post(client, "/logout/").status_code == 302
    assert last_entry(session, "view-as.end").user_id == people.administrator.user_id
    assert client.get("/users/list/").status_code == 302


def test_every_writing_request_is_refused(people: People, session: Session) -> None:
    staff = role_named(session, roles.STAFF).id
    client = _look(people, session, roles.ADMINISTRATOR)
    before = session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action != "denied"))
    for path in (
        "/regions/add", "/users/add", "/roles/add", f"/roles/edit/{staff}", f"/view-as/start/{staff}", "/language",
        "/appearance", "/profile/password", f"/users/end-log-ins/{people.staff.user_id}", "/audit/verify",
        "/groups/add", "/imports/upload",
    ):  # fmt: skip
        assert post(client, path, language="zh", theme="dark").status_code == 403, path
    assert set(denied_codes(session)) == {"viewing-as"}
    session.expire_all()
    after = session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action != "denied"))
    assert after == before


def test_below_the_pages_no_flush_goes_through(people: People, session: Session) -> None:
    role = role_named(session, roles.ADMINISTRATOR)
    log_in = load_log_in(session, people.administrator.user_id, None, role.id)
    assert log_in is not None
    people.marketing.name = "anders"
    with acting_as(log_in.actor), pytest.raises(NotAllowed):
        session.flush()
    session.rollback()


def test_nothing_is_wider_than_ones_own(people: People, session: Session) -> None:
    own = load_log_in(session, people.administrator.user_id, None)
    assert own is not None
    for role in session.scalars(select(Role)):
        seen = load_log_in(session, people.administrator.user_id, None, role.id)
        assert seen is not None
        held = {(pair.permission.name, pair.view_menu.name) for pair in role.permissions}
        assert seen.actor.permissions <= held, role.name
        more = seen.actor.permissions - own.actor.permissions
        assert {permission for permission, _view in more} <= ONLY_DRAWN, role.name
        assert all(("can_show", view) in own.actor.permissions for _permission, view in more), role.name
        assert seen.rights.roles == {role.name}


def test_the_rows_are_the_own_with_the_roles_scope_and_never_more(people: People, session: Session) -> None:
    with acting_as(SYSTEM):
        plan = SampleRows(session, people.staff).of(MarketingPlan)
        session.commit()
    path = f"/plans/show/{plan.id}"
    assert people.administrator.browser().get(path).status_code == 200, "an administrator reads all plans"
    client = _look(people, session, roles.STAFF)
    assert client.get(path).status_code == 404, "staff read their own"
    with acting_as(SYSTEM):
        plan.owner_id = people.administrator.employee_id
        session.commit()
    assert client.get(path).status_code == 200
    with acting_as(SYSTEM):
        plan.owner_id = people.staff.employee_id
        session.commit()
    with acting_as(SYSTEM):
        scope = session.scalars(
            select(DataScope).filter_by(
                role_id=role_named(session, roles.ADMINISTRATOR).id, record_type="marketing_plan"
            )
        ).one()
        scope.scope = "own"
        session.commit()
    client = _look(people, session, roles.SENIOR)
    assert client.get(path).status_code == 404, "the role sees all, its viewer does not"


def test_the_right_is_needed_and_a_token_never_looks(
    people: People, personnel: Person, session: Session
) -> None:
    key = role_named(session, roles.STAFF).id
    for person in (people.staff, people.inspector, personnel):
        client = person.browser()
        assert post(client, f"/view-as/start/{key}").status_code == 403
        assert "View as this role" not in client.get(f"/roles/show/{key}").text
    assert post(people.administrator.browser(), "/view-as/start/99999").status_code == 404
    assert people.anonymous().post("/view-as/end").status_code in {302, 400}


def test_a_role_that_is_gone_grants_nothing(people: People, session: Session) -> None:
    with acting_as(SYSTEM):
        role = Role(
            name="Passing",
            permissions=[session.get(PermissionView, pair_id(session, "can_list", "UserView"))],
        )
        session.add(role)
        session.commit()
    client = _look(people, session, "Passing")
    assert client.get("/users/list/").status_code == 200
    with acting_as(SYSTEM):
        session.delete(role_named(session, "Passing"))
        session.commit()
    assert client.get("/users/list/").status_code == 403
    assert post(client, "/view-as/end").status_code == 302
    assert client.get("/users/list/").status_code == 200
    assert session.scalars(
        select(UserSession.ended_at).filter_by(user_id=people.administrator.user_id)
    ).all() == [None]
