"""The table of a role: what is ticked acts at once, and nobody ticks for himself."""

import re
from html import unescape
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import PermissionView, Role
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.core.actor import Actor
from app.core.errors import NotAllowed
from app.security import access, roles
from app.services.grants import scopes_of_role
from app.services.roles import save_role
from models.users import DataScope, Scope
from reports.registry import REPORTS
from reports.rights_words import resources, verb_label
from tests.fixtures_people import People, Person, PortalClient
from tests.screens.reading import denied_codes, held_by, hidden, last_entry, pair_id, post, role_named
from views.registry import AREAS


class Table:
    """The form of a role's table as a browser would send it."""

    def __init__(self, client: PortalClient, role: Role) -> None:
        """Read the drawn table."""
        self.client, self.role_id = client, role.id
        page = client.get(f"/roles/show/{role.id}")
        assert page.status_code == 200
        self.values: dict[str, Any] = {"seen": hidden(page, "seen")}
        boxes = re.findall(r'<input[^>]* name="right" value="(\d+)"[^>]*>', page.text)
        ticked = re.findall(r'<input[^>]* name="right" value="(\d+)"[^>]* checked[^>]*>', page.text)
        assert len(boxes) > len(ticked) > 0
        self.rights = {int(key) for key in ticked}
        for name, options in re.findall(
            r'<select[^>]* name="(scope\.\w+)".*?>(.*?)</select>', page.text, re.DOTALL
        ):
            chosen = re.search(r'value="(\w+)" selected', options)
            assert chosen is not None, name
            self.values[name] = unescape(chosen.group(1))

    def save(self) -> TestResponse:
        """Send the form."""
        return post(self.client, f"/roles/edit/{self.role_id}", right=sorted(self.rights), **self.values)


def test_saving_the_table_as_drawn_changes_nothing(people: People, session: Session) -> None:
    client = people.administrator.browser()
    for name in (roles.STAFF, roles.DIRECTOR):
        role = role_named(session, name)
        before = held_by(role), scopes_of_role(role)
        assert len(before[0]) > 50
        assert Table(client, role).save().status_code == 302
        session.expire_all()
        assert (held_by(role_named(session, name)), scopes_of_role(role)) == before


def test_every_right_and_every_scope_stands_in_the_table(people: People, session: Session) -> None:
    role = role_named(session, roles.STAFF)
    page = people.administrator.browser().get(f"/roles/show/{role.id}").text
    drawn = {int(key) for key in re.findall(r'name="right" value="(\d+)"', page)}
    assert drawn == set(session.scalars(select(PermissionView.id)))
    types = set(session.scalars(select(DataScope.record_type).filter_by(role_id=role.id)))
    assert set(re.findall(r'name="scope\.(\w+)"', page)) >= types
    titles = [
        unescape(text)
        for text in re.findall(r'<th scope="row"><div class="row-head"><span>(.*?)</span>', page)
    ]
    assert {
        "Marketing plans",
        "Accounts",
        "Roles",
        "Audit trail",
        "My tasks",
        "Tasks",
        "Notices",
        "My account",
        "Approvals",
    } <= set(titles)
    with force_locale("en"):
        assert {str(report.title) for report in REPORTS} <= set(titles)
    assert titles.index("Marketing plans") < titles.index("Budget lines") < titles.index("Company objectives")


def test_ticked_rights_and_rows_act_with_the_next_request(people: People, session: Session) -> None:
    staff, program = people.staff.browser(), people.staff.api()
    assert staff.get("/plans/list/").status_code == 200
    assert staff.get("/users/list/").status_code == 403
    role = role_named(session, roles.STAFF)
    table = Table(people.administrator.browser(), role)
    table.rights.remove(pair_id(session, "can_list", "MarketingPlanView"))
    table.rights.add(pair_id(session, "can_list", "UserView"))
    table.values["scope.marketing_plan"] = "department"
    table.values["scope.appraisal"] = "none"
    assert table.save().status_code == 302
    assert staff.get("/plans/list/").status_code == 403
    assert program.get("/api/v1/plans").status_code == 403
    assert staff.get("/users/list/").status_code == 200
    scopes = scopes_of_role(role)
    assert scopes["marketing_plan"] is Scope.DEPARTMENT
    assert "appraisal" not in scopes
    entry = last_entry(session, "update")
    assert entry.user_id == people.administrator.user_id


