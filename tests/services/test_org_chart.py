"""The organisation as of a day: who leads, who holds a role, who sits above whom."""

from datetime import date

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy.orm import Session

from app.approvals.org_chart import load_chart
from app.approvals.routing import resolve_route
from app.approvals.spec import parse_spec
from app.approvals.types import Case, OrgNeeds
from models.org import Employee
from tests.factories.org import Line, make_department, make_employee, make_line, make_placement
from tests.services.expect import statements

DAY = date(2026, 4, 1)


@pytest.fixture
def line(session: Session) -> Line:
    return make_line(session)


def test_the_chain_of_superiors_and_nobody_else_is_loaded(session: Session, line: Line) -> None:
    with statements(session) as seen:
        chart = load_chart(session, DAY, line.staff.id, OrgNeeds())
    assert len(seen) == 1
    assert [one.name for one in chart.superiors(line.staff.id)] == ["Manager", "Director", "Vice", "General"]
    assert line.colleague.id not in chart.people
    assert [one.level for one in chart.superiors(line.staff.id)] == [3, 4, 5, 6]


@pytest.mark.parametrize(
    ("day", "superior"),
    [
        (date(2025, 12, 31), "Manager"),  # before the first assignment: as the employee's row says
        (date(2026, 1, 1), "Director"),
        (date(2026, 2, 28), "Director"),
        (date(2026, 3, 1), "Vice"),
        (date(2027, 1, 1), "Vice"),
    ],
)
def test_assignments_are_half_open(session: Session, line: Line, day: date, superior: str) -> None:
    make_placement(session, line.staff, line.director, date(2026, 1, 1), date(2026, 3, 1))
    make_placement(session, line.staff, line.vice, date(2026, 3, 1))
    assert load_chart(session, day, line.staff.id, OrgNeeds()).superiors(line.staff.id)[0].name == superior


def test_of_overlapping_assignments_the_later_holds(session: Session, line: Line) -> None:
    make_placement(session, line.staff, line.vice, date(2026, 3, 1))
    make_placement(session, line.staff, line.director, date(2026, 1, 1), date(2026, 12, 31))
    chart = load_chart(session, DAY, line.staff.id, OrgNeeds())
    assert chart.superiors(line.staff.id)[0].name == "Vice"


def hold_role(session: Session, name: str, *people: Employee) -> None:
    role = Role(name=name)
    session.add(role)
    for person in people:
        assert person.user is not None
        person.user.roles = [role]
    session.flush()


def test_departments_and_roles_are_loaded_when_a_route_asks(session: Session, line: Line) -> None:
    company = make_department(session)
    line.department.parent, line.department.leader = company, line.manager
    company.leader = chief = make_employee(session, "Chief", level=6, department=company)
    hold_role(session, "Finance", line.colleague, line.general)
    assert line.general.user is not None
    line.general.user.active = False
    session.flush()
    spec = parse_spec(
        {
            "format": 1,
            "steps": [
                {"key": "a", "name": {"en": "A"}, "approvers": [{"rule": "department_leader", "n": 1}]},
                {"key": "b", "name": {"en": "B"}, "approvers": [{"rule": "department_leader", "n": 2}]},
                {"key": "c", "name": {"en": "C"}, "approvers": [{"rule": "role", "role": "Finance"}]},
                {"key": "d", "name": {"en": "D"}, "approvers": [{"rule": "named", "people": [line.vice.id]}]},
            ],
        },
        {},
    )
    needs = OrgNeeds(frozenset({line.vice.id}), frozenset({"Finance"}), has_departments=True)
    with statements(session) as seen:
        chart = load_chart(session, DAY, line.staff.id, needs)
    assert len(seen) <= 4
    question = Case(line.staff.id, line.department.id, None, {})
    asked = [[one.name for one in step.people] for step in resolve_route(spec, question, chart)]
    assert asked == [["Manager"], [chief.name], ["Colleague"], ["Vice"]]


def test_an_unknown_person_gives_an_empty_chart(session: Session) -> None:
    assert load_chart(session, DAY, 10**9, OrgNeeds(has_departments=True)).people == {}
