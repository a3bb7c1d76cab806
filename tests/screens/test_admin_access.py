"""Every page of administration: for nobody, for somebody without the right, for somebody with it."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import AuditEvent
from tests.fixtures_people import People
from tests.screens.reading import denied_codes, post, role_named

ADMIN_PAGES = ("/users/list/", "/users/show/{user}", "/users/add", "/users/edit/{user}", "/users/lookup/partner_id",
               "/roles/list/", "/roles/show/{role}", "/jobs/list/")  # fmt: skip
AUDIT_PAGES = ("/audit/list/", "/audit/show/1")
OWN_PAGES = ("/notices/", "/my-jobs/", "/profile/")
COMMANDS = ("/users/end-log-ins/{user}", "/roles/add", "/roles/edit/{role}", "/roles/delete/{role}",
            "/jobs/cancel/1", "/audit/verify", "/notices/read", "/notices/open/1", "/my-jobs/cancel/1")  # fmt: skip
MISSING = (
    "/users/show/999999", "/users/edit/x", "/users/show/99999999999999999999", "/roles/show/0", "/roles/show/-1",
    "/audit/show/999999", "/audit/show/x", "/audit/show/9999999999999999999999", "/jobs/show/1", "/my-jobs/show/x",
    "/go/nothing/1", "/go/marketing_plan/x", "/users/lookup/password",
)  # fmt: skip
MALFORMED = (
    "/users/list/?sort=password", "/users/list/?f.password.eq=x", "/users/list/?page=x", "/users/list/?f.email.sw=x",
    "/users/list/?after=x", "/users/lookup/partner_id?q=" + "x" * 101, "/jobs/list/?f.params.eq=1",
    "/audit/list/?since=yesterday", "/audit/list/?until=0001-01-01", "/audit/list/?before=-1",
    "/audit/list/?before=99999999999999999999999", "/audit/list/?who=" + "x" * 65, "/audit/list/?action=%00",
    "/notices/?before=x",
)  # fmt: skip


def _filled(path: str, people: People, session: Session) -> str:
    return path.format(user=people.colleague.user_id, role=role_named(session, "Staff").id)


def test_nobody_is_sent_to_the_log_in(people: People, session: Session) -> None:
    client = people.anonymous()
    for page in (*ADMIN_PAGES, *AUDIT_PAGES, *OWN_PAGES, "/go/marketing_plan/1"):
        answer = client.get(_filled(page, people, session))
        assert answer.status_code == 302, page
        assert answer.location.startswith("/login/?next="), page


def test_no_command_without_log_in_or_form_token_or_by_get(people: People, session: Session) -> None:
    anonymous, administrator = people.anonymous(), people.administrator.browser()
    before = session.scalar(select(func.max(AuditEvent.seq)))
    for command in COMMANDS:
        path = _filled(command, people, session)
        assert post(anonymous, path).location.startswith("/login/?next="), path
        assert administrator.get(path).status_code == 405, path
        assert administrator.post(path).status_code == 400, path
    assert session.scalar(select(func.max(AuditEvent.seq))) == before


def test_administration_is_for_administrators(people: People, session: Session) -> None:
    paths = [_filled(page, people, session) for page in ADMIN_PAGES]
    for person in (people.staff, people.director, people.inspector, people.partner):
        client = person.browser()
        assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 403)
    assert denied_codes(session) == ["no-right"] * 4 * len(paths)
    client = people.administrator.browser()
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_commands_of_administration_are_for_administrators(people: People, session: Session) -> None:
    staff = people.staff.browser()
    for command in COMMANDS[:6]:
        assert post(staff, _filled(command, people, session)).status_code == 403, command
    assert denied_codes(session) == ["no-right"] * 6


def test_the_trail_is_for_supervisors(people: People) -> None:
    for person in (people.staff, people.group_lead, people.director, people.analyst, people.partner):
        client = person.browser()
        assert [client.get(page).status_code for page in AUDIT_PAGES] == [403, 403], person.role
    for person in (people.administrator, people.inspector, people.senior):
        client = person.browser()
        assert [client.get(page).status_code for page in AUDIT_PAGES] == [200, 200], person.role


def test_the_menu_shows_only_what_opens(people: People) -> None:
    seen = people.administrator.browser().get("/profile/").text
    for path in ("/users/list/", "/roles/list/", "/jobs/list/", "/audit/list/", "/my-jobs/", "/notices/"):
        assert f'href="{path}"' in seen
    seen = people.staff.browser().get("/profile/").text
    for path in ("/users/list/", "/roles/list/", "/jobs/list/", "/audit/list/"):
        assert f'href="{path}"' not in seen
    assert 'href="/my-jobs/"' in seen


def test_what_is_not_there_is_a_404_and_a_bad_address_a_400(people: People) -> None:
    client = people.administrator.browser()
    assert {path: client.get(path).status_code for path in MISSING} == dict.fromkeys(MISSING, 404)
    for path in MALFORMED:
        answer = client.get(path)
        assert answer.status_code == 400, path
        assert 'error-page"' in answer.text, path
