"""An approval event becomes one notice and one mail per person, in the person's language."""

from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale, get_locale
from sqlalchemy import select, update

from app.core.actor import Actor
from app.core.db import db, unit_of_work
from app.core.events import announce
from app.jobs.outbox import Delivery, relay_once
from app.notifications import handlers, notices, texts
from models.org import Department, Employee, Position
from models.outbox import Notice, OutboxMessage
from models.users import PortalUser
from tests.jobs.portal import make_user


def make_employee(name: str, *, has_account: bool = True, **account: Any) -> tuple[int, int | None]:
    """Store an employee (and the account); return both keys."""
    user_id = make_user(name, **account) if has_account else None
    with unit_of_work() as session:
        department = session.scalars(select(Department)).first() or Department(
            code="D-1", name="市场部", kind="promotion"
        )
        position = session.scalars(select(Position)).first() or Position(code="PO-1", title="专员")
        session.add_all([department, position])
        session.flush()
        employee = Employee(
            code=f"E-{name}", name=name, user_id=user_id, department_id=department.id,
            position_id=position.id, hired_on=date(2020, 1, 1),
        )  # fmt: skip
        session.add(employee)
        session.flush()
        key: int = employee.id
    return key, user_id


def tell(topic: str, employee_ids: list[int], **changes: Any) -> None:
    payload = {
        "instance_id": 3, "record_type": "marketing_plan", "record_id": 7, "title": "春季促销 {actor} 计划",
        "employee_ids": employee_ids, "actor_name": "王芳", "comment": "预算偏高，见附件",
    }  # fmt: skip
    with unit_of_work() as session:
        announce(session, topic, **{**payload, **changes})
    while relay_once():
        pass