def test_a_role_is_copied_given_taken_back_and_deleted(people: People, session: Session) -> None:
    client, source = people.administrator.browser(), role_named(session, roles.GROUP_LEAD)
    for name in ("", "x" * 65, "groupLEAD"):
        answer = post(client, "/roles/add", source=source.id, name=name)
        assert answer.status_code == 422, name
    answer = post(client, "/roles/add", source=source.id, name="Deputy")
    assert answer.status_code == 302
    made = role_named(session, "Deputy")
    assert held_by(made) == held_by(source)
    assert scopes_of_role(made) == scopes_of_role(source)
    people.staff.user.roles = [made]
    session.commit()
    key = made.id
    assert post(client, f"/roles/delete/{key}").status_code == 409, "held by somebody"
    people.staff.user.roles = []
    session.commit()
    assert post(client, f"/roles/delete/{key}").status_code == 302
    assert session.get(Role, key, populate_existing=True) is None
    assert session.scalars(select(DataScope).filter_by(role_id=key)).all() == []
    assert post(client, f"/roles/delete/{source.id}").status_code == 409, "one of the portal's own"
    assert denied_codes(session) == ["role-in-use", "seeded-role"]


def test_a_table_drawn_before_somebody_elses_change_is_refused(people: People, session: Session) -> None:
    client, role = people.administrator.browser(), role_named(session, roles.STAFF)
    first, second = Table(client, role), Table(client, role)
    first.rights.remove(pair_id(session, "can_list", "MarketingPlanView"))
    second.rights.remove(pair_id(session, "can_list", "ChannelView"))
    assert first.save().status_code == 302
    answer = second.save()
    assert answer.status_code == 409
    assert "Somebody else changed this role" in answer.text
    held = held_by(role_named(session, roles.STAFF))
    assert ("can_list", "ChannelView") in held
    assert ("can_list", "MarketingPlanView") not in held


def test_malformed_tables_are_refused(people: People, session: Session) -> None:
    client, role = people.administrator.browser(), role_named(session, roles.STAFF)
    before = held_by(role)
    table = Table(client, role)
    for right, values, status in (
        (["x"], {}, 400), ([99999999], {}, 422), ([-1], {}, 400), ([2**40], {}, 400),
        ([], {"scope.marketing_plan": "everything"}, 400), ([], {"scope.ab_user": "all"}, 422),
    ):  # fmt: skip
        assert (
            post(client, f"/roles/edit/{role.id}", **(table.values | values), right=right).status_code
            == status
        )
    session.expire_all()
    assert held_by(role_named(session, roles.STAFF)) == before


def test_an_administrator_gives_nothing_more_to_his_own_role(people: People, session: Session) -> None:
    client, own = people.administrator.browser(), role_named(session, roles.ADMINISTRATOR)
    right = pair_id(session, "can_add", "MarketingPlanView")
    table = Table(client, own)
    drawn = client.get(f"/roles/show/{own.id}").text
    assert re.search(rf'name="right" value="{right}"[^>]* disabled', drawn)
    table.rights.add(right)
    assert table.save().status_code == 403
    for verb, resource in (("can_edit", "UserView"), ("can_show", "RoleView")):
        table = Table(client, own)
        table.rights.remove(pair_id(session, verb, resource))
        assert table.save().status_code == 409
    assert denied_codes(session) == ["grant-beyond-own", "administrator-lockout", "administrator-lockout"]
    assert ("can_add", "MarketingPlanView") not in held_by(role_named(session, roles.ADMINISTRATOR))
    table = Table(client, own)
    table.rights.remove(pair_id(session, "can_export", "ChannelView"))
    assert table.save().status_code == 302, "less he may give himself"


