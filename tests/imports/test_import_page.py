"""The whole way in the browser: upload, mapping, trial, storing, undo; and who may not."""

import io
import re
from pathlib import Path
from threading import Event
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.core.actor import SYSTEM, acting_as
from app.imports.uploads import upload_folder
from app.jobs.runner import run_job
from models.audit import AuditEvent
from models.imports import ImportBatch
from models.outbox import Job
from models.purchases import Purchase
from models.sources import CustomerSource
from tests.fixtures_people import People, PortalClient, fresh_context
from tests.imports.test_purchases import GOOD, line

FILE = GOOD + line("X", quantity="0") + line("Y", sku="<b>bold</b>", price="=1")


@pytest.fixture
def source_id(people: People, session: Session) -> int:
    with acting_as(SYSTEM):
        source = CustomerSource(code="SO-1", name="官网", kind="shop_system")
        session.add(source)
        session.commit()
        return source.id


def upload(
    client: PortalClient, source_id: int, content: bytes, name: str = "订单 <1>.csv", kind: str = "purchases"
) -> TestResponse:
    data = {
        "csrf_token": client.csrf_token(),
        "kind": kind,
        "source_id": str(source_id),
        "file": (io.BytesIO(content), name),
    }
    answer: TestResponse = client.post("/imports/upload", data=data, content_type="multipart/form-data")
    return answer


def files(app: Flask) -> list[Path]:
    with fresh_context(app):
        return list(upload_folder().iterdir())


def run_last_job(app: Flask, session: Session) -> Job:
    key = session.scalar(select(func.max(Job.id))) or 0
    session.commit()
    with app.test_request_context(), acting_as(SYSTEM):
        run_job(key, Event())
    session.expire_all()
    return session.get_one(Job, key)


def press(client: PortalClient, path: str, **values: str) -> TestResponse:
    answer: TestResponse = client.post(path, data={"csrf_token": client.csrf_token(), **values})
    return answer


def form_of(page: str) -> dict[str, str]:
    """Return what the mapping form would send as it is drawn."""
    values = {}
    for name, body in re.findall(
        r'<select class="form-select" id="[^"]*" name="([^"]*)">(.*?)</select>', page, re.DOTALL
    ):
        chosen = re.search(r"<option selected>(.*?)</option>", body)
        values[name] = chosen.group(1) if chosen else ""
    return values


def test_the_whole_way(app: Flask, people: People, session: Session, source_id: int) -> None:
    client = people.director.browser()
    assert "/imports/list/" in client.get("/").text
    before = len(files(app))
    answer = upload(client, source_id, FILE.encode())
    assert answer.status_code == 302
    page = answer.location
    shown = client.get(page).text
    assert "订单 &lt;1&gt;.csv" in shown
    assert "&lt;b&gt;bold" in shown
    assert "Import these rows" not in shown
    assert len(files(app)) == before + 1
    assert not any("订单" in path.name for path in files(app))
    key = page.rsplit("/", 1)[-1]
    values = form_of(shown)
    assert values["column.external_no"] == "InvoiceNo"
    tried = press(client, f"/imports/try/{key}", **{**values, "zone": "Europe/London", "currency": "GBP"})
    assert "/my-jobs/show/" in tried.location
    job = run_last_job(app, session)
    assert (job.status, job.error) == ("done", None)
    assert job.result is not None
    assert job.result["refused"] == 2
    assert session.scalar(select(func.count()).select_from(Purchase)) == 0
    shown = client.get(page).text
    assert "Import these rows" in shown
    assert "The quantity is 0." in shown
    assert "Write it with digits and a point" in shown
    refused = client.get(f"/imports/refused/{key}")
    assert "attachment" in refused.headers["Content-Disposition"]
    assert "'=1" in refused.text
    press(client, f"/imports/store/{key}")
    job = run_last_job(app, session)
    assert (job.status, job.error) == ("done", None)
    found = session.scalars(select(Purchase)).all()
    assert {(one.currency_code, one.created_by_id) for one in found} == {("GBP", people.director.user_id)}
    assert {one.customer.owner_id for one in found if one.customer} == {people.director.employee_id}
    assert len(files(app)) == before
    again = upload(client, source_id, FILE.encode(), "other.csv")
    assert again.location == page
    assert len(files(app)) == before
    assert "Undo" in client.get(page).text
    press(client, f"/imports/undo/{key}")
    assert run_last_job(app, session).status == "done"
    assert session.scalar(select(func.count()).select_from(Purchase)) == 0
    assert "Undone" in client.get("/imports/list/").text
    actions = list(session.scalars(select(AuditEvent.action).where(AuditEvent.record_type == "import_batch").order_by(AuditEvent.seq)))  # fmt: skip
    assert actions == ["import.upload", "import.download-refused", "import.purchases", "undo.purchases"]