def mails(portal: Flask) -> dict[str, EmailMessage]:
    """Return the kept messages by receiver."""
    folder: Path = portal.config["YINGCE_SETTINGS"].instance / "mail"
    found = [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml"))]
    return {message["To"]: message for message in found}


def rows() -> list[Notice]:
    found = list(db.session.scalars(select(Notice).order_by(Notice.id)))
    db.session.rollback()
    return found


@pytest.mark.parametrize(
    ("topic", "subject", "sentence"),
    [
        ("approval.assigned", "Waits for your decision: ", "王芳 submitted “"),
        ("approval.approved", "Approved: ", "was approved and is in force."),
        ("approval.rejected", "Rejected: ", "王芳 rejected “"),
        ("approval.returned", "Returned to you: ", "王芳 returned “"),
        ("approval.withdrawn", "Withdrawn: ", "王芳 withdrew “"),
    ],
)
def test_each_topic_becomes_a_notice_and_a_mail(
    portal: Flask, topic: str, subject: str, sentence: str
) -> None:
    employee_id, user_id = make_employee("li", language="en")
    tell(topic, [employee_id])
    (notice,) = rows()
    assert (notice.topic, notice.user_id, notice.read_at) == (topic, user_id, None)
    assert notice.payload["title"] == "春季促销 {actor} 计划"
    assert notice.payload["comment"] == "预算偏高，见附件"
    assert "employee_ids" not in notice.payload
    mail = mails(portal)["li@example.com"]
    assert mail["Subject"] == f"{subject}春季促销 {{actor}} 计划"
    assert mail["Message-ID"].startswith(f"<notice-{notice.id}@")
    text = mail.get_content()
    assert sentence in text
    assert "“春季促销 {actor} 计划”" in text
    link = portal.config["YINGCE_SETTINGS"].public_url.rstrip("/") + "/go/marketing_plan/7"
    assert link in text.splitlines()
    assert "预算偏高" not in text, "the reason stays inside the portal"
    assert not list(db.session.scalars(select(OutboxMessage.id).where(OutboxMessage.delivered_at.is_(None))))


def test_only_people_with_an_account_in_use_are_told_once_each(portal: Flask) -> None:
    first, first_user = make_employee("first")
    second, second_user = make_employee("second")
    off, _ = make_employee("off", active=False)
    without, _ = make_employee("without", has_account=False)
    tell("approval.assigned", [first, second, first, off, without, 999_999])
    assert {notice.user_id for notice in rows()} == {first_user, second_user}
    assert set(mails(portal)) == {"first@example.com", "second@example.com"}


def test_a_repeat_makes_no_second_notice(portal: Flask) -> None:
    employee_id, _ = make_employee("li")
    tell("approval.assigned", [employee_id])
    (notice,) = rows()
    delivery = Delivery(
        notice.message_id, "approval.assigned", {**notice.payload, "employee_ids": [employee_id]}, 2
    )
    with unit_of_work():
        handlers.notify(delivery)
    assert len(rows()) == 1
    handlers.send_mail(Delivery(99, "notice.made", {"notice_id": notice.id}, 2))
    assert len(mails(portal)) == 1


def test_an_approval_event_without_words_tells_nobody(portal: Flask) -> None:
    employee_id, _ = make_employee("li")
    tell("approval.archived", [employee_id])
    assert rows() == []


def test_a_mail_that_cannot_go_is_kept_and_goes_later(portal: Flask) -> None:
    employee_id, _ = make_employee("li")
    folder: Path = portal.config["YINGCE_SETTINGS"].instance / "mail"
    folder.write_text("a file where the folder should be")
    tell("approval.assigned", [employee_id])
    assert len(rows()) == 1, "the notice does not wait for the mail"
    waiting = db.session.scalars(select(OutboxMessage).where(OutboxMessage.delivered_at.is_(None))).one()
    assert waiting.topic == "notice.made"
    assert waiting.last_error is not None
    assert "Exists" in waiting.last_error
    db.session.rollback()
    folder.unlink()
    with unit_of_work() as session:
        session.execute(update(OutboxMessage).values(available_at=OutboxMessage.created_at))
    assert relay_once() == 1
    assert set(mails(portal)) == {"li@example.com"}


def test_a_mail_is_written_in_the_language_of_its_reader(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Spoken:
        """A sentence that names the language in which it is said."""

        def __str__(self) -> str:
            return f"{get_locale()}: {{title}}"

    monkeypatch.setitem(texts.TEXTS, "approval.assigned", texts.NoticeText(Spoken(), Spoken()))
    receivers = [
        make_employee(f"reader-{tag or 'default'}", language=tag)[0]
        for tag in ("zh", "zh_Hant_TW", "en", None)
    ]
    tell("approval.assigned", receivers)
    assert {to.partition("@")[0]: (mail["Subject"][:12].partition(":")[0], mail["Content-Language"])
            for to, mail in mails(portal).items()} == {
        "reader-zh": ("zh", "zh-CN"),
        "reader-zh_Hant_TW": ("zh_Hant_TW", "zh-TW"),
        "reader-en": ("en", "en"),
        "reader-default": ("en", "en"),
    }  # fmt: skip


def test_a_title_with_a_line_break_cannot_add_a_header(portal: Flask) -> None:
    employee_id, _ = make_employee("li")
    tell("approval.assigned", [employee_id], title="春季\r\nBcc: x@evil.example\r\n\r\n促销")
    mail = mails(portal)["li@example.com"]
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Waits for your decision: 春季 Bcc: x@evil.example 促销"


def test_notices_are_counted_listed_and_read_by_their_owner_only(portal: Flask) -> None:
    mine, my_user = make_employee("mine")
    other, other_user = make_employee("other")
    assert my_user is not None
    assert other_user is not None
    for title in ("one", "two", "three"):
        tell("approval.assigned", [mine, other], title=title)
    assert notices.unread_count(my_user) == 3
    newest = notices.latest(my_user, 2)
    assert [notice.payload["title"] for notice in newest] == ["three", "two"]
    db.session.rollback()
    others = [notice.id for notice in rows() if notice.user_id == other_user]
    actor = Actor(user_id=my_user, name="mine")
    with unit_of_work():
        assert notices.mark_read(actor, [newest[0].id, *others]) == 1
        assert notices.mark_read(actor, [newest[0].id]) == 0
        assert notices.mark_read(actor, []) == 0
    assert notices.unread_count(my_user) == 2
    assert notices.unread_count(other_user) == 3
    assert db.session.get(PortalUser, my_user) is not None


def test_the_bell_says_the_same_as_the_mail(portal: Flask) -> None:
    with portal.app_context(), force_locale("en"):
        payload = {"title": "A {title} {x} B", "actor_name": "{title}"}
        assert texts.headline("approval.approved", payload) == "Approved: A {title} {x} B"
        assert texts.body("approval.rejected", payload).startswith("{title} rejected “A {title} {x} B”.")
