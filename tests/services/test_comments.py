"""Remarks on records: who may write them, whom they name and tell, and how they are taken back (R016, R106)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, Actor, acting_as
from app.core.db import db
from app.core.errors import NotAllowed, NotFound
from app.core.events import pending
from app.jobs.outbox import relay_once
from app.notifications.notices import record_path
from app.notifications.texts import headline
from app.services import comments
from models.audit import AuditEvent
from models.comments import Comment
from models.outbox import Notice
from models.plans import MarketingPlan
from tests.factories.plans import make_plan
from tests.fixtures_app import session
from tests.fixtures_people import People, Person, people
from tests.fixtures_peopled import app
from tests.services.expect import refused

__all__ = ["app", "people", "session"]
SCREEN = "MarketingPlanView"


def actor_of(person: Person) -> Actor:
    return Actor(user_id=person.user_id, name=person.username, employee_id=person.employee_id,
                 partner_id=person.user.partner_id)  # fmt: skip


@pytest.fixture
def plan(people: People, session: Session) -> MarketingPlan:
    """A draft of the staff member."""
    assert people.staff.employee is not None
    with acting_as(SYSTEM):
        return make_plan(session, people.staff.employee)


def write(person: Person, plan: MarketingPlan, body: str, key: str = "k1") -> Comment:
    actor = actor_of(person)
    with acting_as(actor):
        made = comments.add(actor, record=plan, screen=SCREEN, body=body, key=key)
        db.session.flush()
        return made


def told(session: Session) -> list[int]:
    return [key for event in pending(session) for key in event.payload["user_ids"]]


def test_a_name_is_told_if_its_bearer_may_see_the_record(
    people: People, plan: MarketingPlan, session: Session
) -> None:
    """The director sees the plan; the colleague of the other department does not; a stranger holds no right."""
    write(people.staff, plan, "请@director看一下，@colleague 也看。@stranger @partner @staff mail@director")
    assert told(session) == [people.director.user_id]
    (event,) = pending(session)
    assert event.topic == "comment.mentioned"
    assert record_path(event.payload) == f"/go/marketing_plan/{plan.id}#comments"
    assert plan.name in headline(event.topic, event.payload)


def test_the_longest_name_is_meant(people: People, plan: MarketingPlan, session: Session) -> None:
    people.senior.user.username = "director2"
    session.flush()
    write(people.staff, plan, "@director2请看")
    assert told(session) == [people.senior.user_id]


def test_who_is_switched_off_is_not_told(people: People, plan: MarketingPlan, session: Session) -> None:
    people.director.user.active = False
    session.flush()
    assert write(people.staff, plan, "@director").mentions == []
    assert told(session) == []


def test_the_picker_offers_only_who_may_see_the_record(people: People, plan: MarketingPlan) -> None:
    found = {person.username for person in comments.people_for("", record=plan, screen=SCREEN)}
    assert {"director", "staff", "inspector", "group_lead"} <= found
    assert found.isdisjoint({"colleague", "partner", "stranger"})
    by_name = comments.people_for("Director", record=plan, screen=SCREEN)
    assert [person.username for person in by_name] == ["director"]
    assert comments.people_for("%", record=plan, screen=SCREEN) == []


def test_the_same_form_writes_one_comment(people: People, plan: MarketingPlan, session: Session) -> None:
    first = write(people.staff, plan, "once @director", "key1")
    assert write(people.staff, plan, "once @director", "key1") is first
    assert told(session) == [people.director.user_id]
    assert write(people.director, plan, "mine", "key1") is not first
    assert session.scalar(select(func.count(Comment.id))) == 2


def test_text_has_bounds(people: People, plan: MarketingPlan) -> None:
    for body in ("", "  \n ", "x" * 4001, "a\x00b"):
        with refused("comment-length"):
            write(people.staff, plan, body)
    assert write(people.staff, plan, "字" * 4000).id


def test_partners_neither_write_nor_read(people: People, plan: MarketingPlan) -> None:
    with pytest.raises(NotAllowed):
        write(people.partner, plan, "hello")
    with pytest.raises(NotAllowed):
        comments.refuse_outsiders(actor_of(people.partner))


def test_a_comment_is_taken_back_by_its_author_for_a_day(
    people: People, plan: MarketingPlan, session: Session
) -> None:
    made = write(people.staff, plan, "a slip")
    session.commit()
    with pytest.raises(NotFound):
        comments.take_back(actor_of(people.director), record=plan, comment_id=made.id)
    assert comments.counts_of(plan) == (1, 0)
    comments.take_back(actor_of(people.staff), record=plan, comment_id=made.id)
    session.commit()
    assert made.is_deleted
    assert comments.counts_of(plan) == (0, 0)
    assert comments.comments_of(plan) == [made]  # its place stays
    trail = session.scalars(
        select(AuditEvent.action).filter_by(record_type="record_comment", record_id=str(made.id))
    ).all()
    assert sorted(trail) == ["create", "delete"]


def test_after_a_day_it_stands(people: People, plan: MarketingPlan, session: Session) -> None:
    made = write(people.staff, plan, "said")
    made.created_at -= timedelta(hours=25)
    session.flush()
    with refused("too-late"):
        comments.take_back(actor_of(people.staff), record=plan, comment_id=made.id)


def test_a_comment_of_another_record_is_not_found(
    people: People, plan: MarketingPlan, session: Session
) -> None:
    assert people.staff.employee is not None
    made = write(people.staff, plan, "here")
    with acting_as(SYSTEM):
        other = make_plan(session, people.staff.employee, quarter=3)
    with pytest.raises(NotFound):
        comments.take_back(actor_of(people.staff), record=other, comment_id=made.id)


def test_nothing_is_written_about_what_lies_in_the_bin(
    people: People, plan: MarketingPlan, session: Session
) -> None:
    plan.deleted_at = plan.created_at
    session.flush()
    with refused("in-the-bin"):
        write(people.staff, plan, "late")


def test_a_named_person_gets_one_notice(
    app: Flask, people: People, plan: MarketingPlan, session: Session
) -> None:
    """By the outbox, with the way to the comments and without the text, which may be taken back."""
    write(people.staff, plan, "@director secret words")
    session.commit()
    while relay_once():
        pass
    (notice,) = session.scalars(select(Notice).where(Notice.topic == "comment.mentioned")).all()
    assert notice.user_id == people.director.user_id
    assert notice.payload["anchor"] == "comments"
    assert "secret" not in str(notice.payload)
