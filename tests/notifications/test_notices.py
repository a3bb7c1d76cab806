"""Notices: one per message and person, read by their owner; mails in their reader's language."""

import pytest
from flask import Flask
from flask_babel import force_locale, get_locale
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.notifications import notices, texts
from models.org import Employee
from models.outbox import OutboxMessage
from tests.factories.org import make_employee
from tests.notifications.telling import Post


def reader(session: Session, name: str, language: str | None = None) -> Employee:
    employee = make_employee(session, name)
    assert employee.user is not None
    employee.user.language = language
    session.flush()
    return employee


def test_only_people_with_an_account_in_use_are_told_once_each(post: Post, session: Session) -> None:
    first, second, off, without = (reader(session, name) for name in ("first", "second", "off", "without"))
    assert off.user is not None
    off.user.active = False
    without.user = None
    session.flush()
    made = post.tell([first, second, first, off, without])
    assert [notice.user_id for notice in made] == [first.user_id, second.user_id]
    assert len(post.mails()) == 2
    assert {mail["To"] for mail in post.mails()} == {one.user.email for one in (first, second) if one.user}


def test_a_mail_carries_the_link_and_a_steady_id(app: Flask, post: Post, session: Session) -> None:
    li = reader(session, "li")
    (notice,) = post.tell([li])
    mail = post.mail_to(li)
    assert mail["Message-ID"].startswith(f"<notice-{notice.id}@")
    link = app.config["YINGCE_SETTINGS"].public_url.rstrip("/") + "/go/marketing_plan/7"
    assert link in mail.get_content().splitlines()


def test_a_mail_that_cannot_go_is_kept_and_goes_later(post: Post, session: Session) -> None:
    li = reader(session, "li")
    post.folder.write_text("a file where the folder should be")
    assert len(post.tell([li])) == 1, "the notice does not wait for the mail"
    (waiting,) = [row for row in post.waiting() if row.topic == "notice.made"]
    assert waiting.last_error is not None
    assert waiting.last_error.startswith("FileExistsError")
    post.folder.unlink()
    session.execute(update(OutboxMessage).values(available_at=OutboxMessage.created_at))
    assert post.deliver() == 1
    assert post.mail_to(li)["Subject"].endswith("春季促销")


def test_a_mail_is_written_in_the_language_of_its_reader(
    post: Post, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Spoken:
        """A sentence that names the language in which it is said."""

        def __str__(self) -> str:
            return f"{get_locale()}: {{title}}"

    monkeypatch.setitem(texts.TEXTS, "approval.assigned", texts.NoticeText(Spoken(), Spoken()))
    readers = [reader(session, "x", language) for language in ("zh", "zh_Hant_TW", "en", None)]
    post.tell(readers)
    spoken = [
        (post.mail_to(one)["Subject"].partition(":")[0], post.mail_to(one)["Content-Language"])
        for one in readers
    ]
    assert spoken == [("zh", "zh-CN"), ("zh_Hant_TW", "zh-TW"), ("en", "en"), ("en", "en")]


def test_a_title_with_a_line_break_cannot_add_a_header(post: Post, session: Session) -> None:
    li = reader(session, "li")
    post.tell([li], title="春季\r\nBcc: x@evil.example\r\n\r\n促销")
    mail = post.mail_to(li)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Waits for your decision: 春季 Bcc: x@evil.example 促销"


def test_notices_are_counted_listed_and_read_by_their_owner_only(post: Post, session: Session) -> None:
    mine, other = reader(session, "mine"), reader(session, "other")
    assert mine.user_id is not None
    assert other.user_id is not None
    made = [notice for title in ("one", "two", "three") for notice in post.tell([mine, other], title=title)]
    assert notices.unread_count(mine.user_id) == 3
    newest = notices.latest(mine.user_id, 2)
    assert [notice.payload["title"] for notice in newest] == ["three", "two"]
    others = [notice.id for notice in made if notice.user_id == other.user_id]
    actor = Actor(user_id=mine.user_id, name="mine")
    assert notices.mark_read(actor, [newest[0].id, *others]) == 1
    assert notices.mark_read(actor, [newest[0].id]) == 0
    assert notices.mark_read(actor, []) == 0
    assert newest[0].read_at is not None
    assert notices.unread_count(mine.user_id) == 2
    assert notices.unread_count(other.user_id) == 3


def test_the_bell_says_the_same_as_the_mail(app: Flask) -> None:
    with force_locale("en"):
        payload = {"title": "A {title} {x} B", "actor_name": "{title}"}
        assert texts.headline("approval.approved", payload) == "Approved: A {title} {x} B"
        assert texts.body("approval.rejected", payload).startswith("{title} rejected “A {title} {x} B”.")