def test_a_draft_is_discarded_with_its_file(
    app: Flask, people: People, session: Session, source_id: int
) -> None:
    client = people.analyst.browser()
    before = len(files(app))
    page = upload(client, source_id, FILE.encode()).location
    key = page.rsplit("/", 1)[-1]
    assert press(client, f"/imports/discard/{key}").status_code == 302
    assert len(files(app)) == before
    assert session.scalar(select(func.count()).select_from(ImportBatch)) == 0
    assert client.get(page).status_code == 404
    assert press(client, f"/imports/discard/{key}").status_code == 404


def test_hostile_uploads_are_refused_and_leave_nothing(
    app: Flask, people: People, session: Session, source_id: int
) -> None:
    client = people.director.browser()
    before = len(files(app))
    for content, name in (
        (b"<html><script>alert(1)</script>", "a.csv"), (b"MZ\x90\x00" * 9, "a.csv"), (b"a,b\n1,2\n", "a.html"),
        (b"PK\x03\x04junk", "a.xlsx"), (b"", "a.csv"), (b"a,b\n1,2\n", "../../etc/passwd"),
    ):  # fmt: skip
        answer = upload(client, source_id, content, name)
        assert answer.status_code == 400, name
        assert "<script>alert" not in answer.text
    assert upload(client, source_id, b"a,b\n1,2\n", "a.csv", kind="everything").status_code == 400
    assert upload(client, 999_999, b"a,b\n1,2\n", "a.csv").status_code == 400
    assert press(client, "/imports/upload", kind="purchases", source_id=str(source_id)).status_code == 400
    assert len(files(app)) == before
    assert session.scalar(select(func.count()).select_from(ImportBatch)) == 0


def test_a_mapping_that_cannot_be_is_refused(people: People, session: Session, source_id: int) -> None:
    client = people.director.browser()
    key = upload(client, source_id, FILE.encode()).location.rsplit("/", 1)[-1]
    good = form_of(client.get(f"/imports/show/{key}").text) | {"zone": "UTC", "currency": "GBP"}
    for bad in (
        {"column.sku": ""},
        {"column.sku": "Nope"},
        {"column.sku": "Country"},
        {"zone": "Mars/City"},
        {"currency": "£"},
    ):
        assert press(client, f"/imports/try/{key}", **{**good, **bad}).status_code == 400, bad
    assert session.scalar(select(func.count()).select_from(Job)) == 0


def test_a_cancelled_trial_stores_nothing_and_a_lost_file_is_told(
    app: Flask, people: People, session: Session, source_id: int
) -> None:
    client = people.director.browser()
    key = upload(client, source_id, FILE.encode()).location.rsplit("/", 1)[-1]
    for path in files(app):
        path.unlink()
    answer = client.get(f"/imports/show/{key}")
    assert answer.status_code == 409
    assert "Upload it again" in answer.text


def test_who_lacks_the_right_reaches_nothing(people: People, session: Session, source_id: int) -> None:
    key = upload(people.director.browser(), source_id, FILE.encode()).location.rsplit("/", 1)[-1]
    for person in (people.staff, people.inspector, people.stranger, people.partner):
        client = person.browser()
        assert "/imports/list/" not in client.get("/profile/").text
        for path in ("/imports/list/", f"/imports/show/{key}", f"/imports/refused/{key}"):
            assert client.get(path).status_code in {302, 403}, (person.role, path)
            assert quote("csv") not in client.get(path).headers.get("Content-Type", "")
        for verb in ("try", "store", "undo", "discard"):
            assert press(client, f"/imports/{verb}/{key}").status_code in {302, 403}
        assert upload(client, source_id, FILE.encode()).status_code in {302, 403}
    assert session.scalar(select(func.count()).select_from(ImportBatch)) == 1
    assert session.scalar(select(func.count()).select_from(Job)) == 0


def test_bad_addresses(people: People, source_id: int) -> None:
    client = people.director.browser()
    assert client.get("/imports/list/?before=x").status_code == 400
    for path in ("/imports/show/0", "/imports/show/x", "/imports/refused/99999999999999999999"):
        assert client.get(path).status_code == 404
    for verb in ("try", "store", "undo", "discard"):
        assert client.get(f"/imports/{verb}/1").status_code == 405