def test_nobody_else_widens_a_role_beyond_himself(
    people: People, personnel: Person, session: Session
) -> None:
    client = personnel.browser()
    staff, own = role_named(session, roles.STAFF), role_named(session, "Personnel")
    before = held_by(staff), scopes_of_role(staff)
    beyond = pair_id(session, "can_list", "AuditEventView")

    table = Table(client, staff)
    table.rights.add(beyond)
    assert table.save().status_code == 403
    table = Table(client, staff)
    table.values["scope.marketing_plan"] = "all"
    assert table.save().status_code == 403
    table = Table(client, own)
    table.rights.add(beyond)
    assert table.save().status_code == 403
    table = Table(client, own)
    table.rights.remove(pair_id(session, "can_list", "ChannelView"))
    assert table.save().status_code == 403, "not even less"
    chief = role_named(session, roles.ADMINISTRATOR)
    assert Table(client, chief).save().status_code == 403
    assert post(client, "/roles/add", source=chief.id, name="Mine").status_code == 403
    assert denied_codes(session) == ["grant-beyond-own", "grant-beyond-own", "own-role", "own-role",
                                     "grant-beyond-own", "grant-beyond-own"]  # fmt: skip
    session.expire_all()
    assert (held_by(role_named(session, roles.STAFF)), scopes_of_role(staff)) == before
    assert beyond not in {pair.id for pair in role_named(session, "Personnel").permissions}
    table = Table(client, staff)
    table.rights.add(pair_id(session, "can_list", "UserView"))
    assert table.save().status_code == 302, "what he holds he may grant to others"


def test_no_seeded_role_can_grant_itself_any_right(people: People, session: Session) -> None:
    """Every role × a spread of the rights that it lacks, at the service below all pages (R090)."""
    pairs = {
        pair.id: (pair.permission.name, pair.view_menu.name)
        for pair in session.scalars(select(PermissionView)).unique()
    }
    tried = 0
    for person in people.all().values():
        actor = _actor(session, person)
        (role,) = session.scalars(select(Role).where(Role.id.in_(actor.role_ids)))
        held = {pair.id for pair in role.permissions}
        missing = sorted(set(pairs) - held)
        for key in missing[:: max(len(missing) // 25, 1)]:
            with pytest.raises(NotAllowed):
                save_role(actor, role=role, pair_ids={*held, key}, scopes={})
            tried += 1
        narrow = [kind for kind, scope in scopes_of_role(role).items() if scope is not Scope.ALL]
        for kind in narrow[:3]:
            with pytest.raises(NotAllowed):
                save_role(actor, role=role, pair_ids=held, scopes={kind: Scope.ALL})
            tried += 1
    assert tried > 200


def _actor(session: Session, person: Person) -> Actor:
    log_in = access.load_log_in(session, person.user_id, None)
    assert log_in is not None
    return log_in.actor


def test_every_right_has_a_name_in_business_words(people: People, session: Session) -> None:
    """No technical name stands in the table, whatever screens and verbs the portal has."""
    names = {pair.view_menu.name for pair in session.scalars(select(PermissionView)).unique()}
    verbs = {
        pair.permission.name.removeprefix("can_") for pair in session.scalars(select(PermissionView)).unique()
    }
    role = role_named(session, roles.STAFF)
    with people.app.test_request_context(), force_locale("en"):
        described = {resource.name: str(resource.title) for resource in resources()}
        untold = sorted(verb for verb in verbs if str(verb_label(verb)) == verb)
    assert sorted(name for name in names if described.get(name, name) in {name, ""}) == []
    assert untold == []
    page = people.administrator.browser().get(f"/roles/show/{role.id}").text
    for name in names:
        assert f">{name}<" not in page
        assert f'"{name}:' not in page


def test_lines_stand_under_their_parents_in_the_areas_of_the_menu(people: People, session: Session) -> None:
    page = people.administrator.browser().get(f"/roles/show/{role_named(session, roles.STAFF).id}").text
    areas = [unescape(text) for text in re.findall(r'<th scope="rowgroup"[^>]*>(.*?)</th>', page)]
    with force_locale("en"):
        in_menu = [str(area.label) for area in AREAS]
    assert [area for area in areas if area in in_menu] == [area for area in in_menu if area in areas]
    lines = re.findall(r'<tr data-row="([^"]*)" class="is-line">', page)
    assert {"Goals", "Budget lines"} <= {unescape(line) for line in lines}
    assert "Marketing plans" not in lines
