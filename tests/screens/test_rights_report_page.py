"""The rights report through its door: who may print it, what it says of stored roles, and that the trail is told."""

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy.orm import Session

from app.security import roles
from tests.fixtures_people import People
from tests.pdf.reading import pages_of, squeezed
from tests.screens.reading import last_entry, role_named


def test_administrator_and_inspector_print_the_stored_rights(people: People, session: Session) -> None:
    role: Role = role_named(session, roles.PARTNER)
    for person in (people.administrator, people.inspector):
        answer = person.browser().get(f"/reports/rights-report.pdf?role={role.id}&locale=en")
        assert answer.status_code == 200
        assert answer.content_type == "application/pdf"
        entry = last_entry(session, "report")
        assert (entry.record_type, entry.user_id) == ("rights-report", person.user_id)
        text = squeezed("\n".join(pages_of(answer.data)))
        for fact in ("Channelpartner'saccount", "Partneragreements", "Ownrecords", "Notices"):
            assert fact in text, fact
        assert "Marketingplans" not in text, "of what is not granted nothing is said"
        assert "AgreementView" not in text
    page = people.inspector.browser().get("/reports/").text
    assert "/reports/rights-report.pdf" in page


def test_nobody_else_prints_it(people: People, session: Session) -> None:
    for person in (people.staff, people.group_lead, people.director, people.analyst, people.partner):
        client = person.browser()
        assert client.get("/reports/rights-report.pdf?locale=en").status_code == 403, person.role
        assert "/reports/rights-report.pdf" not in client.get("/reports/").text, person.role
    assert people.administrator.browser().get("/reports/rights-report.pdf?role=99999").status_code == 404
